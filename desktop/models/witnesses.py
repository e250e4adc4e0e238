"""What the database itself remembers of its witnesses: the last mark that each was given.

It is no evidence, because it lies where the log lies. It answers when somebody outside was
last told, and finds the checkpoint from which a root is computed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from desktop.frozen import dataclass
from desktop.models.audit_proofs import KeptCheckpoint
from desktop.models.lanes import Tx
from desktop.models.tables_audit import audit_checkpoint, audit_mac
from desktop.models.tables_watch import witness_mark


@dataclass(frozen=True)
class GivenMark:
    """`note` is the checkpoint that the witness `kind` was given over the first `size` records."""

    kind: str
    size: int
    note: str
    at: datetime


def put(tx: Tx, mark: GivenMark) -> None:
    """Set or replace the last mark of this kind."""
    values = {"size": mark.size, "note": mark.note, "at": mark.at}
    row = insert(witness_mark).values(kind=mark.kind, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["kind"], set_=values))


def listing(tx: Tx) -> dict[str, GivenMark]:
    """By kind."""
    rows = tx.connection.execute(select(witness_mark))
    return {row.kind: GivenMark(row.kind, row.size, row.note, row.at) for row in rows}


def checkpoint_upto(tx: Tx, size: int) -> KeptCheckpoint | None:
    """The last checkpoint over at most `size` records."""
    row = tx.connection.execute(
        select(audit_checkpoint)
        .where(audit_checkpoint.c.size <= size)
        .order_by(audit_checkpoint.c.size.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else KeptCheckpoint(row.size, row.note, row.made_at, row.step, row.frontier)


def last_proven(tx: Tx) -> int:
    """The last record that a checkpoint or a mark of this database speaks of, whether it exists or not."""
    columns = (audit_checkpoint.c.size, audit_mac.c.seq)
    found = [
        tx.connection.execute(select(column).order_by(column.desc()).limit(1)).scalar_one_or_none()
        for column in columns
    ]
    return max((each for each in found if each is not None), default=0)

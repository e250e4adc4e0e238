"""Rows that prove the audit log: a mark of every record, and signed checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import insert, select

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.tables_audit import audit_checkpoint, audit_mac

_CHUNK = 1000
_PUT_MAC = "INSERT INTO audit_mac (seq, mac) VALUES (?, ?)"
_STEP = "SELECT size, step FROM audit_checkpoint ORDER BY size DESC LIMIT 1"
"""By the driver, as in `audit.py`: every record has its mark."""
_NEWEST = select(audit_checkpoint).order_by(audit_checkpoint.c.size.desc()).limit(1)


@dataclass(frozen=True)
class KeptCheckpoint:
    """`note` is the signed checkpoint over the first `size` records; `step` numbers the key of what follows.

    `frontier` are the tree's hashes (`merkle.Range.to_bytes`), so that the next one need
    not read the whole log: a short cut, checked against the root by whoever verifies.
    """

    size: int
    note: str
    made_at: datetime
    step: int
    frontier: bytes


def put_macs(tx: Tx, rows: Sequence[tuple[int, bytes]]) -> None:
    """The marks of new records by sequence number."""
    tx.driver.executemany(_PUT_MAC, rows)


def macs(tx: Tx, after: int = 0) -> Iterator[tuple[int, bytes]]:
    """Oldest first, from the one behind `after`; read in chunks while `tx` lasts."""
    while True:
        rows = tx.connection.execute(
            select(audit_mac).where(audit_mac.c.seq > after).order_by(audit_mac.c.seq).limit(_CHUNK)
        ).all()
        for row in rows:
            yield row.seq, row.mac
        if len(rows) < _CHUNK:
            return
        after = rows[-1].seq


def put_checkpoint(tx: Tx, made: KeptCheckpoint) -> None:
    """A second one of the same size breaks the key: that is a bug."""
    tx.connection.execute(
        insert(audit_checkpoint).values(
            size=made.size, note=made.note, made_at=made.made_at, step=made.step, frontier=made.frontier
        )
    )


def newest(tx: Tx) -> KeptCheckpoint | None:
    row = tx.connection.execute(_NEWEST).one_or_none()
    return None if row is None else KeptCheckpoint(row.size, row.note, row.made_at, row.step, row.frontier)


def newest_step(tx: Tx) -> tuple[int, int]:
    """Size and step of the newest checkpoint; zeros where there is none."""
    row = tx.driver.execute(_STEP).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def checkpoints(tx: Tx) -> list[KeptCheckpoint]:
    """All of them, oldest first: some thousands a year."""
    rows = tx.connection.execute(select(audit_checkpoint).order_by(audit_checkpoint.c.size))
    return [KeptCheckpoint(row.size, row.note, row.made_at, row.step, row.frontier) for row in rows]

"""What was taken in and when: the history of imports, what each left out, and its source file."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, update

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.lanes import Tx
from desktop.models.records import ImportId, Reason
from desktop.models.standing import MappingId
from desktop.models.tables import import_batch
from desktop.models.tables_people import import_reject

_NEWEST_FIRST = import_batch.c.at.desc(), import_batch.c.id


@dataclass(frozen=True)
class KeptImport:
    """`report` is what `describe` was given; `source_file` is '' until it is settled."""

    id: ImportId
    kind: str
    file_name: str = field(repr=False)
    format: str
    at: datetime
    by: UserId
    created: int
    updated: int
    unchanged: int
    rejected: int
    mapping: MappingId | None
    report: dict[str, Any] = field(repr=False)
    source_file: str
    undone_at: datetime | None
    undone_by: str


@dataclass(frozen=True)
class KeptReject:
    """A row that was left out, with its cells as the file has them."""

    line: int
    reason: Reason
    cells: tuple[str, ...] = field(repr=False)


def listing(tx: Tx, limit: int, offset: int = 0) -> list[KeptImport]:
    """Newest first."""
    query: Select[Any] = select(import_batch).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
    return [_import(row) for row in tx.connection.execute(query)]


def count(tx: Tx) -> int:
    return int(tx.connection.execute(select(func.count()).select_from(import_batch)).scalar_one())


def get(tx: Tx, id_: ImportId) -> KeptImport | None:
    row = tx.connection.execute(select(import_batch).where(import_batch.c.id == id_)).one_or_none()
    return _import(row) if row else None


def describe(
    tx: Tx,
    id_: ImportId,
    *,
    file_name: str,
    format_: str,
    mapping: MappingId | None,
    rejected: int,
    report: dict[str, Any],
) -> None:
    """Add to an import what its counts do not say; `report` is JSON."""
    tx.connection.execute(
        update(import_batch)
        .where(import_batch.c.id == id_)
        .values(file_name=file_name, format=format_, mapping=mapping, rejected=rejected, report=report)
    )


def settle(tx: Tx, id_: ImportId, what: str) -> None:
    """Write down what became of the file in clear text."""
    tx.connection.execute(update(import_batch).where(import_batch.c.id == id_).values(source_file=what))


def rejects(tx: Tx, id_: ImportId) -> list[KeptReject]:
    """What an import left out, in the order of its lines."""
    query = select(import_reject).where(import_reject.c.import_id == id_).order_by(import_reject.c.line)
    return [
        KeptReject(row.line, Reason(row.code, row.params), tuple(row.cells))
        for row in tx.connection.execute(query)
    ]


def _import(row: Row[Any]) -> KeptImport:
    return KeptImport(
        id=ImportId(row.id),
        kind=row.kind,
        file_name=row.file_name,
        format=row.format,
        at=row.at,
        by=UserId(row.by),
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        rejected=row.rejected,
        mapping=MappingId(row.mapping) if row.mapping else None,
        report=row.report,
        source_file=row.source_file,
        undone_at=row.undone_at,
        undone_by=row.undone_by or "",
    )

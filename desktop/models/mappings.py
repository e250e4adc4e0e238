"""Saved answers to what the columns of a program's files mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.frozen import dataclass
from desktop.models.ids import new_id
from desktop.models.lanes import Tx
from desktop.models.standing import MappingId
from desktop.models.tables_people import import_mapping


@dataclass(frozen=True)
class SavedMapping:
    """`signature` is of the header that it was made for; `options` are `day_first` and `absent`."""

    id: MappingId
    name: str
    kind: str
    signature: str
    columns: Mapping[int, str]
    made_at: datetime
    by: str
    options: Mapping[str, Any] = field(default_factory=dict)
    used_at: datetime | None = None


def keep(
    tx: Tx,
    name: str,
    kind: str,
    signature: str,
    columns: Mapping[int, str],
    options: Mapping[str, Any],
    by: str,
    now: datetime,
) -> MappingId:
    """Keep it in the place of the one of the same kind and name, which is retired."""
    tx.connection.execute(
        update(import_mapping)
        .where(import_mapping.c.kind == kind, import_mapping.c.name == name)
        .where(import_mapping.c.retired_at.is_(None))
        .values(retired_at=now)
    )
    id_ = MappingId(new_id())
    tx.connection.execute(
        insert(import_mapping).values(
            id=id_,
            name=name,
            kind=kind,
            signature=signature,
            columns={str(at): column for at, column in columns.items()},
            options=dict(options),
            made_at=now,
            by=by,
        )
    )
    return id_


def get(tx: Tx, id_: MappingId) -> SavedMapping | None:
    row = tx.connection.execute(select(import_mapping).where(import_mapping.c.id == id_)).one_or_none()
    return None if row is None or row.retired_at is not None else _mapping(row)


def listed(tx: Tx, kind: str = "") -> list[SavedMapping]:
    """Those in use, by name; of one `kind`, or of both."""
    wanted = select(import_mapping).where(import_mapping.c.retired_at.is_(None))
    if kind:
        wanted = wanted.where(import_mapping.c.kind == kind)
    order = import_mapping.c.kind, import_mapping.c.name, import_mapping.c.id
    return [_mapping(row) for row in tx.connection.execute(wanted.order_by(*order))]


def recognised(tx: Tx, kind: str, signature: str) -> SavedMapping | None:
    """The one that was used last for files with this header."""
    wanted = (
        select(import_mapping)
        .where(import_mapping.c.kind == kind, import_mapping.c.signature == signature)
        .where(import_mapping.c.retired_at.is_(None))
        .order_by(import_mapping.c.used_at.desc(), import_mapping.c.made_at.desc(), import_mapping.c.id)
        .limit(1)
    )
    row = tx.connection.execute(wanted).one_or_none()
    return None if row is None else _mapping(row)


def used(tx: Tx, id_: MappingId, now: datetime) -> None:
    tx.connection.execute(update(import_mapping).where(import_mapping.c.id == id_).values(used_at=now))


def retire(tx: Tx, id_: MappingId, now: datetime) -> bool:
    """Forget it; False where there is none. Imports that used it keep its id."""
    gone = update(import_mapping).where(import_mapping.c.id == id_, import_mapping.c.retired_at.is_(None))
    return tx.connection.execute(gone.values(retired_at=now)).rowcount > 0


def _mapping(row: Row[Any]) -> SavedMapping:
    return SavedMapping(
        id=MappingId(row.id),
        name=row.name,
        kind=row.kind,
        signature=row.signature,
        columns={int(at): column for at, column in row.columns.items()},
        options=row.options,
        made_at=row.made_at,
        by=row.by,
        used_at=row.used_at,
    )

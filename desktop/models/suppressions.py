"""Addresses that nothing goes to until somebody has checked them by another way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from desktop.models.accounts import UserId
from desktop.models.delivery import Suppression, SuppressionKind
from desktop.models.lanes import Tx
from desktop.models.records import MessageId
from desktop.models.rows import chunks
from desktop.models.tables_delivery import suppression

_SAME = select(suppression.c.id).where(
    suppression.c.address_key == bindparam("b_key"),
    suppression.c.kind == bindparam("b_kind"),
    suppression.c.lifted_at.is_(None),
)
_ADD = insert(suppression)


def _suppression(row: Row[Any]) -> Suppression:
    return Suppression(
        id=row.id,
        address_key=row.address_key,
        kind=SuppressionKind(row.kind),
        message=MessageId(row.message) if row.message else None,
        at=row.at,
        lifted_at=row.lifted_at,
        lifted_by=UserId(row.lifted_by) if row.lifted_by else None,
        how=row.how,
    )


def add(tx: Tx, one: Suppression) -> bool:
    """Stop the address; False, and nothing changed, where it is stopped for this already."""
    same = {"b_key": one.address_key, "b_kind": one.kind.value}
    if tx.connection.execute(_SAME, same).first() is not None:
        return False
    row = {
        "id": one.id,
        "address_key": one.address_key,
        "kind": one.kind.value,
        "message": one.message,
        "at": one.at,
        "lifted_at": one.lifted_at,
        "lifted_by": one.lifted_by,
        "how": one.how,
    }
    tx.connection.execute(_ADD, row)
    return True


def get(tx: Tx, id_: str) -> Suppression | None:
    row = tx.connection.execute(select(suppression).where(suppression.c.id == id_)).one_or_none()
    return _suppression(row) if row else None


def live(tx: Tx, address_keys: Iterable[str]) -> dict[str, Suppression]:
    """Those of the addresses (`models.names.address_key`) that are stopped; the newest of each."""
    found: dict[str, Suppression] = {}
    for some in chunks(sorted(set(address_keys))):
        wanted = suppression.c.address_key.in_(some), suppression.c.lifted_at.is_(None)
        query = select(suppression).where(*wanted).order_by(suppression.c.at, suppression.c.id)
        found.update((row.address_key, _suppression(row)) for row in tx.connection.execute(query))
    return found


def lift(tx: Tx, id_: str, at: datetime, by: UserId, how: str) -> bool:
    """Write to the address again; `how` it was checked. False where it was lifted before."""
    there = suppression.c.id == id_, suppression.c.lifted_at.is_(None)
    done = update(suppression).where(*there).values(lifted_at=at, lifted_by=by, how=how)
    return tx.connection.execute(done).rowcount == 1


def listing(tx: Tx, *, lifted: bool = False) -> list[Suppression]:
    """Newest first; those in force, or all with `lifted`."""
    query = select(suppression).order_by(suppression.c.at.desc(), suppression.c.id)
    if not lifted:
        query = query.where(suppression.c.lifted_at.is_(None))
    return [_suppression(row) for row in tx.connection.execute(query)]

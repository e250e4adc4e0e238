"""Storage for locked files, and what waits in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update

from desktop.models.lanes import Tx
from desktop.models.protection import Pickup, PickupId, Storage, StorageId
from desktop.models.records import Baa, MessageId
from desktop.models.rows import chunks
from desktop.models.tables_protection import pickup, storage


def add_storage(tx: Tx, one: Storage, secret: str) -> None:
    baa = one.baa
    tx.connection.execute(
        insert(storage).values(
            id=one.id,
            name=one.name,
            kind=one.kind,
            url=one.url,
            user=one.user,
            secret=secret,
            public_url=one.public_url,
            days=one.days,
            access_log=one.access_log,
            baa_counterparty=baa.counterparty if baa else None,
            baa_signed=baa.signed if baa else None,
            baa_expires=baa.expires if baa else None,
            baa_scope=baa.scope if baa else None,
            baa_reviewed=baa.reviewed if baa else None,
            made_at=one.made_at,
            retired_at=one.retired_at,
        )
    )


def storages(tx: Tx) -> list[Storage]:
    """The one added last first, retired ones too."""
    rows = tx.connection.execute(select(storage).order_by(storage.c.made_at.desc(), storage.c.id))
    return [_storage(row) for row in rows]


def in_use(tx: Tx) -> Storage | None:
    """The storage for new files: the one added last that is not retired."""
    return next((one for one in storages(tx) if one.retired_at is None), None)


def secret(tx: Tx, one: StorageId) -> str:
    found: str = tx.connection.execute(select(storage.c.secret).where(storage.c.id == one)).scalar_one()
    return found


def retire(tx: Tx, one: StorageId, at: datetime) -> bool:
    wanted = and_(storage.c.id == one, storage.c.retired_at.is_(None))
    return tx.connection.execute(update(storage).where(wanted).values(retired_at=at)).rowcount == 1


def add(tx: Tx, one: Pickup) -> None:
    tx.connection.execute(
        insert(pickup).values(
            id=one.id,
            message=one.message,
            storage=one.storage,
            name=one.name,
            made_at=one.made_at,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
            deleted_at=one.deleted_at,
            picked_up_at=one.picked_up_at,
        )
    )


def get(tx: Tx, one: PickupId) -> Pickup | None:
    row = tx.connection.execute(select(pickup).where(pickup.c.id == one)).one_or_none()
    return _pickup(row) if row else None


def of_messages(tx: Tx, messages: Iterable[MessageId]) -> dict[MessageId, Pickup]:
    """The newest of each message."""
    found: dict[MessageId, Pickup] = {}
    for some in chunks(messages):
        query = select(pickup).where(pickup.c.message.in_(some)).order_by(pickup.c.made_at)
        found.update((MessageId(row.message), _pickup(row)) for row in tx.connection.execute(query))
    return found


def listing(tx: Tx, limit: int = 500) -> list[Pickup]:
    rows = tx.connection.execute(select(pickup).order_by(pickup.c.made_at.desc()).limit(limit))
    return [_pickup(row) for row in rows]


def to_delete(tx: Tx, now: datetime) -> list[Pickup]:
    """Expired or revoked, and still in storage as far as is known."""
    over = or_(pickup.c.expires_at <= now, pickup.c.revoked_at.is_not(None))
    rows = tx.connection.execute(select(pickup).where(over, pickup.c.deleted_at.is_(None)))
    return [_pickup(row) for row in rows]


def mark(tx: Tx, one: PickupId, **at: datetime) -> None:
    """Set `revoked_at`, `deleted_at` or `picked_up_at` where it is not set yet."""
    for name, moment in at.items():
        column = pickup.c[name]
        wanted = and_(pickup.c.id == one, column.is_(None))
        tx.connection.execute(update(pickup).where(wanted).values({name: moment}))


def _storage(row: Row[Any]) -> Storage:
    baa = None
    if row.baa_signed is not None:
        baa = Baa(row.baa_counterparty, row.baa_signed, row.baa_expires, row.baa_scope, row.baa_reviewed)
    return Storage(
        id=StorageId(row.id),
        name=row.name,
        kind=row.kind,
        url=row.url,
        user=row.user,
        public_url=row.public_url,
        days=row.days,
        baa=baa,
        made_at=row.made_at,
        retired_at=row.retired_at,
        access_log=row.access_log,
    )


def _pickup(row: Row[Any]) -> Pickup:
    return Pickup(
        id=PickupId(row.id),
        message=MessageId(row.message),
        storage=StorageId(row.storage),
        name=row.name,
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        deleted_at=row.deleted_at,
        picked_up_at=row.picked_up_at,
    )

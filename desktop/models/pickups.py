"""Storage for locked files, and what waits in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update

from desktop.models.lanes import Tx
from desktop.models.protection import Pickup, PickupId, Storage, StorageId
from desktop.models.records import Baa, MessageId, State
from desktop.models.rows import chunks
from desktop.models.tables_mail import message
from desktop.models.tables_protection import pickup, storage

_WAITING = (State.QUEUED.value, State.DEFERRED.value)
_NEVER_LEFT = (State.CANCELLED.value, State.EXPIRED.value, State.FAILED.value)
"""What became of a message whose link nobody got: its file has no reader."""


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
            ca_file=one.ca_file,
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


def add(tx: Tx, one: Pickup, content: bytes) -> None:
    """The locked file waits here until it is put; its message does not leave before."""
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
            put_at=one.put_at,
            trouble=one.trouble,
            content=content,
        )
    )


def to_put(tx: Tx, until: datetime) -> list[Pickup]:
    """Files of messages that may leave until then and are not in storage yet, the oldest first."""
    query = (
        select(pickup)
        .join(message, message.c.id == pickup.c.message)
        .where(pickup.c.put_at.is_(None), pickup.c.revoked_at.is_(None), pickup.c.deleted_at.is_(None))
        .where(message.c.state.in_(_WAITING), message.c.not_before <= until)
        .order_by(pickup.c.made_at, pickup.c.id)
    )
    return [_pickup(row) for row in tx.connection.execute(query)]


def content(tx: Tx, one: PickupId) -> bytes:
    found: bytes = tx.connection.execute(select(pickup.c.content).where(pickup.c.id == one)).scalar_one()
    return found


def put(tx: Tx, one: PickupId, at: datetime) -> None:
    """It is in storage from now on, and no longer here."""
    wanted = and_(pickup.c.id == one, pickup.c.put_at.is_(None))
    tx.connection.execute(update(pickup).where(wanted).values(put_at=at, content=b"", trouble=""))


def note_trouble(tx: Tx, some: Iterable[PickupId], code: str) -> None:
    """What went wrong at the last try; shown to people until a try works."""
    for ids in chunks(some):
        tx.connection.execute(update(pickup).where(pickup.c.id.in_(ids)).values(trouble=code))


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


def gone(tx: Tx, messages: Iterable[MessageId], now: datetime) -> set[MessageId]:
    """Those of these messages whose link leads nowhere any more."""
    return {
        message
        for message, one in of_messages(tx, messages).items()
        if one.deleted_at is not None or one.revoked_at is not None or one.expires_at <= now
    }


def listing(tx: Tx, limit: int = 500) -> list[Pickup]:
    rows = tx.connection.execute(select(pickup).order_by(pickup.c.made_at.desc()).limit(limit))
    return [_pickup(row) for row in rows]


def to_delete(tx: Tx, now: datetime) -> list[Pickup]:
    """Expired, revoked, or of a message that never left, and still there as far as is known."""
    never_left = message.c.state.in_(_NEVER_LEFT)
    over = or_(pickup.c.expires_at <= now, pickup.c.revoked_at.is_not(None), never_left)
    query = select(pickup).join(message, message.c.id == pickup.c.message)
    rows = tx.connection.execute(query.where(over, pickup.c.deleted_at.is_(None)).order_by(pickup.c.made_at))
    return [_pickup(row) for row in rows]


def unseen(tx: Tx, one: StorageId, now: datetime) -> dict[str, Pickup]:
    """By their names: what lies in a storage and has not been fetched as far as is known."""
    there = and_(pickup.c.put_at.is_not(None), pickup.c.deleted_at.is_(None), pickup.c.expires_at > now)
    wanted = and_(pickup.c.storage == one, there, pickup.c.picked_up_at.is_(None))
    return {row.name: _pickup(row) for row in tx.connection.execute(select(pickup).where(wanted))}


def deleted(tx: Tx, one: PickupId, at: datetime) -> None:
    """Gone from storage, and from here where it never got there."""
    wanted = and_(pickup.c.id == one, pickup.c.deleted_at.is_(None))
    tx.connection.execute(update(pickup).where(wanted).values(deleted_at=at, content=b"", trouble=""))


def mark(tx: Tx, one: PickupId, **at: datetime) -> None:
    """Set `revoked_at` or `picked_up_at` where it is not set yet."""
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
        ca_file=row.ca_file,
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
        put_at=row.put_at,
        trouble=row.trouble,
    )

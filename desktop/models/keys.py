"""Recipients' public keys and certificates. A revoked one stays, but is no longer live."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, select, update

from desktop.models.lanes import Tx
from desktop.models.records import KeyId, KeyKind, PersonId, PublicKey
from desktop.models.rows import chunks
from desktop.models.tables import public_key


def _key(row: Row[Any]) -> PublicKey:
    return PublicKey(
        id=KeyId(row.id),
        person=PersonId(row.person),
        kind=KeyKind(row.kind),
        fingerprint=row.fingerprint,
        addresses=tuple(row.addresses),
        data=row.data,
        expires=row.expires,
        source=row.source,
        confirmed_at=row.confirmed_at,
        revoked_at=row.revoked_at,
    )


def add(tx: Tx, key: PublicKey) -> None:
    tx.connection.execute(
        insert(public_key).values(
            id=key.id,
            person=key.person,
            kind=key.kind.value,
            fingerprint=key.fingerprint,
            addresses=list(key.addresses),
            data=key.data,
            expires=key.expires,
            source=key.source,
            confirmed_at=key.confirmed_at,
            revoked_at=key.revoked_at,
        )
    )


def get(tx: Tx, key: KeyId) -> PublicKey | None:
    row = tx.connection.execute(select(public_key).where(public_key.c.id == key)).one_or_none()
    return _key(row) if row else None


def confirm(tx: Tx, key: KeyId, at: datetime) -> None:
    """Its owner confirmed it now: it comes before those confirmed earlier."""
    tx.connection.execute(update(public_key).where(public_key.c.id == key).values(confirmed_at=at))


def live_everywhere(tx: Tx) -> list[PublicKey]:
    """Everybody's keys that are not revoked, those that end first in front."""
    query = select(public_key).where(public_key.c.revoked_at.is_(None))
    ordered = query.order_by(public_key.c.expires.is_(None), public_key.c.expires, public_key.c.id)
    return [_key(row) for row in tx.connection.execute(ordered)]


def live(tx: Tx, person: PersonId) -> list[PublicKey]:
    """Not revoked, the one confirmed last first; whether one has expired is the policy's question."""
    return live_many(tx, (person,)).get(person, [])


def live_many(tx: Tx, people: Iterable[PersonId]) -> dict[PersonId, list[PublicKey]]:
    """As `live`, for those who have keys."""
    found: dict[PersonId, list[PublicKey]] = {}
    for some in chunks(people):
        wanted = and_(public_key.c.person.in_(some), public_key.c.revoked_at.is_(None))
        newest = public_key.c.confirmed_at.desc(), public_key.c.id
        for row in tx.connection.execute(select(public_key).where(wanted).order_by(*newest)):
            found.setdefault(PersonId(row.person), []).append(_key(row))
    return found


def revoke(tx: Tx, key: KeyId, at: datetime) -> bool:
    """Take a key out of use; False if it is unknown or was revoked before."""
    wanted = and_(public_key.c.id == key, public_key.c.revoked_at.is_(None))
    return tx.connection.execute(update(public_key).where(wanted).values(revoked_at=at)).rowcount == 1

"""The practice's own keys: OpenPGP and S/MIME, with their secret halves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select

from desktop.models.lanes import Tx
from desktop.models.protection import OwnKeyState
from desktop.models.records import Identity, KeyKind
from desktop.models.tables_office import identity
from desktop.models.tables_protection import own_key_life


def put(
    tx: Tx,
    kind: KeyKind,
    fingerprint: str,
    address: str,
    secret: bytes,
    public: bytes,
    made_at: datetime,
) -> None:
    """Keep a new identity; the older ones stay, to read what was sealed to them."""
    tx.connection.execute(
        insert(identity).values(
            fingerprint=fingerprint,
            kind=KeyKind(kind).value,
            address=address,
            secret=secret,
            public=public,
            made_at=made_at,
        )
    )


def current(tx: Tx, kind: KeyKind) -> Identity | None:
    """The newest identity of a kind that is neither replaced nor revoked."""
    in_use = or_(own_key_life.c.state.is_(None), own_key_life.c.state == OwnKeyState.CURRENT.value)
    newest = (
        select(identity)
        .outerjoin(own_key_life, own_key_life.c.fingerprint == identity.c.fingerprint)
        .where(and_(identity.c.kind == KeyKind(kind).value, in_use))
        .order_by(identity.c.made_at.desc())
    )
    row = tx.connection.execute(newest.limit(1)).one_or_none()
    return _identity(row) if row else None


def listing(tx: Tx) -> list[Identity]:
    """All of them, newest first: old ones are kept to read what was sealed to them."""
    every = select(identity).order_by(identity.c.made_at.desc(), identity.c.kind)
    return [_identity(row) for row in tx.connection.execute(every)]


def _identity(row: Row[Any]) -> Identity:
    return Identity(KeyKind(row.kind), row.fingerprint, row.address, row.secret, row.public, row.made_at)

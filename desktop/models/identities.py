"""The practice's own keys: OpenPGP and S/MIME, with their secret halves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from desktop.models.lanes import Tx
from desktop.models.records import Identity, KeyKind
from desktop.models.tables_office import identity


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
    """The newest identity of a kind."""
    newest = (
        select(identity).where(identity.c.kind == KeyKind(kind).value).order_by(identity.c.made_at.desc())
    )
    row = tx.connection.execute(newest.limit(1)).one_or_none()
    if row is None:
        return None
    return Identity(KeyKind(row.kind), row.fingerprint, row.address, row.secret, row.public, row.made_at)

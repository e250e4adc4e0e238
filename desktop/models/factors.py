"""Second factors beside the authenticator: recovery codes, security keys, and today's proof."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.models.accounts import SecurityKey, UserId
from desktop.models.ids import new_id
from desktop.models.lanes import Tx
from desktop.models.tables_access import factor_day, recovery_code, security_key


def put_codes(tx: Tx, user: UserId, hashes: Iterable[bytes], at: datetime) -> None:
    """New recovery codes in place of all earlier ones."""
    tx.connection.execute(delete(recovery_code).where(recovery_code.c.user == user))
    rows = [{"id": new_id(), "user": user, "hash": hash_, "made_at": at} for hash_ in hashes]
    tx.connection.execute(insert(recovery_code), rows)


def use_code(tx: Tx, user: UserId, hash_: bytes, at: datetime) -> bool:
    """Use a code up; False where it is not one of theirs or was used before."""
    mine = (recovery_code.c.user == user) & (recovery_code.c.hash == hash_)
    done = tx.connection.execute(
        update(recovery_code).where(mine, recovery_code.c.used_at.is_(None)).values(used_at=at)
    )
    return done.rowcount == 1


def codes_left(tx: Tx, user: UserId) -> int:
    """How many recovery codes a person still has."""
    unused = (recovery_code.c.user == user) & recovery_code.c.used_at.is_(None)
    return tx.connection.execute(select(func.count()).select_from(recovery_code).where(unused)).scalar_one()


def _key(row: Row[Any]) -> SecurityKey:
    return SecurityKey(
        row.id,
        UserId(row.user),
        row.cred_id,
        row.rp_id,
        row.public_key,
        row.name,
        row.added_at,
        row.last_used,
    )


def add_key(tx: Tx, key: SecurityKey) -> None:
    """A credential that is enrolled already breaks the unique key."""
    tx.connection.execute(
        insert(security_key).values(
            id=key.id,
            user=key.user,
            cred_id=key.cred_id,
            rp_id=key.rp_id,
            public_key=key.public_key,
            name=key.name,
            added_at=key.added_at,
            last_used=key.last_used,
        )
    )


def keys_of(tx: Tx, user: UserId) -> list[SecurityKey]:
    """A person's security keys, the oldest first."""
    query = select(security_key).where(security_key.c.user == user)
    return [_key(row) for row in tx.connection.execute(query.order_by(security_key.c.added_at))]


def key_used(tx: Tx, cred_id: bytes, at: datetime) -> None:
    tx.connection.execute(update(security_key).where(security_key.c.cred_id == cred_id).values(last_used=at))


def drop_key(tx: Tx, id_: str) -> None:
    tx.connection.execute(delete(security_key).where(security_key.c.id == id_))


def proved_at(tx: Tx, user: UserId, computer: str) -> datetime | None:
    """When the second factor was last given on this computer."""
    mine = (factor_day.c.user == user) & (factor_day.c.computer == computer)
    return tx.connection.execute(select(factor_day.c.proved_at).where(mine)).scalar_one_or_none()


def prove(tx: Tx, user: UserId, computer: str, at: datetime) -> None:
    row = upsert(factor_day).values(user=user, computer=computer, proved_at=at)
    tx.connection.execute(
        row.on_conflict_do_update(index_elements=["user", "computer"], set_={"proved_at": at})
    )


def forget_proofs(tx: Tx, user: UserId) -> None:
    """After a changed password or factor, a suspension, or leaving."""
    tx.connection.execute(delete(factor_day).where(factor_day.c.user == user))


def forget_all(tx: Tx, user: UserId) -> None:
    """Somebody left: no code, no key, no proof of theirs is kept."""
    for table in (recovery_code, security_key, factor_day):
        tx.connection.execute(delete(table).where(table.c.user == user))

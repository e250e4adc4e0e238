"""The people who may sign in. Names are unique whatever their case."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.models.accounts import Role, User, UserId, UserState
from desktop.models.lanes import Tx
from desktop.models.tables_access import account
from desktop.models.tables_office import app_user

_WHOLE = select(
    app_user.c.id,
    app_user.c.name,
    app_user.c.role,
    app_user.c.disabled_at,
    account.c.state,
    account.c.added_at,
    account.c.last_seen,
    account.c.must_change,
).join(account, account.c.user == app_user.c.id)


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _user(row: Row[*tuple[Any, ...]]) -> User:
    return User(
        id=UserId(row.id),
        name=row.name,
        role=Role(row.role),
        disabled_at=row.disabled_at,
        state=UserState(row.state),
        added_at=row.added_at,
        last_seen=row.last_seen,
        must_change=bool(row.must_change),
    )


def add(tx: Tx, user: User, totp_secret: str) -> None:
    """A name that is taken breaks the unique key: ask `by_name` first.

    `totp_secret` is "" for somebody who is only invited.
    """
    tx.connection.execute(
        insert(app_user).values(
            id=user.id,
            name=user.name,
            name_key=_key(user.name),
            role=user.role.value,
            totp_secret=totp_secret,
            disabled_at=user.disabled_at,
        )
    )
    tx.connection.execute(
        insert(account).values(
            user=user.id,
            state=user.state.value,
            added_at=user.added_at,
            last_seen=user.last_seen,
            must_change=int(user.must_change),
        )
    )


def get(tx: Tx, user: UserId) -> User | None:
    row = tx.connection.execute(_WHOLE.where(app_user.c.id == user)).one_or_none()
    return _user(row) if row else None


def by_name(tx: Tx, name: str) -> User | None:
    row = tx.connection.execute(_WHOLE.where(app_user.c.name_key == _key(name))).one_or_none()
    return _user(row) if row else None


def listing(tx: Tx) -> list[User]:
    return [_user(row) for row in tx.connection.execute(_WHOLE.order_by(app_user.c.name_key))]


def update_user(tx: Tx, user: User) -> None:
    """Store everything of a user but the authenticator."""
    tx.connection.execute(
        update(app_user)
        .where(app_user.c.id == user.id)
        .values(name=user.name, name_key=_key(user.name), role=user.role.value, disabled_at=user.disabled_at)
    )
    tx.connection.execute(
        update(account)
        .where(account.c.user == user.id)
        .values(
            state=user.state.value,
            added_at=user.added_at,
            last_seen=user.last_seen,
            must_change=int(user.must_change),
        )
    )


def seen(tx: Tx, user: UserId, at: datetime) -> None:
    """The person signed in: what the access review shows as last use."""
    tx.connection.execute(update(account).where(account.c.user == user).values(last_seen=at))


def totp(tx: Tx, user: UserId) -> tuple[str, int]:
    """The authenticator's secret and the last time step that was accepted."""
    columns = select(app_user.c.totp_secret, app_user.c.totp_last_step)
    row = tx.connection.execute(columns.where(app_user.c.id == user)).one()
    return row.totp_secret, row.totp_last_step


def set_totp(tx: Tx, user: UserId, secret: str) -> None:
    """A new authenticator; no code of it was used yet."""
    tx.connection.execute(
        update(app_user).where(app_user.c.id == user).values(totp_secret=secret, totp_last_step=0)
    )


def set_last_step(tx: Tx, user: UserId, step: int) -> None:
    """A code works once: `step` and everything before it is used up."""
    tx.connection.execute(update(app_user).where(app_user.c.id == user).values(totp_last_step=step))

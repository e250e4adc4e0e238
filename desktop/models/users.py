"""The people who may sign in. Names are unique whatever their case."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.models.accounts import Role, User, UserId
from desktop.models.lanes import Tx
from desktop.models.tables_office import app_user


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _user(row: Row[Any]) -> User:
    return User(UserId(row.id), row.name, Role(row.role), row.disabled_at)


def add(tx: Tx, user: User, totp_secret: str) -> None:
    """A name that is taken breaks the unique key: ask `by_name` first."""
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


def get(tx: Tx, user: UserId) -> User | None:
    row = tx.connection.execute(select(app_user).where(app_user.c.id == user)).one_or_none()
    return _user(row) if row else None


def by_name(tx: Tx, name: str) -> User | None:
    row = tx.connection.execute(select(app_user).where(app_user.c.name_key == _key(name))).one_or_none()
    return _user(row) if row else None


def listing(tx: Tx) -> list[User]:
    return [_user(row) for row in tx.connection.execute(select(app_user).order_by(app_user.c.name_key))]


def update_user(tx: Tx, user: User) -> None:
    """Store a new name, role or disabling."""
    tx.connection.execute(
        update(app_user)
        .where(app_user.c.id == user.id)
        .values(name=user.name, name_key=_key(user.name), role=user.role.value, disabled_at=user.disabled_at)
    )


def totp(tx: Tx, user: UserId) -> tuple[str, int]:
    """The authenticator's secret and the last time step that was accepted."""
    columns = select(app_user.c.totp_secret, app_user.c.totp_last_step)
    row = tx.connection.execute(columns.where(app_user.c.id == user)).one()
    return row.totp_secret, row.totp_last_step


def set_last_step(tx: Tx, user: UserId, step: int) -> None:
    """A code works once: `step` and everything before it is used up."""
    tx.connection.execute(update(app_user).where(app_user.c.id == user).values(totp_last_step=step))

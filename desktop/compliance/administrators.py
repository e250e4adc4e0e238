"""Somebody must always be left who can let people in: the rule of the last administrator."""

from __future__ import annotations

from desktop.errors import Refused
from desktop.models import users
from desktop.models.accounts import Role, User, UserState
from desktop.models.database import Tx


def active_administrators(tx: Tx) -> tuple[User, ...]:
    """Who can sign in today and may do everything; invited and suspended ones do not count."""
    return tuple(
        user
        for user in users.listing(tx)
        if user.role is Role.ADMINISTRATOR and user.state is UserState.ACTIVE
    )


def refuse_last(tx: Tx, user: User) -> None:
    """Before `user` stops being an active administrator.

    Raises Refused("last-administrator") where nobody would be left.
    """
    if not any(one.id != user.id for one in active_administrators(tx)):
        raise Refused("last-administrator")

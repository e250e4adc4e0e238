"""Somebody must always be left who can let people in: the rule of the last administrator."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from desktop.audit.events import Act
from desktop.errors import Refused
from desktop.models import audit_queries, users
from desktop.models.accounts import Role, User, UserState
from desktop.models.database import Tx
from desktop.models.filters import AuditFilter

COOLING = timedelta(days=7)
"""How long a practice that lost an administrator waits before one alone may make another."""
_ACTS = (Act.USER_SUSPENDED.value, Act.USER_CHANGED.value)


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


def alone_until(tx: Tx, now: datetime) -> datetime | None:
    """When one administrator alone may make another; None where nothing stands in the way.

    Two agree on a third. Who suspends or demotes the second one first, and undoes it after,
    would be alone in between: so that counts for a week. (Leaving cannot be undone, and
    everybody notices.) In an emergency the recovery key is the way.
    """
    taken = [
        moment
        for record in audit_queries.records(tx, AuditFilter(since=now - COOLING, acts=_ACTS, outcome="ok"))
        if (moment := _taken_at(json.loads(record.body))) is not None
    ]
    return max(taken) + COOLING if taken else None


def _taken_at(body: dict[str, Any]) -> datetime | None:
    """When an administrator was one no longer, if the record is about that."""
    was = body["det"].get("role-before", "")
    stays = body["act"] == Act.USER_CHANGED.value and body["det"].get("role") == was
    if was != Role.ADMINISTRATOR.value or stays:
        return None
    return datetime.fromtimestamp(body["ts"] / 1000, UTC)

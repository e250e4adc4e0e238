"""Ending a person's sessions in other processes: windows, and what a command line's token carries.

A token's file can be deleted, but a copy of it cannot; so the database says from when on a
person's tokens count, and every command that resumes one asks.
"""

from __future__ import annotations

from datetime import datetime

from desktop.models import settings, users
from desktop.models.accounts import Session, UserId, UserState
from desktop.models.database import Tx

_PREFIX = "sessions-ended-"


def end_tokens(tx: Tx, user: UserId, at: datetime) -> None:
    """Whatever token of theirs was issued before `at` opens nothing any more."""
    settings.put(tx, _PREFIX + user, at.isoformat())


def ended_at(tx: Tx, user: UserId) -> datetime | None:
    """When the tokens of this person were last ended."""
    kept = settings.get(tx, _PREFIX + user)
    return datetime.fromisoformat(kept) if kept else None


def still_counts(tx: Tx, session: Session) -> bool:
    """Whether the account is there and has the session's role: another process may have ended it."""
    user = users.get(tx, session.user)
    return user is not None and user.state is UserState.ACTIVE and user.role is session.role

"""Ending a person's sessions in other processes: windows, and what a command line's token carries.

A token's file can be deleted, but a copy of it cannot, and another process's window is out of
reach; so the database says from when on a person's sessions count, and every use case asks.
"""

from __future__ import annotations

from datetime import datetime

from desktop.models import settings, users
from desktop.models.accounts import Session, SessionId, UserId, UserState
from desktop.models.database import Tx

_PREFIX = "sessions-ended-"


def end_tokens(tx: Tx, user: UserId, at: datetime, but: SessionId | None = None) -> None:
    """Whatever session of theirs began before `at`, and whatever token was issued, ends; but for `but`."""
    settings.put(tx, _PREFIX + user, f"{at.isoformat()} {but or ''}".strip())


def ended_at(tx: Tx, user: UserId) -> datetime | None:
    """When the sessions of this person were last ended."""
    return _ended(tx, user)[0]


def still_counts(tx: Tx, session: Session) -> bool:
    """Whether account, role and session are what they were: another process may have ended them."""
    user = users.get(tx, session.user)
    if user is None or user.state is not UserState.ACTIVE or user.role is not session.role:
        return False
    ended, but = _ended(tx, session.user)
    return ended is None or session.started >= ended or session.id == but


def _ended(tx: Tx, user: UserId) -> tuple[datetime | None, str]:
    at, _, but = (settings.get(tx, _PREFIX + user) or "").partition(" ")
    return (datetime.fromisoformat(at) if at else None), but

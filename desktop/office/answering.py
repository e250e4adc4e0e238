"""Who is answering a conversation at this moment: others see the name; it keeps nobody out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from desktop.models import conversations
from desktop.models.accounts import UserId
from desktop.models.correspondence import Conversation
from desktop.models.database import Tx
from desktop.office.conversations_shown import answered_by

ANSWERING = timedelta(minutes=10)
"""How long somebody counts as answering after they began, or kept their draft."""
_FRESH = timedelta(minutes=8)
"""While this much is left, keeping a draft writes nothing: every change of a conversation has every
window read its list anew."""


def renewed(tx: Tx, row: Conversation, user: UserId, now: datetime) -> UserId | None:
    """`user` counts as answering from now on, unless somebody else does: then who that is."""
    other = answered_by(row, now)
    if other not in (None, user):
        return other
    until = row.answering_until
    if other is None or until is None or until - now < _FRESH:
        conversations.put(tx, replace(row, answering=user, answering_until=now + ANSWERING))
    return None


def ended(tx: Tx, row: Conversation, user: UserId) -> None:
    """`user` left off; what somebody else is answering stays as it is."""
    if row.answering == user:
        conversations.put(tx, replace(row, answering=None, answering_until=None))

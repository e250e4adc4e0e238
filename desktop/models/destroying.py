"""Destroying content whose time is over: rows go, and `secure_delete` overwrites where they lay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, delete, func, select

from desktop.models.columns import Utc
from desktop.models.lanes import Tx
from desktop.models.records import State
from desktop.models.rows import chunks
from desktop.models.tables_mail import attempt, draft, message, message_body


def bodies(tx: Tx, ended: Iterable[State], before: datetime) -> int:
    """The sealed bytes of messages that came to one of these ends before then; how many.

    A message's end is its last attempt; one without any ended when it was to leave at the
    earliest. Its row stays: whom it went to, how, and the hash of what it was.
    """
    last = select(func.max(attempt.c.at)).where(attempt.c.message == message.c.id).scalar_subquery()
    over = and_(
        message.c.state.in_([state.value for state in ended]),
        message.c.queued_at < before,
        func.coalesce(last, message.c.not_before, type_=Utc) < before,
    )
    query = select(message_body.c.message).join(message, message.c.id == message_body.c.message).where(over)
    found = list(tx.connection.execute(query).scalars())
    for some in chunks(found):
        tx.connection.execute(delete(message_body).where(message_body.c.message.in_(some)))
    return len(found)


def attempts(tx: Tx, ended: Iterable[State], before: datetime) -> int:
    """What relays answered, of messages that are over; the last reply stays in the message's row."""
    over = select(message.c.id).where(message.c.state.in_([state.value for state in ended]))
    gone = tx.connection.execute(delete(attempt).where(attempt.c.at < before, attempt.c.message.in_(over)))
    return gone.rowcount


def drafts(tx: Tx, before: datetime) -> int:
    """Drafts that nobody has touched since then."""
    return tx.connection.execute(delete(draft).where(draft.c.changed_at < before)).rowcount

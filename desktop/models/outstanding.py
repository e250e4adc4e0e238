"""Which locked files somebody may still have to open: for sealing them anew under other words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select

from desktop.models.lanes import Tx
from desktop.models.records import MessageId, Method, PersonId, State
from desktop.models.tables_mail import message
from desktop.models.tables_protection import pickup


def locked_files(
    tx: Tx, person: PersonId, states: Iterable[State], since: datetime, now: datetime
) -> list[MessageId]:
    """Oldest first, those whose bytes are no longer kept too.

    Left out: what was queued before `since`, what no longer matters, what was picked up, and
    what was sealed anew before (its successor is in the list).
    """
    again = select(message.c.source).where(message.c.person == person, message.c.kind == "letter")
    fetched = select(pickup.c.message).where(pickup.c.picked_up_at.is_not(None))
    query = (
        select(message.c.id)
        .where(
            message.c.person == person,
            message.c.method == Method.ENVELOPE.value,
            message.c.state.in_([state.value for state in states]),
            message.c.queued_at >= since,
            or_(message.c.useless_after.is_(None), message.c.useless_after > now),
            message.c.superseded == 0,
            message.c.id.not_in(again),
            message.c.id.not_in(fetched),
        )
        .order_by(message.c.queued_at, message.c.id)
    )
    return [MessageId(row.id) for row in tx.connection.execute(query)]

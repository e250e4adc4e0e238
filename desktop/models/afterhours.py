"""The answer outside the opening hours, and when the program may speak up: two settings, as JSON.

With what tells whom an answer goes to: conversations that nobody has answered, and how many got one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import field
from datetime import datetime, time

from sqlalchemy import func, select

from desktop.frozen import dataclass
from desktop.models import settings
from desktop.models.correspondence import (
    AfterHours,
    ConversationId,
    ConversationState,
    Direction,
    Notify,
    Urgency,
)
from desktop.models.delivery import ReceivedId
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.tables_delivery import received
from desktop.models.tables_desk import conversation, entry

HEADER_BYTES = 65_536
_RULES, _NOTIFY = "after-hours", "notify"


@dataclass(frozen=True)
class Unanswered:
    """The latest mail of a conversation that was never answered by itself; `person` wrote it, `head` is
    its beginning.
    """

    conversation: ConversationId
    person: PersonId
    received: ReceivedId
    at: datetime
    kind: str
    sender: str
    message_id: str
    urgent: bool
    head: bytes = field(repr=False)


def rules(tx: Tx) -> AfterHours:
    """Off, where nobody has set anything."""
    kept = settings.get(tx, _RULES)
    return AfterHours() if kept is None else AfterHours(**json.loads(kept))


def put_rules(tx: Tx, one: AfterHours) -> None:
    kept = {"enabled": one.enabled, "text_en": one.text_en, "text_es": one.text_es}
    settings.put(tx, _RULES, json.dumps(kept, separators=(",", ":")))


def notify(tx: Tx) -> Notify:
    """On weekdays from 7 to 19, where nobody has set anything."""
    text = settings.get(tx, _NOTIFY)
    if text is None:
        return Notify()
    kept = json.loads(text)
    first, last = time.fromisoformat(kept["first"]), time.fromisoformat(kept["last"])
    return Notify(kept["enabled"], first, last, tuple(kept["days"]))


def put_notify(tx: Tx, one: Notify) -> None:
    kept = {
        "enabled": one.enabled,
        "first": one.first.isoformat("minutes"),
        "last": one.last.isoformat("minutes"),
        "days": list(one.days),
    }
    settings.put(tx, _NOTIFY, json.dumps(kept, separators=(",", ":")))


def unanswered(tx: Tx, since: datetime, limit: int, but: Iterable[ReceivedId] = ()) -> list[Unanswered]:
    """Of open conversations with somebody known that ended with their mail after `since`; the most
    urgent first, then the oldest. `but` are mails that were looked at before.
    """
    row = conversation.c
    other = entry.alias()
    newest = (
        select(func.max(other.c.seq))
        .where(other.c.conversation == row.id, other.c.received.is_not(None))
        .correlate(conversation)
        .scalar_subquery()
    )
    query = (
        select(
            row.id.label("conversation"),
            entry.c.person,
            row.urgency,
            received.c.id,
            received.c.at,
            received.c.kind,
            received.c.sender,
            received.c.message_id,
            func.substr(received.c.raw, 1, HEADER_BYTES).label("head"),
        )
        .select_from(conversation)
        .join(entry, entry.c.seq == newest)
        .join(received, received.c.id == entry.c.received)
        .where(
            row.state == ConversationState.OPEN.value,
            entry.c.person.is_not(None),
            row.changed_at >= since,
            row.auto_answered_at.is_(None),
            row.last == Direction.IN.value,
            received.c.at >= since,
            received.c.id.not_in(list(but)),
        )
        .order_by(row.urgency.desc(), row.changed_at, row.id)
        .limit(limit)
    )
    return [
        Unanswered(
            conversation=ConversationId(one.conversation),
            person=PersonId(one.person),
            received=ReceivedId(one.id),
            at=one.at,
            kind=one.kind,
            sender=one.sender,
            message_id=one.message_id,
            urgent=one.urgency == Urgency.URGENT.value,
            head=bytes(one.head or b""),
        )
        for one in tx.connection.execute(query)
    ]


def answered(tx: Tx, since: datetime, person: PersonId | None = None) -> int:
    """How many conversations got an answer by itself since then, in all or of one person."""
    these = select(func.count()).select_from(conversation).where(conversation.c.auto_answered_at >= since)
    if person is not None:
        these = these.where(conversation.c.person == person)
    return int(tx.connection.execute(these).scalar_one())

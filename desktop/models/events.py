"""What came of messages, whatever told of it: entries are added once and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, bindparam, insert, select

from desktop.models.delivery import DeliveryEvent, EventKind
from desktop.models.lanes import Tx
from desktop.models.records import MessageId, PersonId
from desktop.models.rows import chunks
from desktop.models.tables_delivery import event_ref
from desktop.models.tables_mail import event

_WHOLE: Select[Any] = select(event, event_ref.c.ref).outerjoin(event_ref, event_ref.c.event == event.c.seq)

_TOLD = select(event_ref.c.event).where(
    event_ref.c.source == bindparam("b_source"), event_ref.c.ref == bindparam("b_ref")
)
_ADD = insert(event).returning(event.c.seq)
_NAME = insert(event_ref)
"""Built once: thousands of reports come together."""


def _event(row: Row[Any]) -> DeliveryEvent:
    return DeliveryEvent(
        kind=EventKind(row.kind),
        at=row.at,
        source=row.source,
        ref=row.ref or "",
        message=MessageId(row.message) if row.message else None,
        person=PersonId(row.person) if row.person else None,
        details=row.details,
    )


def add(tx: Tx, one: DeliveryEvent) -> bool:
    """Keep it; False, and nothing changed, where its source has told of it before."""
    named = {"source": one.source, "ref": one.ref}
    if tx.connection.execute(_TOLD, {"b_source": one.source, "b_ref": one.ref}).first() is not None:
        return False
    row = {
        "at": one.at,
        "kind": one.kind.value,
        "source": one.source,
        "message": one.message,
        "person": one.person,
        "details": one.details,
    }
    seq = tx.connection.execute(_ADD, row).scalar_one()
    tx.connection.execute(_NAME, {**named, "event": seq})
    return True


def of_message(tx: Tx, message: MessageId) -> list[DeliveryEvent]:
    """Oldest first."""
    wanted = _WHOLE.where(event.c.message == message).order_by(event.c.at, event.c.seq)
    return [_event(row) for row in tx.connection.execute(wanted)]


def of_messages(tx: Tx, ids: Iterable[MessageId]) -> dict[MessageId, list[DeliveryEvent]]:
    """As `of_message`, of many; messages without any are left out."""
    found: dict[MessageId, list[DeliveryEvent]] = {}
    for some in chunks(ids):
        query = _WHOLE.where(event.c.message.in_(some)).order_by(event.c.at, event.c.seq)
        for row in tx.connection.execute(query):
            found.setdefault(MessageId(row.message), []).append(_event(row))
    return found


def of_person(tx: Tx, person: PersonId, limit: int = 200) -> list[DeliveryEvent]:
    """Newest first."""
    wanted = _WHOLE.where(event.c.person == person).order_by(event.c.at.desc(), event.c.seq.desc())
    return [_event(row) for row in tx.connection.execute(wanted.limit(limit))]

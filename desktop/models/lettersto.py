"""Letters to many, found by what they are for."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from desktop.models import messages
from desktop.models.lanes import Tx
from desktop.models.purposes import MailPurpose
from desktop.models.records import Message, MessageId, PersonId, State
from desktop.models.tables_mail import message


def of_purposes(
    tx: Tx, person: PersonId, purposes: Collection[MailPurpose], states: Collection[State]
) -> list[Message]:
    """Those to one person in these states, oldest first."""
    query = (
        select(message.c.id)
        .where(
            message.c.person == person,
            message.c.purpose.in_(sorted(purpose.value for purpose in purposes)),
            message.c.state.in_(sorted(state.value for state in states)),
        )
        .order_by(message.c.queued_at, message.c.id)
    )
    ids = [MessageId(id_) for id_ in tx.connection.execute(query).scalars()]
    found = messages.get_many(tx, ids)
    return [found[id_] for id_ in ids]


def purpose_of(tx: Tx, id_: MessageId) -> MailPurpose | None:
    """What one letter to many is for; None of every other message."""
    found = tx.connection.execute(select(message.c.purpose).where(message.c.id == id_)).scalar()
    return MailPurpose(found) if found else None


def is_from(tx: Tx, source: str) -> bool:
    """Whether anything was ever queued from this source."""
    return (
        tx.connection.execute(select(message.c.id).where(message.c.source == source).limit(1)).first()
        is not None
    )

"""The rows of the outbox that a scope of pauses takes in."""

from __future__ import annotations

from sqlalchemy import select

from desktop.models import messages, pauses
from desktop.models.delivery import EVERYTHING, Scope
from desktop.models.lanes import Tx
from desktop.models.records import Message, MessageId
from desktop.models.tables_mail import message


def in_scope(tx: Tx, scope: Scope, limit: int | None = None) -> list[Message]:
    """Oldest first; KeyError for a scope whose first word does not exist."""
    query = select(message.c.id).order_by(message.c.queued_at, message.c.id).limit(limit)
    if scope != EVERYTHING:
        kind, _, id_ = scope.partition(":")
        query = query.where(pauses.COLUMNS[kind] == id_)
    ids = [MessageId(id_) for id_ in tx.connection.execute(query).scalars()]
    found = messages.get_many(tx, ids)
    return [found[id_] for id_ in ids]

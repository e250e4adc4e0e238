"""Tasks to phone somebody about a message: one open at a time for each message, whatever the cause."""

from __future__ import annotations

from datetime import datetime

from desktop.models import tasks
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Message, MessageId
from desktop.models.tasks import Task

CALL = "call"
"""The kind of a task to phone somebody.

`details["cause"]` says why: `silence`, `uncertain`, `failed`, `not-opened`.
"""


def call_of(tx: Tx, message: MessageId) -> Task | None:
    """The open task to phone about this message."""
    return next((one for one in tasks.open_ones(tx, CALL) if one.source == message), None)


def open_call(
    tx: Tx, message: Message, cause: str, now: datetime, due: datetime | None = None
) -> Task | None:
    """Open one for whoever may do it; None where one is open. The caller records it."""
    if call_of(tx, message.id) is not None:
        return None
    task = Task(
        new_id(), CALL, now, source=message.id, person=message.person, due_at=due, details={"cause": cause}
    )
    tasks.add(tx, task)
    return task

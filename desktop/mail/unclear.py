"""Reminders of which nobody knows: after half an hour without a sign, somebody phones.

The row stays uncertain; nothing is sent again by itself (SECURITY 5.3). Whatever then tells
that it arrived ends the task: the mailbox, the relay, or a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.mail.calls import CALL, open_call
from desktop.mail.sealing import REMINDER
from desktop.mail.settling import is_unclear
from desktop.models import messages, tasks
from desktop.models.database import Tx
from desktop.models.records import Message, MessageId, State
from desktop.models.tasks import Task, TaskState

PATIENCE = timedelta(minutes=30)
CAUSE = "uncertain"


def look(tx: Tx, audit: AuditLog, now: datetime) -> int:
    """Open a task for each reminder that became uncertain so long ago, and close those that were
    settled since; how many were opened."""
    _close_settled(tx, now)
    opened = 0
    for row in _due(tx, now):
        task = open_call(tx, row, CAUSE, now)
        if task is not None:
            audit.record(tx, Event(Act.CALL_TASK_OPENED, obj=task.id, det={"person": row.person}))
            opened += 1
    return opened


def is_due(tx: Tx, now: datetime) -> bool:
    """Whether `look` would change anything."""
    return bool(_due(tx, now)) or any(_is_settled(tx, one) for one in _tasks(tx))


def since(tx: Tx, row: Message) -> datetime:
    """When it became uncertain."""
    marks = [one.at for one in messages.attempts(tx, row.id) if one.phase == State.UNCERTAIN.value]
    return marks[-1] if marks else row.queued_at


def _due(tx: Tx, now: datetime) -> list[Message]:
    unclear = [row for row in messages.by_states(tx, (State.UNCERTAIN,)) if row.kind == REMINDER]
    if not unclear:
        return []
    known = tasks.sources(tx, CALL)  # once: a task that was done is not opened again
    rows = [row for row in unclear if is_unclear(row) and row.id not in known]
    return [row for row in rows if since(tx, row) <= now - PATIENCE]


def _tasks(tx: Tx) -> list[Task]:
    return [one for one in tasks.open_ones(tx, CALL) if one.details.get("cause") == CAUSE]


def _is_settled(tx: Tx, task: Task) -> bool:
    """It arrived after all, or another took its place; of one that came back somebody still has to phone."""
    row = messages.get(tx, MessageId(task.source))
    return row is None or row.state is State.ACCEPTED or row.superseded


def _close_settled(tx: Tx, now: datetime) -> None:
    for task in _tasks(tx):
        if _is_settled(tx, task):
            tasks.close(tx, task.id, TaskState.DROPPED, now)

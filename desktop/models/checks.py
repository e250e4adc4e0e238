"""Identity checks on the phone: who made sure when that it was this person, and by what.

Each is a closed task, so that it stands where other work stands; `details` names what was
asked, never an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, func, select

from desktop.models import tasks
from desktop.models.accounts import UserId
from desktop.models.ids import new_id
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.tables_desk import task
from desktop.models.tasks import Task, TaskState

KIND = "identity-check"


def put(tx: Tx, person: PersonId, by: UserId, asked: Iterable[str], at: datetime) -> None:
    done = Task(
        new_id(),
        KIND,
        at,
        person=person,
        owner=by,
        state=TaskState.DONE,
        closed_at=at,
        details=dict.fromkeys(asked, 1),
    )
    tasks.add(tx, done)


def latest(tx: Tx, person: PersonId, by: UserId, since: datetime) -> datetime | None:
    """When `by` last made sure of this person, not before `since`."""
    wanted = and_(task.c.kind == KIND, task.c.person == person, task.c.owner == by)
    newest = select(func.max(task.c.closed_at, type_=task.c.closed_at.type)).where(wanted)
    at: datetime | None = tx.connection.execute(newest).scalar()
    return at if at is not None and at >= since else None

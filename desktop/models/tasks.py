"""Tasks: what somebody has to do or to read, by kind; every room may write through here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from desktop.models.accounts import UserId
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.tables_desk import task


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Task:
    """`owner` is None for whoever may do it; `details` holds codes, ids and numbers only."""

    id: str
    kind: str
    opened_at: datetime
    source: str = ""
    person: PersonId | None = None
    owner: UserId | None = None
    state: TaskState = TaskState.OPEN
    due_at: datetime | None = None
    closed_at: datetime | None = None
    details: dict[str, str | int] = field(default_factory=dict)


def _task(row: Row[Any]) -> Task:
    return Task(
        id=row.id,
        kind=row.kind,
        opened_at=row.opened_at,
        source=row.source,
        person=PersonId(row.person) if row.person else None,
        owner=UserId(row.owner) if row.owner else None,
        state=TaskState(row.state),
        due_at=row.due_at,
        closed_at=row.closed_at,
        details=row.details,
    )


def add(tx: Tx, one: Task) -> None:
    tx.connection.execute(
        insert(task).values(
            id=one.id,
            kind=one.kind,
            source=one.source,
            person=one.person,
            details=one.details,
            state=one.state.value,
            owner=one.owner,
            opened_at=one.opened_at,
            due_at=one.due_at,
            closed_at=one.closed_at,
        )
    )


def get(tx: Tx, id_: str) -> Task | None:
    row = tx.connection.execute(select(task).where(task.c.id == id_)).one_or_none()
    return _task(row) if row else None


def open_ones(tx: Tx, kind: str = "", owner: UserId | None = None) -> list[Task]:
    """Open tasks, the earliest due first; with `owner` those of the person and those of nobody."""
    query = select(task).where(task.c.state == TaskState.OPEN.value)
    if kind:
        query = query.where(task.c.kind == kind)
    if owner is not None:
        query = query.where(or_(task.c.owner == owner, task.c.owner.is_(None)))
    return [_task(row) for row in tx.connection.execute(query.order_by(task.c.due_at, task.c.opened_at))]


def sources(tx: Tx, kind: str) -> frozenset[str]:
    """What tasks of this kind were ever opened for, ended ones too."""
    return frozenset(tx.connection.execute(select(task.c.source).where(task.c.kind == kind)).scalars())


def of_source(tx: Tx, kind: str, source: str) -> list[Task]:
    """Every task of this kind that was opened for `source`, ended ones too, oldest first."""
    query = select(task).where(task.c.kind == kind, task.c.source == source).order_by(task.c.opened_at)
    return [_task(row) for row in tx.connection.execute(query)]


def close(tx: Tx, id_: str, to: TaskState, at: datetime) -> bool:
    """End an open task; False where somebody else has."""
    done = tx.connection.execute(
        update(task)
        .where(task.c.id == id_, task.c.state == TaskState.OPEN.value)
        .values(state=to.value, closed_at=at)
    )
    return done.rowcount == 1


def hand_over(tx: Tx, frm: UserId, to: UserId) -> int:
    """Somebody leaves: their open tasks are `to`'s; how many there were."""
    done = tx.connection.execute(
        update(task).where(task.c.owner == frm, task.c.state == TaskState.OPEN.value).values(owner=to)
    )
    return done.rowcount

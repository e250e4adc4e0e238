"""Tasks: what somebody has to do or to read, by kind; every room may write through here.

Each is in the search index under its person's name and its note; `task_entry` numbers the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, insert, or_, select, update

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationId
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.rows import chunks
from desktop.models.tables_desk import task, task_entry


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Task:
    """`owner` is None for whoever may do it; `details` holds codes, ids, numbers and wall-clock times
    only, the words of people stand in `note`."""

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
    note: str = field(default="", repr=False)
    result: str = ""
    """How it ended: `done` or `dropped`; '' while it is open, and of what ended before there were results."""
    closed_by: UserId | None = None
    """None where nobody ended it: what it waited for had happened."""
    conversation: ConversationId | None = None


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
        note=row.note,
        result=row.result,
        closed_by=UserId(row.closed_by) if row.closed_by else None,
        conversation=ConversationId(row.conversation) if row.conversation else None,
    )


def _values(one: Task) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "source": one.source,
        "person": one.person,
        "conversation": one.conversation,
        "details": one.details,
        "state": one.state.value,
        "owner": one.owner,
        "opened_at": one.opened_at,
        "due_at": one.due_at,
        "closed_at": one.closed_at,
        "closed_by": one.closed_by,
        "result": one.result,
        "note": one.note,
    }


def add(tx: Tx, one: Task) -> None:
    tx.connection.execute(insert(task).values(**_values(one)))
    tx.connection.execute(insert(task_entry).values(task=one.id))
    _index(tx, one.id)


def put(tx: Tx, one: Task) -> None:
    """Every column as given; what was added under this id."""
    tx.connection.execute(update(task).where(task.c.id == one.id).values(**_values(one)))
    _index(tx, one.id)


_INDEX = """
    INSERT OR REPLACE INTO task_search (rowid, who, words)
    SELECT e.seq, coalesce(p.first_name || ' ' || p.last_name || ' ' || p.organisation, ''), t.note
    FROM task t JOIN task_entry e ON e.task = t.id LEFT JOIN person p ON p.id = t.person WHERE
"""


def _index(tx: Tx, id_: str) -> None:
    tx.connection.exec_driver_sql(_INDEX + "t.id = ?", (id_,))


def renamed(tx: Tx, persons: Sequence[str]) -> None:
    """Open tasks of these people are found by their new names from now on."""
    which = "t.person IN (SELECT value FROM json_each(?)) AND t.state = 'open'"
    tx.connection.exec_driver_sql(_INDEX + which, (json.dumps(list(persons)),))


def get(tx: Tx, id_: str) -> Task | None:
    row = tx.connection.execute(select(task).where(task.c.id == id_)).one_or_none()
    return _task(row) if row else None


def get_many(tx: Tx, ids: Iterable[str]) -> dict[str, Task]:
    """As `get`, of many; those that do not exist are left out."""
    found: dict[str, Task] = {}
    for some in chunks(dict.fromkeys(ids)):
        rows = tx.connection.execute(select(task).where(task.c.id.in_(some)))
        found.update((row.id, _task(row)) for row in rows)
    return found


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


def of_conversation(tx: Tx, id_: ConversationId) -> list[Task]:
    """Every task that belongs to a conversation, ended ones too, oldest first."""
    query = select(task).where(task.c.conversation == id_).order_by(task.c.opened_at)
    return [_task(row) for row in tx.connection.execute(query)]


def waits(tx: Tx, id_: ConversationId) -> bool:
    """Whether somebody still has to do something that belongs to a conversation."""
    return any(one.state is TaskState.OPEN for one in of_conversation(tx, id_))


def listing(
    tx: Tx,
    *,
    owner: UserId | None = None,
    ended: bool = False,
    kinds: Iterable[str] = (),
    limit: int = 200,
    offset: int = 0,
) -> list[Task]:
    """Open ones by what is due first, then the oldest; ended ones the latest first.

    With `owner` those of the person and those of nobody; without `kinds` every kind.
    """
    order = (task.c.closed_at.desc(), task.c.id) if ended else _BY_DUE
    query = select(task).where(_wanted(owner, ended, tuple(kinds))).order_by(*order)
    return [_task(row) for row in tx.connection.execute(query.limit(limit).offset(offset))]


def count(
    tx: Tx,
    *,
    owner: UserId | None = None,
    ended: bool = False,
    kinds: Iterable[str] = (),
    due_before: datetime | None = None,
) -> int:
    """How many `listing` would give without a limit; with `due_before` those that are due by then."""
    wanted = _wanted(owner, ended, tuple(kinds))
    if due_before is not None:
        wanted = and_(wanted, task.c.due_at < due_before)
    return int(tx.connection.execute(select(func.count()).select_from(task).where(wanted)).scalar_one())


def counts(tx: Tx, kinds: Iterable[str], owner: UserId | None = None) -> dict[str, int]:
    """Open ones of each of these kinds; a kind of which there is none is left out."""
    query = select(task.c.kind, func.count().label("number")).group_by(task.c.kind)
    query = query.where(_wanted(owner, False, tuple(kinds)))
    return {row.kind: row.number for row in tx.connection.execute(query)}


_BY_DUE = (task.c.due_at.is_(None), task.c.due_at, task.c.opened_at, task.c.id)


def _wanted(owner: UserId | None, ended: bool, kinds: tuple[str, ...]) -> ColumnElement[bool]:
    states = (TaskState.DONE.value, TaskState.DROPPED.value) if ended else (TaskState.OPEN.value,)
    parts: list[ColumnElement[bool]] = [task.c.state.in_(states)]
    if kinds:
        parts.append(task.c.kind.in_(kinds))
    if owner is not None:
        parts.append(or_(task.c.owner == owner, task.c.owner.is_(None)))
    return and_(*parts)


def close(tx: Tx, id_: str, to: TaskState, at: datetime, by: UserId | None = None, note: str = "") -> bool:
    """End an open task; False where somebody else has. `note` is added under what stands there."""
    values: dict[str, Any] = {"state": to.value, "closed_at": at, "closed_by": by, "result": to.value}
    if note:
        values["note"] = case((task.c.note == "", note), else_=task.c.note + f"\n{note}")
    done = tx.connection.execute(
        update(task).where(task.c.id == id_, task.c.state == TaskState.OPEN.value).values(**values)
    )
    if done.rowcount == 1 and note:
        _index(tx, id_)
    return done.rowcount == 1


def close_of(
    tx: Tx, kind: str, source: str, to: TaskState, at: datetime, by: UserId | None = None
) -> list[str]:
    """End the open ones that were opened for `source`; their ids."""
    ended = [one.id for one in of_source(tx, kind, source) if one.state is TaskState.OPEN]
    for id_ in ended:
        close(tx, id_, to, at, by)
    return ended


def hand_over(tx: Tx, frm: UserId, to: UserId) -> int:
    """Somebody leaves: their open tasks are `to`'s; how many there were."""
    done = tx.connection.execute(
        update(task).where(task.c.owner == frm, task.c.state == TaskState.OPEN.value).values(owner=to)
    )
    return done.rowcount

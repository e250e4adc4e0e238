"""What administrators find among their tasks: a version to be installed, or a list that nobody believes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.models import tasks
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.tasks import Task, TaskState
from desktop.office.task_kinds import UPDATE, UPDATE_DOUBT
from desktop.office.update_facts import DOUBTS, Judge, Kept
from desktop.sync.update_list import UpdateList


def settle(tx: Tx, audit: AuditLog, judge: Judge, one: Kept, now: datetime) -> None:
    """Open what is missing, end what has been done; a version that somebody put aside stays so."""
    wanted = _wanted(judge, one, now)
    for task in _over(tx, wanted):
        tasks.close(tx, task.id, TaskState.DONE, now)
    for new in _missing(tx, wanted):
        tasks.add(tx, new)
        audit.record(tx, Event(Act.TASK_OPENED, new.id, det={"task-kind": new.kind}))


def is_settled(tx: Tx, judge: Judge, one: Kept, now: datetime) -> bool:
    """Asked on the reading lane, once a minute."""
    wanted = _wanted(judge, one, now)
    return not _over(tx, wanted) and not _missing(tx, wanted)


def _wanted(judge: Judge, one: Kept, now: datetime) -> dict[str, Task]:
    """By kind; each gets its id when it is opened."""
    found: dict[str, Task] = {}
    newest = judge.newest(one)
    if newest is not None and judge.is_newer(newest):
        details: dict[str, str | int] = {"version": newest.version, "severity": newest.severity}
        found[UPDATE] = Task(
            "", UPDATE, now, source=newest.version, due_at=newest.install_by, details=details
        )
    doubt = _doubt(one, newest, now) if one.allowed and judge.has_key else ""
    if doubt:
        found[UPDATE_DOUBT] = Task("", UPDATE_DOUBT, now, source=doubt)
    return found


def _doubt(one: Kept, newest: UpdateList | None, now: datetime) -> str:
    """A code, or ''. Who drops every request keeps new versions away as well as who answers it with an
    old list: what was heard last has then expired all the same.
    """
    if one.problem in DOUBTS:
        return one.problem
    return "update-expired" if newest is not None and newest.expires <= now else ""


def _over(tx: Tx, wanted: dict[str, Task]) -> list[Task]:
    return [
        task
        for kind in (UPDATE, UPDATE_DOUBT)
        for task in tasks.open_ones(tx, kind)
        if kind not in wanted or (wanted[kind].source, wanted[kind].details) != (task.source, task.details)
    ]


def _missing(tx: Tx, wanted: dict[str, Task]) -> list[Task]:
    return [replace(one, id=new_id()) for one in wanted.values() if not _stands(tx, one)]


def _stands(tx: Tx, one: Task) -> bool:
    """A version that somebody put aside is told again where its severity is another; a doubt always."""
    before = tasks.of_source(tx, one.kind, one.source)
    return any(task.state is TaskState.OPEN or _put_aside(task, one) for task in before)


def _put_aside(task: Task, one: Task) -> bool:
    """What the program itself ended had become untrue; it may be true again."""
    return one.kind == UPDATE and task.closed_by is not None and task.details == one.details

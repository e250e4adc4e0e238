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
    if one.problem in DOUBTS and one.allowed:
        found[UPDATE_DOUBT] = Task("", UPDATE_DOUBT, now, source=one.problem)
    return found


def _over(tx: Tx, wanted: dict[str, Task]) -> list[Task]:
    return [
        task
        for kind in (UPDATE, UPDATE_DOUBT)
        for task in tasks.open_ones(tx, kind)
        if kind not in wanted or wanted[kind].source != task.source
    ]


def _missing(tx: Tx, wanted: dict[str, Task]) -> list[Task]:
    return [replace(one, id=new_id()) for one in wanted.values() if not _stands(tx, one)]


def _stands(tx: Tx, one: Task) -> bool:
    """A version is told once; a doubt that has come back is told again."""
    before = tasks.of_source(tx, one.kind, one.source)
    return any(task.state is TaskState.OPEN or one.kind == UPDATE for task in before)

"""Once a quarter: the task to try out a restore, and what a drill that was killed has left."""

from __future__ import annotations

from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.compliance.drills import due_at
from desktop.models import tasks
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.tasks import Task
from desktop.office.drill_check import sweep
from desktop.office.task_kinds import DRILL_DUE
from desktop.paths import PracticeFolder


class DrillWatch:
    """Hangs on the watch of the open practice."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock, folder: PracticeFolder) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._folder = folder
        self._swept = False

    def look(self) -> None:
        if not self._swept:
            self._swept = True
            sweep(self._folder)
        now = self._clock.now()
        due = self._database.read(lambda tx: _due(tx, now))
        if due is not None:
            self._database.write(lambda tx: self._open(tx, now))

    def _open(self, tx: Tx, now: datetime) -> None:
        due = _due(tx, now)
        if due is None:  # another program was faster
            return
        one = Task(new_id(), DRILL_DUE, now, source=_source(due), due_at=due)
        tasks.add(tx, one)
        self._audit.record(tx, Event(Act.TASK_OPENED, one.id, det={"task-kind": DRILL_DUE}))


def _due(tx: Tx, now: datetime) -> datetime | None:
    """Since when a drill is due that has no task yet; one that somebody put aside is not opened again."""
    due = due_at(tx)
    if due is None or due > now or tasks.of_source(tx, DRILL_DUE, _source(due)):
        return None
    return due


def _source(due: datetime) -> str:
    return due.date().isoformat()

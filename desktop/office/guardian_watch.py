"""Somebody comes of age: a parent's mailbox is written to no more, and a task asks for an own one.
And a yes whose last day is over is said to be unknown.

The decision about each message knows the birthday by itself (`mail/gather.py`); this ends what is
kept, so that lists and searches say the same, and tells somebody.
"""

from __future__ import annotations

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.mail.outbox import Outbox
from desktop.mail.pulling import Pulling
from desktop.models import people, settings, tasks
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import PersonId
from desktop.models.tasks import Task, TaskState
from desktop.people import consent, household

OWN_ADDRESS = "own-address"
"""The kind of a task to ask somebody for an address of their own; `source` is the person."""
LOOKED = "guardians-looked-at"
"""The setting with the practice's day of the last look."""


class GuardianWatch:
    """One per open practice; looks once a day of the practice."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock, outbox: Outbox) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._pulling = Pulling(clock, outbox)

    def look(self) -> None:
        """Cheap where today was looked at."""
        if self._database.read(self._is_due):
            self._database.write(self._end)

    def _is_due(self, tx: Tx) -> bool:
        return settings.get(tx, LOOKED) != self._day(tx)

    def _day(self, tx: Tx) -> str:
        return self._clock.now().astimezone(settings.zone(tx)).date().isoformat()

    def _end(self, tx: Tx) -> None:
        now = self._clock.now()
        settings.put(tx, LOOKED, self._day(tx))
        ended = household.end_guardians(tx, now.astimezone(settings.zone(tx)).date(), now)
        for person in ended:
            self._audit.record(tx, Event(Act.GUARDIAN_ENDED, obj=person))
        over = consent.expire(tx, self._audit, now)
        self._pulling.pull(tx, (*ended, *over))
        waiting = {PersonId(task.source) for task in tasks.open_ones(tx, OWN_ADDRESS)}
        reached = {who for who, one in people.get_many(tx, {*ended, *waiting}).items() if one.email}
        for person in sorted(waiting & reached):
            tasks.close_of(tx, OWN_ADDRESS, person, TaskState.DONE, now)
        for person in ended:
            if person not in reached and person not in waiting:
                one = Task(new_id(), OWN_ADDRESS, now, source=person, person=person)
                tasks.add(tx, one)
                self._audit.record(tx, Event(Act.TASK_OPENED, one.id, det={"task-kind": OWN_ADDRESS}))

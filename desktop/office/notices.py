"""What a person must have seen: kept as tasks of theirs until they say that they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.models import tasks, users
from desktop.models.accounts import Session, UserId, UserState
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.office.desk import Desk, Recorder
from desktop.office.values_access import NoticeLine, NoticesShown

PREFIX = "notice-"
_ABOUT = "user"
"""The one detail that is an id of a person here; it is shown as the name."""


def notify(
    tx: Tx, owners: Iterable[UserId], kind: str, at: datetime, details: Mapping[str, str | int] | None = None
) -> int:
    """One notice `kind` for each of `owners`; how many. `details` hold codes, ids and numbers only."""
    count = 0
    for owner in owners:
        tasks.add(tx, tasks.Task(new_id(), PREFIX + kind, at, owner=owner, details=dict(details or {})))
        count += 1
    return count


def everybody(tx: Tx) -> list[UserId]:
    """Who must read a notice to all: people who can sign in, and those on leave once they are back."""
    there = (UserState.ACTIVE, UserState.SUSPENDED)
    return [user.id for user in users.listing(tx) if user.state in there]


def notices_of(tx: Tx, user: UserId) -> list[tasks.Task]:
    """A person's notices that are still to be acknowledged, the oldest first."""
    mine = [task for task in tasks.open_ones(tx, owner=user) if task.owner == user]
    return [task for task in mine if task.kind.startswith(PREFIX)]


class Notices:
    """Shown and acknowledged by their owner alone."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_notices(self, session: Session) -> NoticesShown:
        def look(tx: Tx) -> NoticesShown:
            names = {user.id: user.name for user in users.listing(tx)}
            return NoticesShown(tuple(_line(task, names) for task in notices_of(tx, session.user)))

        return self._desk.read(
            session,
            Action.LIST_NOTICES,
            look,
            lambda shown: Event(Act.NOTICE_SHOWN, det={"count": len(shown.notices)}),
        )

    def acknowledge_notice(self, session: Session, notice: str) -> None:
        """Raises InputError("notice-unknown") for somebody else's, or one that is done."""

        def close(tx: Tx, record: Recorder) -> None:
            task = tasks.get(tx, notice)
            mine = task is not None and task.owner == session.user and task.kind.startswith(PREFIX)
            if not mine or not tasks.close(tx, notice, tasks.TaskState.DONE, self._clock.now()):
                raise InputError("notice-unknown")
            record(Event(Act.NOTICE_ACKNOWLEDGED, obj=notice))

        self._desk.write(session, Action.ACKNOWLEDGE_NOTICE, close)


def _line(task: tasks.Task, names: Mapping[UserId, str]) -> NoticeLine:
    details = {key: str(value) for key, value in task.details.items()}
    if _ABOUT in details:
        details[_ABOUT] = names.get(UserId(details[_ABOUT]), "")
    return NoticeLine(task.id, task.kind.removeprefix(PREFIX), task.opened_at, details)

"""Keys that end: a task 60, 30 and 7 days before, once each, for people's keys and the own ones.

The task names the key; the letter that asks for a new one is made from it when somebody
opens it (`Keys.request_key`). It is dropped when the key is replaced or withdrawn.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.frozen import dataclass
from desktop.models import identities, keylives, keys, settings, tasks
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import PersonId
from desktop.models.tasks import Task, TaskState
from desktop.office.keys_lines import in_use, own_expires

KEY_EXPIRING, OWN_KEY_EXPIRING = "key-expiring", "own-key-expiring"
"""Of a person's key, and of the practice's own, which is the administrator's business."""
STEPS = (60, 30, 7)
"""Days before the end."""
LOOK_EVERY = timedelta(hours=1)
LOOKED = "keys-looked-at"
"""The setting with the time of the last look."""


@dataclass(frozen=True)
class _Ending:
    """A key with an end. `id` is that of a person's key; of an own one a mark of its fingerprint."""

    id: str
    expires: datetime
    person: PersonId | None = None


def is_due(tx: Tx, now: datetime) -> bool:
    """An hour since the last look; a clock that was set back does not stop it."""
    last = settings.get(tx, LOOKED)
    return last is None or not timedelta() <= now - datetime.fromisoformat(last) < LOOK_EVERY


def look(tx: Tx, audit: AuditLog, now: datetime) -> int:
    """Open what is due, drop what no longer is; how many were opened."""
    settings.put(tx, LOOKED, now.isoformat())
    known = tasks.sources(tx, KEY_EXPIRING) | tasks.sources(tx, OWN_KEY_EXPIRING)
    endings = _endings(tx, now)
    there = {one.id for one in endings}
    for task in _open_ones(tx):
        if task.source.rpartition(":")[0] not in there:
            tasks.close(tx, task.id, TaskState.DROPPED, now)
    opened = 0
    for one in endings:
        step = _step(one.expires, now)
        source = f"{one.id}:{step}"
        if step is None or source in known:
            continue
        drop_tasks(tx, one.id, now)  # the earlier one says the same
        task = Task(
            new_id(),
            KEY_EXPIRING if one.person is not None else OWN_KEY_EXPIRING,
            now,
            source=source,
            person=one.person,
            due_at=one.expires,
            details={"key": one.id, "days": step},
        )
        tasks.add(tx, task)
        audit.record(tx, Event(Act.KEY_TASK_OPENED, obj=task.id, det={"key": one.id, "days": step}))
        opened += 1
    return opened


def drop_tasks(tx: Tx, key: str, now: datetime) -> None:
    """The key was replaced or withdrawn, or a later step says it anew."""
    for task in _open_ones(tx):
        if task.source.rpartition(":")[0] == key:
            tasks.close(tx, task.id, TaskState.DROPPED, now)


def _open_ones(tx: Tx) -> list[Task]:
    return tasks.open_ones(tx, KEY_EXPIRING) + tasks.open_ones(tx, OWN_KEY_EXPIRING)


def mark_of(fingerprint: str) -> str:
    """Stands for an own key where ids stand: 32 hex digits."""
    return hashlib.sha256(fingerprint.encode("ascii")).hexdigest()[:32]


def _endings(tx: Tx, now: datetime) -> list[_Ending]:
    """Every key in use that has an end."""
    found = []
    for own in in_use(identities.listing(tx), keylives.own(tx)):
        expires = own_expires(own, now)
        if expires is not None:
            found.append(_Ending(mark_of(own.fingerprint), expires))
    every = keys.live_everywhere(tx)
    found += [_Ending(key.id, key.expires, key.person) for key in every if key.expires is not None]
    return found


def _step(expires: datetime, now: datetime) -> int | None:
    """The nearest step that is reached; None while none is, and after the end."""
    left = expires - now
    if left <= timedelta():
        return None
    return min((step for step in STEPS if left <= timedelta(days=step)), default=None)

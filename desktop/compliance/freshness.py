"""How old the newest change is that no backup outside this computer holds.

It is counted from the change and not from the backup: a practice that was closed for a week has
lost nothing and is fresh. What counts as a change is every record of the log, because the log
itself is what a restore must bring back; a closed list of acts says nothing about the practice.
Contingency plan: 45 CFR 164.308(a)(7)(ii)(A).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desktop.audit.acts import Act
from desktop.audit.outside import seen
from desktop.errors import Refused
from desktop.frozen import dataclass
from desktop.models import audit, audit_queries, backups, targets, tasks
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Reason
from desktop.models.safekeeping import FRESH, LOCKED, NEVER, STALE
from desktop.models.tasks import Task, TaskState

EVERY = timedelta(hours=4)
"""A change is in a backup after so much of use."""
STALE_AFTER = timedelta(hours=24)
LOCKED_AFTER = timedelta(hours=48)
BACKUP_OLD = "backup-old"
"""The task that administrators find while it is not fresh."""

SAYS_NOTHING = frozenset(
    {
        *(Act.BACKUPS_SHOWN, Act.BACKUP_MADE, Act.BACKUP_PUT, Act.BACKUP_FAILED, Act.BACKUP_THINNED),
        *(Act.BACKUP_VERIFIED, Act.BACKUP_LISTED, Act.TARGET_TESTED),
        *(Act.AUDIT_CHECKPOINT, Act.CHECKPOINT_ASKED, Act.LOG_MARKED, Act.LOG_STATE_SHOWN),
        *(Act.WITNESS_MAILED, Act.WITNESS_PRINTED),
        *(Act.SESSION_LOCKED, Act.SESSION_ENDED, Act.VAULT_CLOSED, Act.AGENT_STARTED, Act.AGENT_ENDED),
    }
)
"""Made by backups and by the proof of the log itself, or while the last person leaves: a backup at
close is followed by some of them, and nobody would have to be told of a change on Monday morning."""


@dataclass(frozen=True)
class Standing:
    """As `values_backups.Freshness`. `since` is the first change that no target holds."""

    state: str
    since: datetime | None
    last: datetime | None
    words: Reason


def change_since(tx: Tx, records: int, now: datetime) -> datetime | None:
    """When the first change after the first `records` records happened; None where there is none."""
    found = audit_queries.first_behind(tx, records, sorted(act.value for act in SAYS_NOTHING))
    return None if found is None else seen(found).at or now


def freshness(tx: Tx, now: datetime) -> Standing:
    """A new practice has a day; where there never was a backup it counts from the first record."""
    good = backups.good_elsewhere(tx)
    if good is None:
        return _without(tx, now)
    since = change_since(tx, good.records, now)
    if since is None:
        return Standing(FRESH, None, good.made_at, Reason("backup-fresh"))
    age = now - since
    hours: dict[str, str | int] = {"hours": int(age.total_seconds() // 3600)}
    if age >= LOCKED_AFTER:
        return Standing(LOCKED, since, good.made_at, Reason("backup-locked", hours))
    if age >= STALE_AFTER:
        return Standing(STALE, since, good.made_at, Reason("backup-stale", hours))
    return Standing(FRESH, since, good.made_at, Reason("backup-fresh"))


def _without(tx: Tx, now: datetime) -> Standing:
    first = next(audit.records(tx, limit=1), None)
    began = (seen(first).at if first is not None else None) or now
    age = now - began
    if age >= LOCKED_AFTER:
        return Standing(NEVER, began, None, Reason("backup-never"))
    if age >= STALE_AFTER:
        return Standing(STALE, began, None, Reason("backup-none-yet"))
    words = "backup-first-waits" if targets.listing(tx, live=True) else "backup-no-place"
    return Standing(FRESH, began, None, Reason(words))


def refuse_campaign(tx: Tx, now: datetime) -> None:
    """Asked by whatever starts a campaign. Raises Refused "backup-too-old"."""
    if freshness(tx, now).state in (LOCKED, NEVER):
        raise Refused("backup-too-old")


def look(tx: Tx, now: datetime) -> bool:
    """Leave the task while it is not fresh, end it once it is; whether anything was changed."""
    fresh = freshness(tx, now).state == FRESH
    waiting = tasks.open_ones(tx, BACKUP_OLD)
    if fresh:
        for one in waiting:
            tasks.close(tx, one.id, TaskState.DONE, now)
        return bool(waiting)
    if waiting:
        return False
    tasks.add(tx, Task(new_id(), BACKUP_OLD, now, due_at=now))
    return True


def is_due(tx: Tx, now: datetime) -> bool:
    """Whether `look` would change anything: asked on the reading lane."""
    return (freshness(tx, now).state == FRESH) == bool(tasks.open_ones(tx, BACKUP_OLD))

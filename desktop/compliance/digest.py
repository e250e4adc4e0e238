"""The weekly look at the log: when it is due, and what the week was like.

45 CFR 164.308(a)(1)(ii)(D) wants records reviewed regularly; once a week is our choice.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.audit.groups import GROUPS
from desktop.audit.outside import seen
from desktop.frozen import dataclass
from desktop.models import alerts, audit, audit_queries, settings, tasks
from desktop.models.accounts import UserId
from desktop.models.database import Tx
from desktop.models.filters import AuditFilter
from desktop.models.ids import new_id

LOG_REVIEW = "log-review"
"""The task that an administrator finds when it is due."""
WEEK = timedelta(days=7)
_SIGNED_AT, _SIGNED_BY = "log-review-signed-at", "log-review-signed-by"
_MANY = 10_000_000


@dataclass(frozen=True)
class LastSigned:
    at: datetime | None
    by: UserId | None


@dataclass(frozen=True)
class Week:
    """What the seven days before `until` were like."""

    since: datetime
    until: datetime
    counts: tuple[tuple[str, int], ...]
    alerts: int
    unseen: int


def last_signed(tx: Tx) -> LastSigned:
    at, by = settings.get(tx, _SIGNED_AT), settings.get(tx, _SIGNED_BY)
    return LastSigned(datetime.fromisoformat(at) if at else None, UserId(by) if by else None)


def due(tx: Tx) -> date:
    """A week after the last sign-off, the first time a week after the log began; in the practice's zone."""
    zone = ZoneInfo(settings.get(tx, "zone") or "UTC")
    began = next(map(seen, audit.records(tx, limit=1)))
    since = last_signed(tx).at or began.at
    if since is None:  # the first record was altered into something without a time
        return date.min
    return (since.astimezone(zone) + WEEK).date()


def open_when_due(tx: Tx, now: datetime) -> bool:
    """Leave the task for administrators if it is time and none is open; whether one was left."""
    zone = ZoneInfo(settings.get(tx, "zone") or "UTC")
    day = due(tx)
    if now.astimezone(zone).date() < day or tasks.open_ones(tx, LOG_REVIEW):
        return False
    tasks.add(tx, tasks.Task(new_id(), LOG_REVIEW, now, details={"due": day.isoformat()}))
    return True


def week(tx: Tx, now: datetime) -> Week:
    """Counted along the index of acts: what lies before the week is not read."""
    since = now - WEEK
    counts = dict.fromkeys(GROUPS, 0)
    for group, acts in GROUPS.items():
        for act in acts:
            some = AuditFilter(since=since, until=now + timedelta(milliseconds=1), acts=(act,))
            counts[group] += audit_queries.count(tx, some, _MANY).number
    return Week(since, now, tuple(counts.items()), alerts.count(tx, since), alerts.count(tx, unseen=True))


def sign(tx: Tx, by: UserId, now: datetime) -> date:
    """The week was looked at: the task is done, and the next one is due in a week."""
    for task in tasks.open_ones(tx, LOG_REVIEW):
        tasks.close(tx, task.id, tasks.TaskState.DONE, now)
    settings.put(tx, _SIGNED_AT, now.isoformat())
    settings.put(tx, _SIGNED_BY, by)
    return due(tx)

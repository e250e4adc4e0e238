"""The monthly look at who has access: when it is due, and what deserves a second look.

45 CFR 164.308(a)(4)(ii)(C) wants access reviewed; once a month is our choice (FEATURES B18).
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.compliance.offboarding import key_change_due
from desktop.frozen import dataclass
from desktop.models import audit, factors, invitations, settings, tasks, users
from desktop.models.accounts import Role, User, UserId, UserState
from desktop.models.database import Tx
from desktop.models.ids import new_id

ACCESS_REVIEW = "access-review"
"""The task that an administrator finds when it is due."""
UNUSED = timedelta(days=90)
ON_LEAVE = timedelta(days=90)
_SIGNED_AT, _SIGNED_BY = "access-review-signed-at", "access-review-signed-by"


@dataclass(frozen=True)
class LastReview:
    """When it was last signed off and by whom; None where it never was."""

    at: datetime | None
    by: UserId | None


def last_review(tx: Tx) -> LastReview:
    at, by = settings.get(tx, _SIGNED_AT), settings.get(tx, _SIGNED_BY)
    return LastReview(datetime.fromisoformat(at) if at else None, UserId(by) if by else None)


def due(tx: Tx) -> date:
    """A month after the last sign-off, the first time a month after set-up; in the practice's zone."""
    return a_month_after((last_review(tx).at or _set_up_at(tx)).astimezone(_zone(tx)).date())


def open_when_due(tx: Tx, now: datetime) -> bool:
    """Leave the task for administrators if it is time and none is open; whether one was left."""
    day = due(tx)
    if now.astimezone(_zone(tx)).date() < day or tasks.open_ones(tx, ACCESS_REVIEW):
        return False
    tasks.add(tx, tasks.Task(new_id(), ACCESS_REVIEW, now, details={"due": day.isoformat()}))
    return True


def sign(tx: Tx, by: UserId, now: datetime) -> date:
    """The list was looked at: the task is done, and the next one is due in a month."""
    for task in tasks.open_ones(tx, ACCESS_REVIEW):
        tasks.close(tx, task.id, tasks.TaskState.DONE, now)
    settings.put(tx, _SIGNED_AT, now.isoformat())
    settings.put(tx, _SIGNED_BY, by)
    return due(tx)


def remarks(tx: Tx, now: datetime) -> tuple[tuple[UserId, str], ...]:
    """Whom to look at and why (`review.<code>`), people in the order of their names."""
    everybody = users.listing(tx)
    administrators = sum(
        user.role is Role.ADMINISTRATOR and user.state is UserState.ACTIVE for user in everybody
    )
    return tuple(
        (user.id, code) for user in everybody for code in _remarks_on(tx, user, administrators == 1, now)
    )


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last one."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _remarks_on(tx: Tx, user: User, alone: bool, now: datetime) -> Iterator[str]:
    if user.state is UserState.ACTIVE:
        yield from _on_active(tx, user, alone, now)
    elif user.state is UserState.INVITED:
        invitation = invitations.open_of(tx, user.id)
        if invitation is None or invitation.until <= now:
            yield "invitation-expired"
    elif user.state is UserState.SUSPENDED:
        if user.disabled_at is not None and now - user.disabled_at > ON_LEAVE:
            yield "suspended-for-long"
    elif key_change_due(tx, user.id):
        yield "key-change-due"


def _on_active(tx: Tx, user: User, alone: bool, now: datetime) -> Iterator[str]:
    if user.last_seen is None:
        yield "never-signed-in"
    elif now - user.last_seen > UNUSED:
        yield "unused-for-long"
    if factors.codes_left(tx, user.id) == 0:
        yield "no-recovery-codes"
    if alone and user.role is Role.ADMINISTRATOR:
        yield "one-administrator"


def _set_up_at(tx: Tx) -> datetime:
    """The log begins with the set-up."""
    first = next(audit.records(tx, limit=1))
    return datetime.fromtimestamp(json.loads(first.body)["ts"] / 1000, UTC)


def _zone(tx: Tx) -> ZoneInfo:
    return ZoneInfo(settings.get(tx, "zone") or "UTC")

"""How many letters of a campaign may be made now, and when the last one will have left.

What keeps hours and pace at the claim is `mail/pacing.py`, for campaigns by their own schedule too
(`mail/campaignpace.py`). Here is decided how far ahead of that letters are made: a portion of a few
minutes, so that a stop is quick and consent is fresh.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from desktop.campaigns import capacity
from desktop.mail.campaignpace import own_hours
from desktop.mail.pacing import practice_calendar
from desktop.mail.sealing import CAMPAIGN
from desktop.mail.states import IN_FLIGHT, WAITING
from desktop.models import campaignruns, settings
from desktop.models.campaigning import Campaign
from desktop.models.database import Tx
from desktop.models.records import Reason

PORTION = 500
"""So many wait at most."""
AHEAD = timedelta(minutes=5)
"""For so long letters are made ahead of their turn."""


def room(tx: Tx, one: Campaign, now: datetime) -> int:
    """How many may be made now."""
    if opens(tx, one, now + AHEAD) != now + AHEAD and opens(tx, one, now) != now:
        return 0
    waiting = campaignruns.count_in(tx, one.id, WAITING | IN_FLIGHT)
    most = PORTION
    if one.schedule.per_hour:
        most = min(most, max(1, one.schedule.per_hour * AHEAD // timedelta(hours=1)))
    free = most - waiting
    if one.schedule.by_slots:
        free = min(free, _slots(tx, one, now) or 0)
    return max(0, free)


def why_no_room(tx: Tx, one: Campaign, now: datetime) -> Reason | None:
    """Why none is made today, where it is paced by free visits."""
    if not one.schedule.by_slots:
        return None
    free = _slots(tx, one, now)
    if free is None:
        return Reason("campaign-slots-unknown")
    return Reason("campaign-slots-full") if not free else None


def _slots(tx: Tx, one: Campaign, now: datetime) -> int | None:
    """For how many more letters there are free visits today; None where nobody said how many are free."""
    zone = ZoneInfo(settings.get(tx, "zone") or "UTC")
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, time(), zone)
    waiting = campaignruns.count_in(tx, one.id, WAITING | IN_FLIGHT)
    return capacity.room(tx, today, campaignruns.left_since(tx, one.id, midnight) + waiting)


def opens(tx: Tx, one: Campaign, moment: datetime) -> datetime | None:
    """`moment` where letters may leave then, else when they may next; None where never."""
    return practice_calendar(tx).opens_too(CAMPAIGN, own_hours(one.schedule), moment)


def ends(tx: Tx, one: Campaign, now: datetime) -> datetime | None:
    """When the last one leaves by the campaign's own pace and hours, as far as can be said; None where it
    is the mail service's pace alone, or no hour is open."""
    known = campaignruns.ends(tx, one.id)
    left = known.ahead + sum(known.states[state] for state in WAITING | IN_FLIGHT)
    if not left or not one.schedule.per_hour:
        return None
    at: datetime | None = max(now, one.schedule.starts or now)
    needed = timedelta(hours=left / one.schedule.per_hour)
    step = timedelta(minutes=15)
    for _ in range(_MOST_STEPS):
        at = opens(tx, one, at) if at is not None else None
        if at is None:
            return None
        if needed <= step:
            return at + needed
        at, needed = at + step, needed - step
    return None


_MOST_STEPS = 4_000
"""Six weeks of open time: what lasts longer is not foreseen."""

"""When letters to many go out: what left, and what is to come, by day of the practice's own wall."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Container, Iterator
from datetime import date, datetime, timedelta
from functools import cache

from desktop.campaigns.windows import Windows, is_working
from desktop.frozen import dataclass
from desktop.models import appointments, campaigns, lettercounts, practicefacts
from desktop.models.campaigning import AFTER, Campaign, CampaignId, CampaignState
from desktop.models.database import Tx
from desktop.models.records import VisitStatus
from desktop.paths import resource

REMINDERS, CAMPAIGN = "reminder", "campaign"
_ONE_DAY = timedelta(days=1)
_AHEAD = timedelta(days=61)
"""The longest time before a visit at which something is written about it, and a day for its hours."""
_BEHIND = timedelta(days=16)
_ENDED = frozenset({CampaignState.DONE, CampaignState.STOPPED})


@dataclass(frozen=True)
class Letters:
    """What goes on one day: of one campaign, or with None the reminders."""

    day: date
    planned: int
    gone: int
    campaign: Campaign | None = None


@dataclass(frozen=True)
class Season:
    """A yearly occasion, from `first` to `last` (month, day); which group, and what is written to it."""

    code: str
    first: tuple[int, int]
    last: tuple[int, int]
    recipe: str
    template: str

    def of(self, year: int) -> tuple[date, date]:
        """It may last into the next year."""
        first = date(year, *self.first)
        last = date(year + int(self.last < self.first), *self.last)
        return first, last


def letters(tx: Tx, first: date, last: date, known: Windows, now: datetime) -> list[Letters]:
    """From `first` to `last`, by day; reminders before campaigns."""
    today = now.astimezone(known.zone).date()
    left = lettercounts.gone(
        tx, (REMINDERS, CAMPAIGN), known.begin_of(first), known.begin_of(last + _ONE_DAY), known.zone
    )
    found = [
        *_reminders(tx, first, last, known, today, left),
        *_campaigns(tx, first, last, known, today, left),
    ]
    return sorted(
        found, key=lambda one: (one.day, one.campaign is not None, one.campaign.name if one.campaign else "")
    )


def _reminders(
    tx: Tx, first: date, last: date, known: Windows, today: date, left: Counter[tuple[str, str, date]]
) -> Iterator[Letters]:
    """What is to come counts each visit and time: families that share a letter make it fewer."""
    ahead = _due(tx, max(first, today), last, known)
    for day in sorted({*ahead, *(on for kind, _, on in left if kind == REMINDERS)}):
        gone = left[REMINDERS, "", day]
        planned = max(0, ahead[day] - gone)
        if planned or gone:
            yield Letters(day, planned, gone)


def _due(tx: Tx, first: date, last: date, known: Windows) -> Counter[date]:
    """By the day on which it is written."""
    facts = practicefacts.load(tx)
    begins, ends = known.begin_of(first) - _BEHIND, known.begin_of(last) + _AHEAD
    found: Counter[date] = Counter()
    visits = appointments.between(tx, begins, ends)
    booked = {visit.start.date() for visit in visits if visit.status is VisitStatus.BOOKED}
    for visit in visits:
        if visit.status is VisitStatus.CANCELLED or not facts.rule(visit.visit_type).remind:
            continue
        for window in known.of(visit):
            if window.kind in AFTER or visit.status is not VisitStatus.BOOKED:
                continue
            hour = known.due(visit, window).hour
            if hour is None:
                day = _told_on(known, visit.start.date(), booked)
            else:
                day = hour.astimezone(known.zone).date()
            found[day] += first <= day <= last
    return Counter({day: count for day, count in found.items() if count})


def _told_on(known: Windows, day: date, booked: Container[date]) -> date:
    """The last day before it on which somebody is there to send, as `Windows.next_day` counts."""
    before = [day - _ONE_DAY * back for back in range(1, 15)]
    there = (one for one in before if one in booked or is_working(known.rules, one))
    return next(there, before[0])


def _campaigns(
    tx: Tx, first: date, last: date, known: Windows, today: date, left: Counter[tuple[str, str, date]]
) -> Iterator[Letters]:
    """On the days on which letters of it left, and what is left of it on the day that it may begin."""
    counts = campaigns.counts(tx)
    gone_of: Counter[CampaignId] = Counter()
    for (kind, source, _), count in left.items():
        if kind == CAMPAIGN:
            gone_of[CampaignId(source)] += count
    for one in campaigns.listing(tx):
        days = {on: n for (kind, source, on), n in left.items() if (kind, source) == (CAMPAIGN, one.id)}
        starts = _begins(one, known, today)
        if starts is not None and first <= starts <= last:
            days.setdefault(starts, 0)
        for day, gone in days.items():
            rest = max(0, counts.get(one.id, (0, 0))[0] - gone_of[one.id])
            yield Letters(day, rest if day == starts else 0, gone, one)


def _begins(one: Campaign, known: Windows, today: date) -> date | None:
    """The day of what is still to go; None where nothing is, or nobody has said when."""
    if one.state in _ENDED:
        return None
    if one.state in (CampaignState.RUNNING, CampaignState.PAUSED):
        return today
    starts = one.schedule.starts
    return starts.astimezone(known.zone).date() if starts is not None else None


def month_of(day: date) -> tuple[date, date]:
    """Its first and its last day."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - _ONE_DAY


def seasons(first: date, last: date) -> list[tuple[Season, date, date]]:
    """The occasions that begin or last between two days, with their own days."""
    found = []
    for season in _seasons():
        for year in (first.year - 1, first.year):
            begins, ends = season.of(year)
            if begins <= last and ends >= first:
                found.append((season, begins, ends))
    return sorted(found, key=lambda one: (one[1], one[0].code))


@cache
def _seasons() -> tuple[Season, ...]:
    listed = tomllib.loads(resource("seasons.toml").read_text(encoding="utf-8"))
    return tuple(
        Season(code, _day(facts["first"]), _day(facts["last"]), facts["recipe"], facts["template"])
        for code, facts in listed.items()
    )


def _day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    return int(month), int(day)

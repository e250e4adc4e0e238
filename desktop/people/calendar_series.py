"""Which visits a series means: bounded in time and number, whatever its rule says.

A rule without an end ends with the eighteen months; one that would fire by the minute, or that
takes too long to work out, is refused rather than followed (RFC 5545, 3.3.10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar.cal.component import Component
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.people.recurrence import Rule, RuleError
from desktop.texts import clean

AHEAD = timedelta(days=548)
"""Eighteen months."""
BEHIND = timedelta(days=31)
SERIES_MOST = 1_000
"""Visits of one series."""
ZONE_PARAMETER = "X-ZONE"
"""What `TZID` is called before an event is read: zones are found here, never guessed by the library."""
FILE_MOST = 100_000
"""Visits of all series of a file."""
_STEPS = 300_000
"""Days that rules may be followed in one file: a second or two."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class Place:
    """A wall-clock time and its zone; None is wherever the practice is."""

    wall: datetime
    zone: ZoneInfo | None

    @property
    def text(self) -> str:
        """ISO 8601, with the offset where there is a zone."""
        told = self.wall if self.zone is None else self.wall.replace(tzinfo=self.zone)
        return told.isoformat(timespec="minutes")

    @property
    def stamp(self) -> str:
        return self.wall.strftime("%Y%m%dT%H%M")

    def in_zone_of(self, other: Place) -> Place:
        """The same moment on the other's clock."""
        if self.zone is None or other.zone is None or self.zone == other.zone:
            return self
        there = self.wall.replace(tzinfo=self.zone).astimezone(other.zone)
        return Place(there.replace(tzinfo=None), other.zone)


class Budget:
    """The days that visits of series are taken from, and what is left of the work."""

    def __init__(self, today: date) -> None:
        self.first = datetime.combine(today - BEHIND, time())
        self.last = datetime.combine(today + AHEAD, time.max)
        self._steps = _STEPS
        self._visits = FILE_MOST

    def may_follow(self, days: int) -> bool:
        """Whether a rule over so many days can still be worked out."""
        self._steps -= days
        return self._steps >= 0

    def take(self) -> None:
        """One more visit. Raises InputError("rows-too-many")."""
        self._visits -= 1
        if self._visits < 0:
            raise InputError("rows-too-many", limit=FILE_MOST)


def wall_time(value: Any) -> Place | Reason:
    """A date-time property. A day alone is no visit's time; a zone that nobody knows is refused."""
    moment = value.dt
    if not isinstance(moment, datetime):
        return Reason("time-missing")
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return Reason("date-impossible")
    name = str(value.params.get(ZONE_PARAMETER, ""))
    if not name or moment.tzinfo is not None:
        return Place(moment.replace(tzinfo=None), None if moment.tzinfo is None else ZoneInfo("UTC"))
    zone = _zone(name)
    if zone is None:
        return Reason("zone-unknown", {"zone": clean(name, 60)})
    return Place(moment.replace(tzinfo=None), zone)


def _zone(name: str) -> ZoneInfo | None:
    """By its IANA name, the one of Windows, or a path that ends in the IANA name."""
    plain = WINDOWS_TO_OLSON.get(name, name).strip("/")
    parts = plain.split("/")
    for tried in (plain, "/".join(parts[-2:]), "/".join(parts[-3:])):
        if re.fullmatch(r"[A-Za-z][\w+-]*(?:/[\w+-]+){0,2}", tried, re.ASCII):
            try:
                return ZoneInfo(tried)
            except (KeyError, OSError, ValueError):
                continue
    return None


def occurrences(event: Component, start: Place, budget: Budget) -> Iterator[tuple[Place, bool]] | Reason:
    """Each visit and whether it is on; a day that was taken out is there and off. Else why not."""
    said = event.get("RRULE")
    if "EXRULE" in event or isinstance(said, list):
        return Reason("recurrence-unread")
    walls = {start.wall} | set(_dates(event, "RDATE", start))
    off = set(_dates(event, "EXDATE", start))
    if said is not None:
        until = next(iter(said.get("UNTIL", ())), None)
        last = budget.last if until is None else min(budget.last, _end(until, start))
        try:
            rule = Rule.of(said)
        except RuleError as error:
            return Reason(error.code)
        if not budget.may_follow(rule.cost(start.wall, budget.first, last)):
            return Reason("recurrence-long")
        walls.update(rule.hours(start.wall, budget.first, last))
    within = sorted(wall for wall in walls if budget.first <= wall <= budget.last)
    return _bounded(within[:SERIES_MOST], off, start.zone, budget)


def _bounded(
    walls: list[datetime], off: set[datetime], zone: ZoneInfo | None, budget: Budget
) -> Iterator[tuple[Place, bool]]:
    for wall in walls:
        budget.take()
        yield Place(wall, zone), wall not in off


def _end(until: date, start: Place) -> datetime:
    """The last moment of a rule, on the clock of the series."""
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max)
    if until.tzinfo is None or start.zone is None:
        return until.replace(tzinfo=None)
    return until.astimezone(start.zone).replace(tzinfo=None)


def _dates(event: Component, name: str, start: Place) -> Iterator[datetime]:
    """Hours that were added or taken out; a day alone means the series' hour of that day.

    Raises ValueError for a zone that nobody knows.
    """
    value = event.get(name, [])
    for group in value if isinstance(value, list) else [value]:
        named = str(group.params.get(ZONE_PARAMETER, ""))
        zone = _zone(named) if named else None
        if named and zone is None:
            raise ValueError("zone-unknown")
        for one in group.dts:
            moment = one.dt[0] if isinstance(one.dt, tuple) else one.dt
            if not isinstance(moment, datetime):
                yield datetime.combine(moment, start.wall.time())
                continue
            utc = ZoneInfo("UTC") if moment.tzinfo is not None else zone
            yield Place(moment.replace(tzinfo=None), utc).in_zone_of(start).wall

"""Recurrence rules of calendars (RFC 5545, 3.3.10), followed between two days and no further.

The library that knows these rules looks for the next hour until the year 9999, which takes
seconds for a rule that never comes true; here a rule costs no more than the days it is asked
about. Rules by the hour, minute or second are none of a practice's visits and not followed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from desktop.frozen import dataclass

PACES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
HOURS_MOST = 24
"""Visits of one series on one day."""
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NUMBERS = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
}
"""Least, most, and whether it may be counted from the end."""
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_NUMBERS})
_INTERVAL_MOST = 1_000


class RuleError(ValueError):
    """A rule that is not followed; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Rule:
    """One rule with its values checked. `days` are (number or 0, weekday from Monday = 0)."""

    pace: str
    interval: int
    count: int
    week_start: int
    days: tuple[tuple[int, int], ...]
    numbers: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, parts: Mapping[str, Sequence[Any]]) -> Rule:
        """Raises RuleError: `recurrence-dense` for what repeats by the hour, else `recurrence-unread`."""
        said = {str(name).upper(): values for name, values in parts.items()}
        pace = str(next(iter(said.get("FREQ", ())), "")).upper()
        if pace in ("SECONDLY", "MINUTELY", "HOURLY"):
            raise RuleError("recurrence-dense")
        if pace not in PACES or not said.keys() <= _PARTS:
            raise RuleError("recurrence-unread")
        numbers = {name: _numbers(said[name], *limits) for name, limits in _NUMBERS.items() if name in said}
        if len(numbers.get("BYHOUR", "-")) * len(numbers.get("BYMINUTE", "-")) > HOURS_MOST:
            raise RuleError("recurrence-dense")
        interval = _numbers(said.get("INTERVAL", [1]), 1, _INTERVAL_MOST, False)[0]
        count = _numbers(said["COUNT"], 1, 10**9, False)[0] if "COUNT" in said else 0
        days = tuple(_weekday(str(day)) for day in said.get("BYDAY", ()))
        week_start = _weekday(str(next(iter(said.get("WKST", ())), "MO")))[1]
        rule = cls(pace, interval, count, week_start, days, numbers)
        if rule._is_unclear():
            raise RuleError("recurrence-unread")
        return rule

    def _is_unclear(self) -> bool:
        """Combinations that the standard forbids, and weeks that do not begin on Monday by number."""
        numbered = any(number for number, _ in self.days)
        return (
            (numbered and (self.pace not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in self.numbers))
            or ("BYWEEKNO" in self.numbers and (self.pace != "YEARLY" or self.week_start != 0))
            or ("BYYEARDAY" in self.numbers and self.pace != "YEARLY")
            or ("BYMONTHDAY" in self.numbers and self.pace == "WEEKLY")
        )

    def cost(self, start: datetime, first: datetime, last: datetime) -> int:
        """Days that have to be looked at."""
        return max((last - (start if self.count else max(start, first))).days, 0) + 1

    def hours(self, start: datetime, first: datetime, last: datetime) -> Iterator[datetime]:
        """The hours from `first` to `last`; the rule begins with `start`, from which a count counts."""
        found = (hour for hour in self._from(start, first, last) if hour >= start)
        for hour in islice(found, self.count or None):
            if hour > last:
                return
            if hour >= first:
                yield hour

    def _from(self, start: datetime, first: datetime, last: datetime) -> Iterator[datetime]:
        place = 0 if self.count else self._place_of(max(first, start).date(), start.date())
        times = self._times(start)
        while True:
            days = self._period(start.date(), place)
            if not days or days[0] > last.date():
                return
            hours = [
                datetime.combine(day, at) for day in days if self._fits(day, start.date()) for at in times
            ]
            yield from self._chosen(hours)
            place += self.interval

    def _times(self, start: datetime) -> list[time]:
        hours = self.numbers.get("BYHOUR", (start.hour,))
        minutes = self.numbers.get("BYMINUTE", (start.minute,))
        return sorted({time(hour, minute, start.second) for hour in hours for minute in minutes})

    def _place_of(self, day: date, start: date) -> int:
        """The last period of the rule that begins no later than the one that holds `day`."""
        if self.pace == "DAILY":
            place = (day - start).days
        elif self.pace == "WEEKLY":
            place = (day - self._week_of(start)).days // 7
        else:
            years = day.year - start.year
            place = years if self.pace == "YEARLY" else years * 12 + day.month - start.month
        return place // self.interval * self.interval

    def _week_of(self, day: date) -> date:
        return day - timedelta(days=(day.weekday() - self.week_start) % 7)

    def _period(self, start: date, place: int) -> list[date]:
        """The days of one day, week, month or year after the first; [] past the calendar's end."""
        if self.pace == "DAILY":
            return [start + timedelta(days=place)]
        if self.pace == "WEEKLY":
            monday = self._week_of(start) + timedelta(weeks=place)
            return [monday + timedelta(days=day) for day in range(7)]
        months = start.year * 12 + start.month - 1 + place if self.pace == "MONTHLY" else 0
        year, month = (months // 12, months % 12 + 1) if months else (start.year + place, 1)
        length = monthrange(year, month)[1] if months else 365 + (monthrange(year, 2)[1] == 29)
        return [date(year, month, 1) + timedelta(days=day) for day in range(length)]

    def _fits(self, day: date, start: date) -> bool:
        numbers = self.numbers
        if "BYMONTH" in numbers and day.month not in numbers["BYMONTH"]:
            return False
        if "BYMONTHDAY" in numbers:
            back = day.day - monthrange(day.year, day.month)[1] - 1
            if day.day not in numbers["BYMONTHDAY"] and back not in numbers["BYMONTHDAY"]:
                return False
        if "BYYEARDAY" in numbers:
            at = day.timetuple().tm_yday
            back = at - 338 - monthrange(day.year, 2)[1]
            if at not in numbers["BYYEARDAY"] and back not in numbers["BYYEARDAY"]:
                return False
        if "BYWEEKNO" in numbers and set(self._weeks(day)).isdisjoint(numbers["BYWEEKNO"]):
            return False
        return self._is_day(day) and self._as_at_first(day, start)

    def _weeks(self, day: date) -> tuple[int, ...]:
        """Its week's number from either end of the year that it is looked at in."""
        year, week, _ = day.isocalendar()
        if year != day.year:
            return ()
        return week, week - date(year, 12, 28).isocalendar()[1] - 1

    def _is_day(self, day: date) -> bool:
        if not self.days:
            return True
        if self.pace == "YEARLY" and "BYMONTH" not in self.numbers:
            at, length = day.timetuple().tm_yday, 337 + monthrange(day.year, 2)[1]
        else:
            at, length = day.day, monthrange(day.year, day.month)[1]
        places = (0, (at - 1) // 7 + 1, -((length - at) // 7 + 1))
        return any(number in places and weekday == day.weekday() for number, weekday in self.days)

    def _as_at_first(self, day: date, start: date) -> bool:
        """Where the rule names no day, the first visit's weekday, day of month, or month and day."""
        if self.days or {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"} & self.numbers.keys():
            return True
        if self.pace == "WEEKLY":
            return day.weekday() == start.weekday()
        if self.pace == "DAILY":
            return True
        same_month = self.pace == "MONTHLY" or "BYMONTH" in self.numbers or day.month == start.month
        return same_month and day.day == start.day

    def _chosen(self, hours: list[datetime]) -> list[datetime]:
        wanted = self.numbers.get("BYSETPOS")
        if wanted is None:
            return hours
        places = {place - 1 if place > 0 else len(hours) + place for place in wanted}
        return [hour for at, hour in enumerate(hours) if at in places]


def _numbers(values: Sequence[Any], least: int, most: int, either: bool) -> tuple[int, ...]:
    found = tuple(int(value) for value in values)
    if not found or any(not least <= (abs(one) if either else one) <= most for one in found):
        raise RuleError("recurrence-unread")
    return found


def _weekday(text: str) -> tuple[int, int]:
    name, number = text[-2:].upper(), text[:-2] or "0"
    if name not in _WEEKDAYS or not -53 <= int(number) <= 53:
        raise RuleError("recurrence-unread")
    return int(number), _WEEKDAYS.index(name)

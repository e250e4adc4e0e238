"""When something may leave, by the clock on the practice's own wall.

Reminders and campaigns have hours, days and closed days (`SendingRules`); what a person sent
by hand leaves at any time. Wall time repeats and skips hours twice a year: everything is
asked of moments in UTC, so an hour that is missing shuts nothing out and one that comes
twice opens twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desktop.mail.holidays import is_holiday
from desktop.mail.sealing import REMINDER
from desktop.models.delivery import BULK_KINDS, Hours, SendingRules
from desktop.models.records import Reason
from desktop.texts import MOMENT, moment_param

_ONE_DAY = timedelta(days=1)
_HORIZON = 400
"""Days that are looked ahead: more than a year without one open day is never."""


class Calendar:
    """The rules in one zone. Every moment is aware; answers are UTC."""

    def __init__(self, rules: SendingRules, zone: ZoneInfo) -> None:
        self._rules = rules
        self._zone = zone

    def opens(self, kind: str, now: datetime) -> datetime | None:
        """`now` where it may leave, else the first moment at which it may; None: never."""
        hours = self._hours(kind)
        return now if hours is None else self.opens_in(hours, now)

    def opens_in(self, hours: Hours, now: datetime) -> datetime | None:
        """As `opens`, by hours of something else: of the office, or of what may be said aloud."""
        return now if self.is_open(hours, now) else next(self._openings(hours, now), None)

    def opens_too(self, kind: str, own: Hours | None, now: datetime) -> datetime | None:
        """As `opens`, where something has hours of its own beside those of its kind."""
        at = self.opens(kind, now)
        for _ in range(_HORIZON if own is not None else 0):
            then = self.opens_in(own, at) if own is not None and at is not None else None
            if then is None or then == at:
                return then
            at = self.opens(kind, then)
            if at == then:
                return at
        return at if own is None else None

    def is_open(self, hours: Hours, moment: datetime) -> bool:
        """Hours over midnight belong to the day on which they began."""
        local = moment.astimezone(self._zone)
        day, at = local.date(), local.time()
        if hours.first < hours.last:
            return hours.first <= at < hours.last and self._day_counts(hours, day)
        if hours.first == hours.last:
            return self._day_counts(hours, day)
        return (at >= hours.first and self._day_counts(hours, day)) or (
            at < hours.last and self._day_counts(hours, day - _ONE_DAY)
        )

    def why(self, kind: str, now: datetime, until: datetime) -> Reason:
        """Why it waits at `now`, and until when by the practice's clock."""
        hours = self._hours(kind)
        closed = hours is not None and not self._day_counts(hours, now.astimezone(self._zone).date())
        code = "waits-for-day" if closed else "waits-for-hours"
        return Reason(code, {MOMENT: moment_param(until, self._zone.key)})

    def spread(self, kind: str, start: datetime, over: timedelta, count: int) -> list[datetime]:
        """`count` times for one campaign, evenly over `over` as far as it is open in that time.

        What would fall into closed hours is spread over the open ones; where there are none,
        all may leave when it opens.
        """
        stretches = list(self._stretches(kind, start, start + over))
        open_for = sum((end - begin for begin, end in stretches), timedelta())
        if not stretches or not open_for:
            first = self.opens(kind, start) or start
            return [first] * count
        times: list[datetime] = []
        for at in range(count):
            ahead = open_for * at / count
            for begin, end in stretches:
                if ahead < end - begin:
                    times.append(begin + ahead)
                    break
                ahead -= end - begin
        return times

    # --- inside --------------------------------------------------------------------

    def _hours(self, kind: str) -> Hours | None:
        if kind == REMINDER:
            return self._rules.reminders
        return self._rules.campaigns if kind in BULK_KINDS else None

    def _day_counts(self, hours: Hours, day: date) -> bool:
        if day.weekday() not in hours.days:
            return False
        rules = self._rules
        return hours.holidays or not (
            day.isoformat() in rules.closed or is_holiday(rules.country, rules.region, day)
        )

    def _openings(self, hours: Hours, now: datetime) -> Iterator[datetime]:
        """Every moment after `now` at which it becomes open, in order."""
        first = time() if hours.first == hours.last else hours.first
        today = now.astimezone(self._zone).date()
        for ahead in range(-1, _HORIZON):
            day = today + ahead * _ONE_DAY
            begins = {*self._moments(day, first), *self._changes(day)}
            yield from sorted(one for one in begins if one > now and self.is_open(hours, one))

    def _stretches(self, kind: str, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open times between two moments, to the minute."""
        at = self.opens(kind, start)
        while at is not None and at < end:
            until = self._closes(kind, at, end)
            yield at, until
            at = self.opens(kind, until) if until < end else None

    def _closes(self, kind: str, at: datetime, end: datetime) -> datetime:
        hours = self._hours(kind)
        if hours is None:
            return end
        last = time() if hours.first == hours.last else hours.last
        day = at.astimezone(self._zone).date()
        for ahead in range((end - at).days + 3):
            some = day + ahead * _ONE_DAY
            for one in sorted({*self._moments(some, last), *self._changes(some)}):
                if at < one < end and not self.is_open(hours, one):
                    return one
        return end

    def _moments(self, day: date, at: time) -> set[datetime]:
        """A time on the wall as moments: two where the hour comes twice."""
        wall = datetime.combine(day, at, self._zone)
        return {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}

    def _changes(self, day: date) -> tuple[datetime, ...]:
        """When the clock is changed on this day, to the second."""
        low = min(self._moments(day, time()))
        high = max(self._moments(day + _ONE_DAY, time()))
        before = self._offset(low)
        if before == self._offset(high):
            return ()
        while high - low > timedelta(seconds=1):
            middle = (low + (high - low) / 2).replace(microsecond=0)
            low, high = (middle, high) if self._offset(middle) == before else (low, middle)
        return (high,)

    def _offset(self, moment: datetime) -> timedelta | None:
        return moment.astimezone(self._zone).utcoffset()

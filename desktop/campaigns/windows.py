"""Which visits are to be written about next, and at which hour.

Each visit has the windows of its type, else those of every type, else the usual one: the day before.
What comes before visits and what follows them are chosen apart. Pure, but for reading the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desktop.frozen import dataclass
from desktop.mail.calendar import Calendar
from desktop.mail.holidays import is_holiday
from desktop.mail.sealing import REMINDER
from desktop.models import appointments, sendingrules, windows
from desktop.models.campaigning import AFTER, DAY_BEFORE, VisitAnswer, Window, WindowKind
from desktop.models.database import Tx
from desktop.models.delivery import SendingRules
from desktop.models.names import word_key
from desktop.models.records import Appointment, Reason, VisitStatus
from desktop.models.remindervisits import Told

_ONE_DAY = timedelta(days=1)
_STEP = timedelta(minutes=15)
_BACK = timedelta(days=7)
"""So far before its hour something may leave that could not leave later."""
_FOLLOWED = timedelta(days=16)
"""No visit is written about later than this, however many days in between are closed."""
_SOON = timedelta(hours=12)
_SATURDAY = 5
_LAST_DAY = 24 * 60
FOLLOWS_WITHIN = 2
"""Working days after a visit in which something may be written about it."""
_STATUS = {WindowKind.FOLLOW_UP: VisitStatus.KEPT, WindowKind.MISSED: VisitStatus.MISSED}


@dataclass(frozen=True)
class Due:
    """One visit and one of its windows. `hour` None: as soon as somebody sends it."""

    visit: Appointment
    window: Window
    hour: datetime | None
    useless_after: datetime

    @property
    def told(self) -> Told:
        return Told(self.visit.id, self.visit.occurrence, self.window.id)


@dataclass(frozen=True)
class Windows:
    """What the practice has set, with its calendar; read once per planning."""

    live: tuple[Window, ...]
    rules: SendingRules
    zone: ZoneInfo

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.rules, self.zone)

    @property
    def are_usual(self) -> bool:
        """Nobody has set anything."""
        return not self.live

    def of(self, visit: Appointment) -> tuple[Window, ...]:
        """Those that hold for this visit, what is written first first."""
        before = self._chosen(visit, after=False) or (windows.USUAL,)
        return (*before, *self._chosen(visit, after=True))

    def _chosen(self, visit: Appointment, *, after: bool) -> tuple[Window, ...]:
        some = [one for one in self.live if (one.kind in AFTER) is after]
        key = word_key(visit.visit_type)
        own = tuple(one for one in some if one.type_key and one.type_key == key)
        return own or tuple(one for one in some if not one.type_key)

    def due(self, visit: Appointment, window: Window) -> Due:
        """When it is written; of a type of visit that has other windows by now, too."""
        if window.id == DAY_BEFORE:
            return Due(visit, window, None, visit.start_utc)
        apart = timedelta(minutes=window.minutes)
        if window.kind in AFTER:
            hour = visit.start_utc + apart
            opens = self.calendar.opens(REMINDER, hour)
            return Due(visit, window, opens or hour, self._follows_until(visit))
        return Due(visit, window, self._moved(visit.start_utc - apart, visit.start_utc), visit.start_utc)

    def until(self, now: datetime) -> date:
        """The practice's next working day."""
        return _working_day(self.rules, now.astimezone(self.zone).date(), 1)

    def next_day(self, visits: Iterable[Appointment], now: datetime) -> date:
        """The day of whose visits people are told the day before: of `visits` the next day that has any, at
        the latest the next working day. Before a closed weekend nobody would be there to send it otherwise.
        """
        today, last = now.astimezone(self.zone).date(), self.until(now)
        booked = {visit.start.date() for visit in visits if visit.status is VisitStatus.BOOKED}
        return min((day for day in booked if today < day < last), default=last)

    def begin_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def _moved(self, hour: datetime, start: datetime) -> datetime:
        """Into the hours in which reminders may leave: later where at least half of the time to the visit
        is left then, else on the evening before, and never after the visit has begun."""
        opens = self.calendar.opens(REMINDER, hour)
        if opens is None or start - opens >= (start - hour) / 2:
            return opens or hour
        back = (hour - _STEP * step for step in range(1, int(_BACK / _STEP)))
        return next((at for at in back if self.calendar.opens(REMINDER, at) == at), hour)

    def _follows_until(self, visit: Appointment) -> datetime:
        last = _working_day(self.rules, visit.start.date(), FOLLOWS_WITHIN)
        return self.begin_of(last + _ONE_DAY).astimezone(UTC)


def load(tx: Tx, zone: str) -> Windows:
    return Windows(tuple(windows.live(tx)), sendingrules.get(tx), ZoneInfo(zone))


def is_working(rules: SendingRules, day: date) -> bool:
    """From Monday to Friday, but for closed days and public holidays."""
    closed = day.isoformat() in rules.closed or is_holiday(rules.country, rules.region, day)
    return day.weekday() < _SATURDAY and not closed


def around(tx: Tx, at: Windows, now: datetime) -> list[Appointment]:
    """Every visit that any window could be about by the end of the next working day, by time."""
    ahead = max((one.minutes for one in at.live if one.kind not in AFTER), default=0)
    first = at.begin_of(now.astimezone(at.zone).date())
    if any(one.kind in AFTER for one in at.live):
        first -= _FOLLOWED
    until = at.begin_of(at.until(now) + _ONE_DAY)
    return appointments.between(tx, first, until + timedelta(minutes=ahead) + _BACK)


def due_on(at: Windows, visits: Iterable[Appointment], now: datetime, live: Collection[Told]) -> list[Due]:
    """Of the visits of one day every window before them; of what should have left by now only the nearest."""
    found: list[Due] = []
    for visit in visits:
        some = [at.due(visit, one) for one in at.of(visit) if one.kind not in AFTER]
        late = _nearest_late(some, now)
        found += [one for one in some if one is late or one.told in live or not _is_late(one, now)]
    return found


def due_by(at: Windows, visits: Iterable[Appointment], now: datetime, live: Collection[Told]) -> list[Due]:
    """What is to be written between now and the end of the practice's next working day, by its hour.

    What was written before today is done; what was written today still stands in it.
    """
    begins = at.begin_of(now.astimezone(at.zone).date())
    ends = at.begin_of(at.until(now) + _ONE_DAY)
    given = tuple(visits)
    next_day = at.next_day(given, now)
    found: list[Due] = []
    for visit in given:
        some = [at.due(visit, one) for one in at.of(visit)]
        before = [one for one in some if one.window.kind not in AFTER]
        late = _nearest_late(before, now)
        for one in before:
            if one.hour is None:
                counts = visit.start.date() == next_day
            elif one.told in live:
                counts = begins <= one.hour < ends
            elif _is_late(one, now):
                counts = one is late and visit.start_utc > now and visit.status is VisitStatus.BOOKED
            else:
                counts = one.hour < ends
            found += [one] if counts else []
        found += [one for one in some if _follows(one, now, begins, ends, live)]
    return sorted(found, key=lambda one: (one.hour or now, one.visit.start_utc, one.visit.id))


def _is_late(one: Due, now: datetime) -> bool:
    return one.hour is not None and one.hour <= now


def _nearest_late(some: Sequence[Due], now: datetime) -> Due | None:
    """Two letters about one visit at once help nobody: the one that is nearest to it counts, and none
    where the next leaves soon, unless it alone asks for a yes."""
    late = next((one for one in reversed(some) if _is_late(one, now)), None)
    soon = [one for one in some if one.hour is not None and now < one.hour <= now + _SOON]
    asks = [one.window.kind is WindowKind.CONFIRM for one in soon]
    if late is None or not soon or (late.window.kind is WindowKind.CONFIRM and not any(asks)):
        return late
    return None


def _follows(one: Due, now: datetime, begins: datetime, ends: datetime, live: Collection[Told]) -> bool:
    """Only once the schedule says what became of the visit."""
    if one.window.kind not in AFTER or one.hour is None or not follows(one.window, one.visit):
        return False
    if one.told in live:
        return begins <= one.hour < ends
    return one.hour < ends and now < one.useless_after


def stopped(window: Window, answer: VisitAnswer | None) -> Reason | None:
    """Why what the patient said of this time ends what would still be written about it.

    After a yes nobody asks again, and of plain reminders only that of the last day goes out.
    """
    if answer is None:
        return None
    if answer is VisitAnswer.DECLINED:
        return Reason("visit-declined") if window.kind is not WindowKind.FOLLOW_UP else None
    asks = window.kind is WindowKind.CONFIRM
    early = window.kind is WindowKind.REMINDER and window.minutes > _LAST_DAY
    return Reason("visit-confirmed") if asks or early else None


def follows(window: Window, visit: Appointment) -> bool:
    """Whether what became of the visit is what this window writes about."""
    return _STATUS.get(window.kind) is visit.status


def counts_for(former: Window, window: Window) -> bool:
    """Whether what was written for `former`, which the visit has no more, counts for `window`: whoever sets
    times anew writes nobody twice about the same visit.

    Nearer to the visit it does; a reminder of before there were windows counts for every one.
    """
    if former.kind in AFTER or window.kind in AFTER:
        return former.kind is window.kind
    return former.id == DAY_BEFORE or former.minutes <= window.minutes


def _working_day(rules: SendingRules, day: date, count: int) -> date:
    """The `count`th working day after `day`; where nearly none is one, a fortnight later."""
    at = day
    for ahead in range(1, 15):
        at = day + ahead * _ONE_DAY
        count -= is_working(rules, at)
        if not count:
            break
    return at

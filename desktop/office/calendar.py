"""The calendar of letters to many: what goes on which day, what the practice has room for, what the
season brings. Counts and names of campaigns; no patient is named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import MAXYEAR, date, timedelta
from zoneinfo import ZoneInfo

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.campaigns import calendar, windows
from desktop.campaigns.capacity import MOST
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail.holidays import is_holiday
from desktop.models import appointments, freeslots, sendingrules, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.freeslots import FreeSlots
from desktop.models.names import word_key
from desktop.office.desk import Desk, Recorder
from desktop.office.values_calendar import (
    CalendarDay,
    CalendarLetters,
    CalendarShown,
    Season,
    SlotLine,
    SlotsRequest,
)
from desktop.people.visits import YEARS_AHEAD, fit_word

MOST_DAYS = 31
_WORDS_SINCE = timedelta(days=180)
_WORDS_MOST = 50


class CalendarDesk:
    """Fulfils `CalendarDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_calendar(self, session: Session, month: date | None = None) -> CalendarShown:
        """Raises InputError("calendar-range")."""
        return self._desk.read(
            session,
            Action.SHOW_CALENDAR,
            lambda tx: self._shown(tx, session, month),
            _event,
        )

    def set_slots(self, session: Session, request: SlotsRequest) -> CalendarShown:
        """Raises InputError "slots-range", "slots-days", "value-unusable"."""

        def keep(tx: Tx, record: Recorder) -> CalendarShown:
            today, now = self._today(tx), self._clock.now()
            days = sorted(set(request.days))
            if not 1 <= len(days) <= MOST_DAYS or days[0] < today:
                raise InputError("slots-days", most=MOST_DAYS)
            if request.free is not None and not 0 <= request.free <= MOST:
                raise InputError("slots-range", most=MOST)
            key = word_key(fit_word(request.visit_type, "visit_type"))
            for day in days:
                if request.free is None:
                    freeslots.forget(tx, day, key)
                else:
                    freeslots.put(tx, FreeSlots(day, key, request.free), now)
                record(Event(Act.SLOTS_CHANGED, det={"day": int(day.strftime("%Y%m%d"))}))
            shown = self._shown(tx, session, days[0])
            record(_event(shown))
            return shown

        return self._desk.write(session, Action.SET_SLOTS, keep)

    def _today(self, tx: Tx) -> date:
        return self._clock.now().astimezone(settings.zone(tx)).date()

    def _shown(self, tx: Tx, session: Session, month: date | None) -> CalendarShown:
        now, today = self._clock.now(), self._today(tx)
        wanted = month or today
        if wanted.year >= MAXYEAR or abs(wanted.year - today.year) > YEARS_AHEAD:
            raise InputError("calendar-range", years=YEARS_AHEAD)
        first, last = calendar.month_of(wanted)
        types = appointments.words(tx, now - _WORDS_SINCE, _WORDS_MOST)[0]
        days = tuple(self._days(tx, first, last, types))
        occasions = tuple(
            Season(one.code, begins, ends, one.recipe, one.template)
            for one, begins, ends in calendar.seasons(first, last)
        )
        return CalendarShown(
            first=first,
            today=today,
            days=days,
            seasons=occasions,
            visit_types=types,
            may_set=may(session.role, Action.SET_SLOTS),
            may_plan=may(session.role, Action.KEEP_CAMPAIGN),
        )

    def _days(self, tx: Tx, first: date, last: date, types: Iterable[str]) -> Iterable[CalendarDay]:
        zone = settings.zone(tx)
        letters = self._letters(tx, first, last, zone)
        slots = _slots(tx, first, last, types)
        visits, rules = appointments.counts(tx, first, last), sendingrules.get(tx)
        for ahead in range((last - first).days + 1):
            day = first + timedelta(days=ahead)
            lines = slots.get(day)
            yield CalendarDay(
                day=day,
                visits=visits.get(day, 0),
                letters=letters.get(day, ()),
                slots=tuple(lines or ()),
                free=None if lines is None else sum(line.free for line in lines),
                closed=day.isoformat() in rules.closed or is_holiday(rules.country, rules.region, day),
            )

    def _letters(
        self, tx: Tx, first: date, last: date, zone: ZoneInfo
    ) -> dict[date, tuple[CalendarLetters, ...]]:
        known = windows.load(tx, zone.key)
        found: dict[date, tuple[CalendarLetters, ...]] = {}
        for one in calendar.letters(tx, first, last, known, self._clock.now()):
            of = one.campaign
            name, state = (of.name, of.state) if of is not None else ("", None)
            line = CalendarLetters(name, one.planned, one.gone, of.id if of is not None else None, state)
            found[one.day] = (*found.get(one.day, ()), line)
        return found


def _slots(tx: Tx, first: date, last: date, types: Iterable[str]) -> dict[date, list[SlotLine]]:
    """As the schedule writes the types where it still names them."""
    names = {word_key(name): name for name in types}
    found: dict[date, list[SlotLine]] = {}
    for one in freeslots.between(tx, first, last):
        line = SlotLine(names.get(one.type_key, one.type_key), one.count)
        found.setdefault(one.day, []).append(line)
    return found


def _event(shown: CalendarShown) -> Event:
    return Event(Act.CALENDAR_SHOWN, det={"count": sum(len(day.letters) for day in shown.days)})

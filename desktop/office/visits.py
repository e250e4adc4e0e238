"""Visits by hand: the day's list, and what somebody at the desk adds, moves, cancels or marks.

What changes a visit withdraws its reminders that have not left, in the same transaction, and ends
the tasks that waited for the change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import MAXYEAR, date, timedelta
from zoneinfo import ZoneInfo

from desktop.access.fields import visible
from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.campaigns.retiring import retire
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail.moves import close_settled
from desktop.models import appointments, people, remindervisits, settings
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.records import Appointment, AppointmentId, PersonId, VisitStatus
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.values_facts import (
    VisitChanged,
    VisitLine,
    VisitMove,
    VisitQuery,
    VisitRequest,
    VisitsShown,
)
from desktop.people import visits

MOST_DAYS = 31
_WORDS_SINCE = timedelta(days=180)
"""Types, providers and places that visits of this time around today name are offered."""
_WORDS_MOST = 100
_NO_WORDS: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = ((), (), ())


class Visits:
    """Fulfils `VisitsDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_visits(self, session: Session, query: VisitQuery) -> VisitsShown:
        """Cancelled ones too. Raises InputError `visit-days-range`, `person-unknown`."""
        return self._desk.read(
            session,
            Action.LIST_VISITS,
            lambda tx: self._shown(tx, session.role, query),
            lambda shown: Listed(Act.APPOINTMENTS_SHOWN, _ids(shown), {"count": len(shown.lines)}),
        )

    def add_visit(self, session: Session, request: VisitRequest) -> VisitChanged:
        """Raises InputError as `people.visits.start_of` and `add`."""

        def work(tx: Tx, record: Recorder) -> VisitChanged:
            zone, now = _zone(tx), self._clock.now()
            start = visits.start_of(request.start, zone, request.second, now)
            what = (request.visit_type, request.provider, request.location)
            visit = visits.add(tx, request.person, start, zone, what)
            record(Event(Act.APPOINTMENT_ADDED, obj=visit.id, det={"person": visit.person}))
            return self._changed(tx, session, visit)

        return self._desk.write(session, Action.SET_VISIT, work)

    def move_visit(self, session: Session, move: VisitMove) -> VisitChanged:
        """Raises InputError `visit-unknown` and as `people.visits.start_of` and `move`."""

        def work(tx: Tx, record: Recorder) -> VisitChanged:
            zone, now = _zone(tx), self._clock.now()
            start = visits.start_of(move.start, zone, move.second, now)
            visit = visits.move(tx, _found(tx, move.visit), start, zone, move.provider, move.location)
            record(Event(Act.APPOINTMENT_CHANGED, obj=visit.id, det={"person": visit.person}))
            return self._changed(tx, session, visit)

        return self._desk.write(session, Action.SET_VISIT, work)

    def cancel_visit(self, session: Session, visit: AppointmentId) -> VisitChanged:
        """Raises InputError("visit-unknown"); Refused("visit-over") where the patient has been there."""

        def work(tx: Tx, record: Recorder) -> VisitChanged:
            after = visits.mark(tx, _found(tx, visit), VisitStatus.CANCELLED, self._clock.now())
            record(Event(Act.APPOINTMENT_CANCELLED, obj=after.id, det={"person": after.person}))
            return self._changed(tx, session, after)

        return self._desk.write(session, Action.SET_VISIT, work)

    def mark_visit(self, session: Session, visit: AppointmentId, status: VisitStatus) -> VisitChanged:
        """Kept or missed; booked takes it back, or a cancellation. Cancelling is `cancel_visit`.

        Raises InputError `visit-unknown`, `visit-there`; Refused `visit-not-begun`,
        `visit-cancelled-before`, `visit-over`.
        """

        def work(tx: Tx, record: Recorder) -> VisitChanged:
            after = visits.mark(tx, _found(tx, visit), status, self._clock.now())
            act = Act.APPOINTMENT_CANCELLED if status is VisitStatus.CANCELLED else Act.APPOINTMENT_CHANGED
            record(Event(act, obj=after.id, det={"person": after.person}))
            return self._changed(tx, session, after)

        return self._desk.write(session, Action.SET_VISIT, work)

    def _changed(self, tx: Tx, session: Session, visit: Appointment) -> VisitChanged:
        withdrawn = retire(tx, self._desk.opened().outbox, session)
        close_settled(tx, self._desk.audit, self._clock.now())
        return VisitChanged(_lines(tx, session.role, (visit,))[0], withdrawn)

    def _shown(self, tx: Tx, role: Role, query: VisitQuery) -> VisitsShown:
        now, zone = self._clock.now(), _zone(tx)
        first = query.first or now.astimezone(ZoneInfo(zone)).date()
        if not 1 <= query.days <= MOST_DAYS:
            raise InputError("visit-days-range", most=MOST_DAYS)
        if first.year == MAXYEAR:
            raise InputError("visit-time-far", years=visits.YEARS_AHEAD)
        types, providers, places = _NO_WORDS
        if query.person is not None:
            if people.get(tx, query.person) is None:
                raise InputError("person-unknown")
            found = appointments.of_person(tx, query.person)[::-1]
        else:
            found = _of_days(tx, first, query.days)
            types, providers, places = appointments.words(tx, now - _WORDS_SINCE, _WORDS_MOST)
        return VisitsShown(
            _lines(tx, role, found),
            first,
            query.days,
            zone,
            now,
            types,
            providers,
            places,
            may(role, Action.SET_VISIT),
        )


def _zone(tx: Tx) -> str:
    return settings.get(tx, "zone") or "UTC"


def _of_days(tx: Tx, first: date, days: int) -> list[Appointment]:
    found: list[Appointment] = []
    for ahead in range(days):
        found += appointments.on_day(tx, first + timedelta(days=ahead))
    return found


def _found(tx: Tx, id_: AppointmentId) -> Appointment:
    visit = appointments.get(tx, id_)
    if visit is None or people.get(tx, visit.person) is None:
        raise InputError("visit-unknown")
    return visit


def _lines(tx: Tx, role: Role, found: Iterable[Appointment]) -> tuple[VisitLine, ...]:
    """Without visits of whoever is in no list any more."""
    given = tuple(found)
    known = people.get_many(tx, {visit.person for visit in given})
    some = [visit for visit in given if visit.person in known]
    written = remindervisits.present(tx, {visit.id: visit.occurrence for visit in some})
    lines = []
    for visit in some:
        who = visible(known[visit.person], role)
        reminder = written[visit.id][0].state if visit.id in written else None
        lines.append(VisitLine(visit, who.name or who.organisation, who.birth_date, reminder))
    return tuple(lines)


def _ids(shown: VisitsShown) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(line.visit.person for line in shown.lines))

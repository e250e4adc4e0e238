"""Visits by hand: added, moved, cancelled, marked; what waited for the old time is withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from desktop.access.roles import Purpose
from desktop.errors import InputError, Refused, SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.records import AppointmentId, PersonId, State, VisitStatus
from desktop.office.api import Office
from desktop.office.values_audit import LogQuery
from desktop.office.values_facts import VisitChanged, VisitMove, VisitQuery, VisitRequest, VisitsShown
from desktop.office.values_practice import RelayRequest
from desktop.people.visits import start_of
from tests.made_practice import VISITS, Practice, import_visits, person_named
from tests.made_staff import desk_of
from tests.support.colleagues import let_in

DAY = date(2026, 11, 24)
NINE = datetime.fromisoformat("2026-11-24T09:00")


@pytest.fixture
def with_relay(
    at_work: tuple[Office, Session], relay_request: Callable[..., RelayRequest]
) -> tuple[Office, Session]:
    office, ana = at_work
    office.add_relay(ana, relay_request())
    return at_work


def code_of(error: pytest.ExceptionInfo[SealwellError]) -> str:
    return error.value.code


def added(
    office: Office,
    session: Session,
    start: datetime = NINE,
    visit_type: str = "",
    provider: str = "",
    location: str = "",
) -> VisitChanged:
    person = person_named(office, session, "Canaryfield")
    return office.add_visit(session, VisitRequest(person, start, visit_type, provider, location))


def on(office: Office, session: Session, day: date = DAY, days: int = 1) -> VisitsShown:
    return office.list_visits(session, VisitQuery(day, days))


def test_a_visit_that_is_added_stands_on_its_day_and_is_on_record(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    made = added(office, ana, visit_type="Check-up", provider="Dr. Shah", location="Main Street")
    assert made.line.visit.start == NINE
    assert made.line.visit.start_utc.isoformat() == "2026-11-24T16:00:00+00:00"
    shown = on(office, ana)
    assert [line.name for line in shown.lines] == ["Zoraida Canaryfield"]
    assert (shown.types, shown.providers, shown.locations) == (("Check-up",), ("Dr. Shah",), ("Main Street",))
    assert shown.can_change
    acts = [line.act for line in office.query_log(ana, LogQuery(limit=20)).lines]
    assert "appointment.added" in acts
    assert "appointments.shown" in acts


def test_without_a_day_today_is_shown_by_the_practices_clock(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    assert office.list_visits(ana, VisitQuery()).first == date(2026, 11, 23)


def test_a_week_shows_each_of_its_days_and_a_person_all_of_theirs(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    for ahead in (0, 1, 6, 7):
        added(office, ana, NINE + timedelta(days=ahead))
    assert len(on(office, ana, days=7).lines) == 3
    person = person_named(office, ana, "Canaryfield")
    theirs = office.list_visits(ana, VisitQuery(person=person)).lines
    assert [line.visit.start for line in theirs] == [NINE + timedelta(days=n) for n in (7, 6, 1, 0)]


@pytest.mark.parametrize("days", [0, 32])
def test_too_many_days_are_refused(at_work: tuple[Office, Session], days: int) -> None:
    office, ana = at_work
    with pytest.raises(InputError) as caught:
        on(office, ana, days=days)
    assert code_of(caught) == "visit-days-range"


def test_nobody_is_booked_twice_at_one_time(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    added(office, ana)
    with pytest.raises(InputError) as caught:
        added(office, ana)
    assert code_of(caught) == "visit-there"
    assert len(on(office, ana).lines) == 1


def test_what_is_not_known_is_refused(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    nobody, nothing = PersonId("0" * 32), AppointmentId("0" * 32)
    for work, code in (
        (lambda: office.add_visit(ana, VisitRequest(nobody, NINE)), "person-unknown"),
        (lambda: office.list_visits(ana, VisitQuery(person=nobody)), "person-unknown"),
        (lambda: office.move_visit(ana, VisitMove(nothing, NINE)), "visit-unknown"),
        (lambda: office.cancel_visit(ana, nothing), "visit-unknown"),
        (lambda: office.mark_visit(ana, nothing, VisitStatus.KEPT), "visit-unknown"),
        (lambda: added(office, ana, provider="=1+1"), "value-unusable"),
        (lambda: added(office, ana, datetime.fromisoformat("2062-11-24T09:00")), "visit-time-far"),
    ):
        with pytest.raises(InputError) as caught:
            work()
        assert code_of(caught) == code


def test_an_hour_that_is_missing_or_comes_twice_is_asked(at_work: tuple[Office, Session]) -> None:
    """2026-11-01 01:30 comes twice in Denver; 2027-03-14 02:30 does not come at all."""
    office, ana = at_work
    now = datetime.fromisoformat("2026-10-01T12:00+00:00")
    twice, never = datetime.fromisoformat("2026-11-01T01:30"), datetime.fromisoformat("2027-03-14T02:30")
    with pytest.raises(InputError) as caught:
        start_of(twice, "America/Denver", None, now)
    assert code_of(caught) == "visit-time-twice"
    first = start_of(twice, "America/Denver", second=False, now=now)[1]
    assert start_of(twice, "America/Denver", second=True, now=now)[1] - first == timedelta(hours=1)
    with pytest.raises(InputError) as caught:
        added(office, ana, never)
    assert code_of(caught) == "visit-time-missing"


def queued(practice: Practice, ready: tuple[Office, Session]) -> AppointmentId:
    """Tomorrow's reminders wait; answers the visit of the first of them."""
    office, ana = ready
    import_visits(office, ana, practice.clock, VISITS)
    plan = office.send_reminders(ana)
    assert any(one.state is State.QUEUED for one in plan.reminders)
    line = on(office, ana).lines[0]
    assert line.reminder is State.QUEUED
    return line.visit.id


def test_moving_a_visit_withdraws_its_reminder_at_once(
    practice: Practice, with_relay: tuple[Office, Session]
) -> None:
    office, ana = with_relay
    visit = queued(practice, with_relay)
    moved = office.move_visit(ana, VisitMove(visit, NINE + timedelta(days=2)))
    assert (moved.withdrawn, moved.line.visit.occurrence, moved.line.reminder) == (1, 1, None)
    states = {
        line.state for line in office.list_outbox(ana).messages if line.person == moved.line.visit.person
    }
    assert states == {State.CANCELLED}


def test_cancelling_a_visit_withdraws_its_reminder_and_can_be_taken_back(
    practice: Practice, with_relay: tuple[Office, Session]
) -> None:
    office, ana = with_relay
    visit = queued(practice, with_relay)
    gone = office.cancel_visit(ana, visit)
    assert (gone.withdrawn, gone.line.visit.status) == (1, VisitStatus.CANCELLED)
    back = office.mark_visit(ana, visit, VisitStatus.BOOKED)
    assert back.line.visit.status is VisitStatus.BOOKED
    assert any(one.state is State.QUEUED for one in office.send_reminders(ana).reminders)


def test_an_import_that_moves_a_visit_withdraws_its_reminder_at_once(
    practice: Practice, with_relay: tuple[Office, Session]
) -> None:
    office, ana = with_relay
    queued(practice, with_relay)
    practice.clock.move(60)
    import_visits(office, ana, practice.clock, VISITS.replace(b"09:30", b"10:30"))
    states = [line.state for line in office.list_outbox(ana).messages]
    assert states.count(State.CANCELLED) == 1


def test_another_provider_at_the_same_time_is_no_other_occurrence(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    made = added(office, ana, provider="Dr. Shah").line.visit
    after = office.move_visit(ana, VisitMove(made.id, NINE, provider="Dr. Li")).line.visit
    assert (after.provider, after.occurrence) == ("Dr. Li", 0)
    with pytest.raises(InputError) as caught:
        office.move_visit(ana, VisitMove(made.id, NINE))
    assert code_of(caught) == "visit-same"


def test_a_visit_is_kept_or_missed_only_once_it_has_begun(
    practice: Practice, at_work: tuple[Office, Session]
) -> None:
    office, ana = at_work
    visit = added(office, ana).line.visit.id
    with pytest.raises(Refused) as caught:
        office.mark_visit(ana, visit, VisitStatus.KEPT)
    assert code_of(caught) == "visit-not-begun"
    practice.clock.move(2 * 86_400)
    ana = office.unlock(practice.credentials()).session
    assert office.mark_visit(ana, visit, VisitStatus.MISSED).line.visit.status is VisitStatus.MISSED
    assert office.mark_visit(ana, visit, VisitStatus.KEPT).line.visit.status is VisitStatus.KEPT
    with pytest.raises(Refused) as caught:
        office.cancel_visit(ana, visit)
    assert code_of(caught) == "visit-over"
    assert office.mark_visit(ana, visit, VisitStatus.BOOKED).line.visit.status is VisitStatus.BOOKED
    office.cancel_visit(ana, visit)
    with pytest.raises(Refused) as caught:
        office.mark_visit(ana, visit, VisitStatus.KEPT)
    assert code_of(caught) == "visit-cancelled-before"


def test_a_clinician_sees_the_day_and_changes_nothing(
    practice: Practice, at_work: tuple[Office, Session]
) -> None:
    office, ana = at_work
    desk_of(office).guard.prove(ana, Purpose.USERS)
    added(office, ana)
    _, cleo = let_in(practice, office, ana, "cleo", Role.CLINICIAN).signed_in(practice, office)
    shown = on(office, cleo)
    assert (len(shown.lines), shown.can_change) == (1, False)
    with pytest.raises(Refused) as caught:
        office.cancel_visit(cleo, shown.lines[0].visit.id)
    assert code_of(caught) == "not-allowed"
    ana = office.sign_in(practice.credentials()).session
    desk_of(office).guard.prove(ana, Purpose.USERS)
    _, dora = let_in(practice, office, ana, "dora", Role.BILLING).signed_in(practice, office)
    with pytest.raises(Refused) as caught:
        on(office, dora)
    assert code_of(caught) == "not-allowed"

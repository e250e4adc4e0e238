"""A visit that stands twice is reminded of once: merged records, a schedule with two numbers, both undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from desktop.campaigns.reminders import Plan
from desktop.campaigns.retiring import retire
from desktop.models import appointments, messages
from desktop.models.records import Appointment, AppointmentId, Message, Person, Reason, State, VisitStatus
from desktop.models.standing import MergeId
from desktop.people import merging, samevisits
from tests.practice.office import TUESDAY, Practice

BOOKED, CANCELLED = VisitStatus.BOOKED, VisitStatus.CANCELLED


def plan(office: Practice) -> Plan:
    return office.db.read(lambda tx: office.reminders.plan(tx, TUESDAY))


def told(office: Practice) -> dict[AppointmentId, str]:
    """Of each visit of the day '' where it is reminded of, or why not."""
    made = plan(office)
    rows = {row.appointment.id: "" for row in made.rows}
    return rows | {line.appointment.id: line.reason.code for line in made.excluded}


def queue(office: Practice) -> dict[str, Message]:
    sealed = office.reminders.seal(plan(office))
    made = office.db.write(lambda tx: office.reminders.enqueue(tx, sealed, office.session))
    return {row.source: row for row in made.messages}


def sent(office: Practice, row: Message) -> None:
    office.db.write(lambda tx: messages.move(tx, row.id, row.state, State.ACCEPTED))


def merged(office: Practice, kept: Person, gone: Person) -> MergeId:
    return office.db.write(
        lambda tx: merging.merge(tx, kept.id, gone.id, office.session.user, office.clock.now())
    )


def parted(office: Practice, one: MergeId) -> merging.Undone:
    return office.db.write(lambda tx: merging.unmerge(tx, one, office.session.user, office.clock.now()))


def now(office: Practice, visit: Appointment) -> Appointment:
    found = office.db.read(lambda tx: appointments.get(tx, visit.id))
    assert found is not None
    return found


def both(office: Practice, **other: Any) -> tuple[Person, Person, Appointment, Appointment]:
    kept, gone = office.person("Maria"), office.person("Mary")
    return kept, gone, office.visit(kept), office.visit(gone, **other)


def test_one_person_is_not_reminded_twice_of_the_visit_that_both_records_had(office: Practice) -> None:
    kept, gone, *visits = both(office)
    assert sorted(told(office).values()) == ["", ""]
    merged(office, kept, gone)
    assert sorted(told(office).values()) == ["", "visit-cancelled"]
    assert {now(office, one).person for one in visits} == {kept.id}


def test_a_reminder_that_waits_for_the_same_visit_is_pulled_back(office: Practice) -> None:
    kept, gone, *_ = both(office)
    waiting = queue(office)
    merged(office, kept, gone)
    assert office.db.write(lambda tx: retire(tx, office.outbox, office.session)) == 1
    states = office.db.read(lambda tx: messages.get_many(tx, [row.id for row in waiting.values()]))
    assert sorted(row.state for row in states.values()) == [State.CANCELLED, State.QUEUED]
    assert {row.person for row in states.values()} == {kept.id}


def test_the_visit_that_was_reminded_of_is_the_one_that_counts(office: Practice) -> None:
    kept, gone, own, theirs = both(office, external_id="")
    waiting = queue(office)
    office.db.write(lambda tx: office.outbox.cancel(tx, waiting[own.id].id, Reason("visit-moved")))
    sent(office, waiting[theirs.id])
    merged(office, kept, gone)
    assert told(office) == {own.id: "visit-cancelled", theirs.id: "already-sent"}
    assert now(office, theirs).external_id == own.external_id, "the next schedule finds this one"
    assert now(office, own).external_id == ""


def test_two_records_again_have_two_visits_again(office: Practice) -> None:
    kept, gone, own, theirs = both(office, external_id="", provider="")
    one = merged(office, kept, gone)
    assert [now(office, visit).status for visit in (own, theirs)] == [BOOKED, CANCELLED]
    assert parted(office, one).stayed == 0
    assert (now(office, own), now(office, theirs)) == (own, theirs)
    assert sorted(told(office).values()) == ["", ""]


@pytest.mark.parametrize("change", ["moved", "cancelled"])
def test_what_became_of_the_one_visit_meanwhile_is_known_of_neither(office: Practice, change: str) -> None:
    kept, gone, own, theirs = both(office, external_id="")
    one = merged(office, kept, gone)
    stays = now(office, own)
    if change == "moved":
        later = {name: getattr(stays, name) + timedelta(hours=1) for name in ("start", "start_utc")}
        office.change_visit(stays, occurrence=2, **later)
    else:
        office.change_visit(stays, status=CANCELLED)
    assert parted(office, one).stayed == 1
    assert now(office, theirs).status is CANCELLED


def test_a_visit_that_was_booked_again_meanwhile_stays_as_it_is(office: Practice) -> None:
    kept, gone, own, theirs = both(office, external_id="")
    one = merged(office, kept, gone)
    office.change_visit(now(office, own), status=CANCELLED)
    office.change_visit(now(office, theirs), status=BOOKED)
    assert parted(office, one).stayed == 0
    assert now(office, theirs).status is BOOKED


@pytest.mark.parametrize(
    "other",
    [{"hour": 15}, {"provider": "Dr. Ruiz"}, {"visit_type": "Blood test"}, {"status": CANCELLED}],
)
def test_another_visit_stays_another_one(office: Practice, other: dict[str, Any]) -> None:
    kept, gone, own, theirs = both(office, **other)
    merged(office, kept, gone)
    assert [now(office, visit).status for visit in (own, theirs)] == [BOOKED, other.get("status", BOOKED)]


def test_a_visit_that_is_over_is_left_as_it_was(office: Practice) -> None:
    kept, gone, own, theirs = both(office)
    office.clock.at += timedelta(days=3)
    merged(office, kept, gone)
    assert [now(office, visit).status for visit in (own, theirs)] == [BOOKED, BOOKED]


def test_a_schedule_that_has_the_visit_under_two_numbers_reminds_of_it_once(office: Practice) -> None:
    person = office.person("Maria")
    first = office.visit(person)
    office.visit(office.person("Bea"))
    waiting = queue(office)
    second = office.visit(person, provider="")
    assert told(office)[second.id] == "visit-twice"
    sent(office, waiting[first.id])
    assert (told(office)[first.id], told(office)[second.id]) == ("already-sent", "visit-twice")


def test_of_three_that_stand_for_one_only_one_counts(office: Practice) -> None:
    person = office.person("Maria")
    visits = [office.visit(person, external_id=number) for number in ("", "7", "")]
    pairs = samevisits.repeated(visits, ())
    assert {first.id for first, _ in pairs} == {visits[1].id}
    assert {other.id for _, other in pairs} == {visits[0].id, visits[2].id}

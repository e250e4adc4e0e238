"""Visits keep wall-clock time, its zone and the same moment in UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from desktop.models import appointments
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Appointment, AppointmentId, PersonId, VisitStatus
from tests.support.kept import NOW, a_person, a_visit, keep

DAY = date(2026, 11, 24)
START = datetime.fromisoformat("2026-11-24T14:30")


@pytest.fixture
def person(db: Database) -> PersonId:
    maria = a_person()
    keep(db, maria)
    return maria.id


def put(db: Database, *visits: Appointment) -> None:
    def insert(tx: Tx) -> None:
        for visit in visits:
            appointments.insert(tx, visit)

    db.write(insert)


def test_every_field_comes_back_and_changes(db: Database, person: PersonId) -> None:
    visit = a_visit(person, external_id="V1", visit_type="check-up", provider="Shah", location="Main")
    put(db, visit)
    assert db.read(lambda tx: appointments.get(tx, visit.id)) == visit
    moved = replace(
        visit,
        start=visit.start + timedelta(days=7),
        start_utc=visit.start_utc + timedelta(days=7),
        occurrence=1,
        status=VisitStatus.CANCELLED,
    )
    db.write(lambda tx: appointments.update(tx, moved))
    assert db.read(lambda tx: appointments.get(tx, visit.id)) == moved
    assert db.read(lambda tx: appointments.get(tx, AppointmentId(new_id()))) is None


def test_a_schedules_own_number_is_unique_and_none_is_not(db: Database, person: PersonId) -> None:
    put(db, a_visit(person), a_visit(person), a_visit(person, external_id="V1"))
    with pytest.raises(IntegrityError):
        put(db, a_visit(person, external_id="V1"))


def test_visits_are_found_by_the_schedules_own_number(db: Database, person: PersonId) -> None:
    visits = [a_visit(person, external_id=f"V{number}") for number in range(600)]
    put(db, *visits, a_visit(person))
    assert db.read(lambda tx: appointments.by_external(tx, "V7")) == visits[7]
    assert db.read(lambda tx: appointments.by_external(tx, "")) is None
    assert db.read(lambda tx: appointments.by_external(tx, "V999")) is None
    wanted = [visit.external_id for visit in visits] + ["", "V999"]
    found = db.read(lambda tx: appointments.by_external_many(tx, wanted))
    assert found == {visit.external_id: visit for visit in visits}


def test_a_day_is_a_day_of_the_wall_calendar(db: Database, person: PersonId) -> None:
    midnight = datetime.combine(DAY, START.time().min)
    first = a_visit(person, start=midnight)
    last = a_visit(person, start=midnight + timedelta(hours=23, minutes=59, seconds=59))
    cancelled = a_visit(person, start=START, status=VisitStatus.CANCELLED)
    put(
        db,
        last,
        cancelled,
        first,
        a_visit(person, start=midnight - timedelta(seconds=1)),
        a_visit(person, start=midnight + timedelta(days=1)),
    )
    assert db.read(lambda tx: appointments.on_day(tx, DAY)) == [first, cancelled, last]


def test_between_counts_the_beginning_and_not_the_end(db: Database, person: PersonId) -> None:
    visits = [a_visit(person, start_utc=NOW + timedelta(hours=hour)) for hour in range(5)]
    put(db, *reversed(visits))
    found = db.read(lambda tx: appointments.between(tx, visits[1].start_utc, visits[3].start_utc))
    assert found == visits[1:3]
    assert db.read(lambda tx: appointments.of_person(tx, person)) == visits
    assert db.read(lambda tx: appointments.of_person(tx, PersonId(new_id()))) == []


def test_a_start_with_a_zone_and_a_moment_without_one_are_bugs(db: Database, person: PersonId) -> None:
    for wrong in (a_visit(person, start=NOW), a_visit(person, start_utc=START)):
        with pytest.raises((ValueError, StatementError), match="zone"):
            put(db, wrong)


def test_a_moment_in_any_zone_is_kept_as_the_same_moment(db: Database, person: PersonId) -> None:
    there = NOW.astimezone(tz=datetime.fromisoformat("2026-01-01T00:00-05:00").tzinfo)
    visit = a_visit(person, start_utc=there)
    put(db, visit)
    found = db.read(lambda tx: appointments.get(tx, visit.id))
    assert found is not None
    assert found.start_utc == NOW
    assert found.start_utc.tzinfo is UTC


def test_a_visit_of_nobody_is_refused(db: Database) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        put(db, a_visit(PersonId(new_id())))

"""Reminders to a mailbox that somebody else reads: guardians until eighteen, visits only for the patient."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from desktop.mail.decision import Decision
from desktop.models import maillinks, people, practicefacts
from desktop.models.database import Tx
from desktop.models.records import Level, Person, Reason
from desktop.models.standing import MailLink, Reader, VisitRule
from desktop.people.household import adult_on, born_until, is_adult, way_to
from tests.practice.office import MONDAY, TUESDAY, Practice

MOTHER = "mother@example.org"


def child(office: Practice, born: date, reader: Reader = Reader.GUARDIAN, **more: object) -> Person:
    made = office.person(birth_date=born, email=MOTHER)
    link = MailLink(made.id, MOTHER, True, reader, **more)  # type: ignore[arg-type]
    office.db.write(lambda tx: maillinks.put(tx, link))
    office.visit(made, visit_type="Counselling")
    return made


def why_not(office: Practice, person: Person) -> str:
    """The reason why nothing goes, or '' where something does."""
    plan = office.db.read(lambda tx: office.reminders.plan(tx, TUESDAY))
    gone = [line.reason.code for line in plan.excluded if line.person == person.id]
    assert len(gone) + sum(row.person.id == person.id for row in plan.rows) == 1
    return gone[0] if gone else ""


def decided(office: Practice, person: Person) -> Decision:
    plan = office.db.read(lambda tx: office.reminders.plan(tx, TUESDAY))
    (row,) = [row for row in plan.rows if row.person.id == person.id]
    return row.decision


def test_a_guardian_is_written_to_until_the_day_of_the_eighteenth_birthday(office: Practice) -> None:
    today = MONDAY.date()
    young = child(office, today.replace(year=today.year - 18) + timedelta(days=1))
    of_age = child(office, today.replace(year=today.year - 18))
    assert why_not(office, young) == ""
    assert "mailbox-guardian" in {reason.code for reason in decided(office, young).reasons}
    assert why_not(office, of_age) == "guardian-ended"


def test_the_day_is_the_practices_and_not_that_of_utc(office: Practice) -> None:
    """Three in the morning in UTC is the evening before in Chicago."""
    birthday = date(2026, 11, 24)
    person = child(office, birthday.replace(year=2008))
    office.clock.at = MONDAY.replace(day=24, hour=3)
    assert why_not(office, person) == ""
    office.clock.at = MONDAY.replace(day=24, hour=7)
    assert why_not(office, person) == "guardian-ended"


@pytest.mark.parametrize("reader", Reader)
def test_a_visit_only_for_the_patient_is_told_to_no_guardian_and_nobody_else(
    office: Practice, reader: Reader
) -> None:
    rule = VisitRule("counselling", "Counselling", patient_only=True)
    office.db.write(lambda tx: practicefacts.put_visit_rule(tx, rule, MONDAY))
    person = child(office, date(2010, 5, 5), reader)
    told = why_not(office, person)
    if reader in (Reader.GUARDIAN, Reader.SHARED):
        assert told == "visit-only-patient"
    else:
        assert told == ""


def test_what_others_read_goes_end_to_end_or_not_at_all(office: Practice) -> None:
    person = child(office, date(1980, 5, 5), Reader.SHARED)
    assert why_not(office, person) == "no-safe-way"
    alone = office.person(birth_date=date(1980, 5, 5), email="own@example.org")
    office.visit(alone)
    assert decided(office, alone).level is Level.ON_THE_WAY


def test_a_confidential_mailbox_is_the_only_one(office: Practice) -> None:
    person = office.person(email="home@example.org")
    office.visit(person)
    quiet = MailLink(person.id, "quiet@example.org", True, confidential=True)
    office.db.write(lambda tx: maillinks.put(tx, quiet))
    way = decided(office, person)
    assert way.address == "quiet@example.org"
    assert "mailbox-confidential" in {reason.code for reason in way.reasons}


def test_a_visit_of_somebody_who_was_withdrawn_is_no_line(office: Practice) -> None:
    person = office.person(email="a@example.org")
    office.visit(person)
    office.db.write(lambda tx: people.withdraw(tx, (person.id,), MONDAY))
    plan = office.db.read(lambda tx: office.reminders.plan(tx, TUESDAY))
    assert not plan.rows
    assert not plan.excluded
    assert office.db.read(lambda tx: office.reminders.people_on(tx, TUESDAY)) == ()


def test_ways_of_people_and_of_nobody(office: Practice) -> None:
    person = office.person(email="a@example.org")
    today = MONDAY.date()

    def ended(tx: Tx) -> object:
        maillinks.put(tx, MailLink(person.id, "b@example.org", True, Reader.PROXY))
        maillinks.end(tx, person.id, "b@example.org", MONDAY)
        return way_to(tx, person.id, today)

    way = office.db.read(lambda tx: way_to(tx, person.id, today))
    assert isinstance(way, MailLink)
    assert way.address == "a@example.org"
    assert office.db.write(ended) == Reason("proxy-ended", {"name": person.name})
    office.db.write(lambda tx: people.withdraw(tx, (person.id,), MONDAY))
    assert office.db.read(lambda tx: way_to(tx, person.id, today)) == Reason("person-gone")


@pytest.mark.parametrize(
    ("born", "day", "adult"),
    [
        (date(2008, 11, 23), date(2026, 11, 22), False),
        (date(2008, 11, 23), date(2026, 11, 23), True),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(2010, 2, 28), date(2028, 2, 29), True),
        (None, date(2026, 11, 23), False),
    ],
)
def test_who_is_of_age(born: date | None, day: date, adult: bool) -> None:
    assert is_adult(born, day) is adult
    if born is not None:
        assert (born <= born_until(day)) is adult
        assert adult_on(born).year == born.year + 18

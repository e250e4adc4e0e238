"""Reminders of a family as one letter: only where it is wished, and never more than each of them allows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from desktop.mail.outbox import Cancel, Keep, Replace, Verdict
from desktop.models import maillinks, messages, practicefacts, remindervisits, windows
from desktop.models.campaigning import Window, WindowId, WindowKind
from desktop.models.ids import new_id
from desktop.models.records import Appointment, Detail, Message, Person, Reason, State, VisitStatus
from desktop.models.standing import MailLink, Reader, VisitRule
from tests.practice.office import MONDAY, TUESDAY, Practice
from tests.unit.campaigns.test_windows import plan, send

MOTHER = "mother@example.org"


def child(office: Practice, first: str, hour: int = 9, **changes: Any) -> tuple[Person, Appointment]:
    reader = changes.pop("reader", Reader.GUARDIAN)
    confidential = changes.pop("confidential", False)
    visit = changes.pop("visit", {})
    person = office.person(first, birth_date=date(2015, 5, 5), email=MOTHER, **changes)
    link = MailLink(person.id, MOTHER, True, reader, confidential=confidential)
    office.db.write(lambda tx: maillinks.put(tx, link))
    return person, office.visit(person, hour, 0, **visit)


def together(office: Practice, choice: str = "merge") -> None:
    office.db.write(lambda tx: maillinks.set_family(tx, MOTHER, choice))


def recheck(office: Practice, message: Message) -> Verdict:
    return office.db.read(lambda tx: office.reminders.recheck(tx, [message]))[0]


def test_siblings_of_one_day_and_mailbox_get_one_letter_where_the_family_wishes_it(office: Practice) -> None:
    child(office, "Ana", 9)
    child(office, "Bea", 11)
    together(office)
    (row,) = plan(office).rows
    assert row.subject == "Your family's visits on Tuesday, November 24, 2026"
    assert "Ana: 9:00 am" in row.text
    assert "Bea: 11:00 am" in row.text
    (message,) = send(office).messages
    told = office.db.read(lambda tx: remindervisits.of_messages(tx, [message.id]))[message.id]
    assert len(told) == 2
    assert send(office).messages == ()
    assert [line.reason.code for line in plan(office).excluded] == ["already-queued"] * 2


@pytest.mark.parametrize("choice", ["", "apart"])
def test_without_that_wish_each_gets_their_own(office: Practice, choice: str) -> None:
    child(office, "Ana")
    child(office, "Bea")
    together(office, choice)
    assert len(plan(office).rows) == 2


@pytest.mark.parametrize("least", Detail)
def test_the_level_of_detail_is_the_lowest_of_all(office: Practice, least: Detail) -> None:
    child(office, "Ana", detail=Detail.FULL)
    child(office, "Bea", 11, detail=least)
    together(office)
    (row,) = plan(office).rows
    said = row.subject + row.text
    assert ("Okafor" in said) is (least is Detail.FULL)
    assert ("Room 4" in said) is (least is Detail.FULL)
    assert ("Ana" in said) is (least is not Detail.MINIMAL)
    assert ("9:00" in said) is (least is not Detail.MINIMAL)
    assert "chemotherapy" not in said


@pytest.mark.parametrize(
    "other",
    [
        {"confidential": True},
        {"language": "es"},
        {"visit": {"day": date(2026, 11, 25)}},
        {"visit": {"visit_type": "Counselling"}, "reader": Reader.SELF},
    ],
)
def test_what_may_not_be_read_there_with_the_others_is_not_in_their_letter(
    office: Practice, other: dict[str, Any]
) -> None:
    rule = VisitRule("counselling", "Counselling", patient_only=True)
    office.db.write(lambda tx: practicefacts.put_visit_rule(tx, rule, MONDAY))
    child(office, "Ana")
    child(office, "Bea", 11, **other)
    together(office)
    rows = [*plan(office).rows, *plan(office, date(2026, 11, 25)).rows]
    assert sorted(row.person.first_name for row in rows) == ["Ana", "Bea"]
    assert all(row.others == () for row in rows)


def test_a_shared_mailbox_is_no_family(office: Practice) -> None:
    child(office, "Ana")
    child(office, "Bea", 11, reader=Reader.SHARED)
    together(office)
    made = plan(office)
    assert [row.others for row in made.rows] == [()]
    assert [line.reason.code for line in made.excluded] == ["no-safe-way"]


def test_who_is_asked_for_a_yes_is_asked_alone(office: Practice) -> None:
    one = Window(WindowId(new_id()), WindowKind.CONFIRM, 24 * 60)
    office.db.write(lambda tx: windows.put(tx, one, office.session.user, MONDAY))
    child(office, "Ana", 11)
    child(office, "Bea", 12)
    together(office)
    assert [row.others for row in plan(office, TUESDAY).rows] == [(), ()]


def test_a_visit_that_falls_out_is_dropped_from_the_letter_and_the_others_are_reminded(
    office: Practice,
) -> None:
    _, first = child(office, "Ana")
    _, second = child(office, "Bea", 11)
    together(office)
    (message,) = send(office).messages
    assert recheck(office, message) == Keep()
    office.change_visit(first, status=VisitStatus.CANCELLED)
    verdict = recheck(office, message)
    assert isinstance(verdict, Replace)
    assert [told.appointment for told in verdict.frozen.visits] == [second.id]
    new = office.db.write(lambda tx: office.outbox.supersede(tx, message.id, verdict.frozen, verdict.reason))
    assert recheck(office, new) == Keep()
    office.change_visit(second, status=VisitStatus.CANCELLED)
    assert recheck(office, new) == Cancel(Reason("visit-cancelled"))


def test_taken_back_and_planned_apart_nobody_is_lost_and_nobody_gets_two(office: Practice) -> None:
    child(office, "Ana")
    child(office, "Bea", 11)
    together(office)
    (both,) = send(office).messages
    office.db.write(
        lambda tx: office.outbox.cancel(tx, both.id, Reason("cancelled-by-person"), office.session)
    )
    together(office, "apart")
    assert len(send(office).messages) == 2
    together(office)
    assert send(office).messages == ()
    assert office.db.read(messages.counts) == {State.CANCELLED: 1, State.QUEUED: 2}


def test_a_family_whose_one_visit_was_queued_by_somebody_else_meanwhile_gets_no_second(
    office: Practice,
) -> None:
    _, first = child(office, "Ana")
    _, second = child(office, "Bea", 11)
    alone = office.reminders.seal(plan(office))
    together(office)
    letter = office.reminders.seal(plan(office))
    office.db.write(lambda tx: office.reminders.enqueue(tx, alone[:1], office.session))
    late = office.db.write(lambda tx: office.reminders.enqueue(tx, letter, office.session))
    assert (late.messages, set(late.crossed)) == ((), {first.id, second.id})

"""What a queued reminder says is asked again at the claim: less detail, another room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.mail.outbox import Claimed, Keep, Replace
from desktop.models import messages, settings
from desktop.models.records import Appointment, Detail, Message, Person, Reason, State
from tests.practice.office import HOLDER, Practice

Change = Callable[[Practice, Person, Appointment], object]


def queued(office: Practice) -> Message:
    frozen = office.reminders.seal(office.db.read(office.reminders.plan))
    (message,) = office.db.write(lambda tx: office.reminders.enqueue(tx, frozen, office.session)).messages
    return message


def claimed(office: Practice) -> Claimed:
    office.clock.pass_(seconds=11)
    office.take_lease()
    (found,) = office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, office.rechecks, 5))
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda office, person, _: office.change(person, detail=Detail.MINIMAL),
        lambda office, _, visit: office.change_visit(visit, location="Room 9", provider="Dr. Li"),
    ],
    ids=["less detail is wished", "another room and doctor"],
)
def test_a_reminder_whose_words_no_longer_hold_is_written_anew(office: Practice, change: Change) -> None:
    person = office.person(detail=Detail.FULL)
    visit = office.visit(person)
    first = queued(office)
    change(office, person, visit)
    found = claimed(office)
    assert found.message.id != first.id
    assert b"Okafor" not in found.wire
    assert b"Room 4" not in found.wire
    old = office.db.read(lambda tx: messages.get(tx, first.id))
    assert old is not None
    assert (old.state, old.superseded, old.reason) == (State.CANCELLED, True, Reason("wording-changed"))


def test_a_reminder_whose_words_still_hold_leaves_as_it_is(office: Practice) -> None:
    person = office.person()
    visit = office.visit(person)
    first = queued(office)
    office.change_visit(visit, visit_type="check-up")  # which a standard reminder does not name
    assert claimed(office).message.id == first.id


def test_a_row_that_was_queued_without_its_wording_is_not_sealed_again(office: Practice) -> None:
    office.visit(office.person())
    (frozen,) = office.reminders.seal(office.db.read(office.reminders.plan))
    message = office.db.write(
        lambda tx: office.outbox.enqueue(tx, replace(frozen, wording=""), office.session)
    )
    office.db.write(lambda tx: settings.put(tx, "practice-phone", "555 0100"))
    assert office.db.read(lambda tx: office.reminders.recheck(tx, [message])) == [Keep()]


def test_a_new_generation_keeps_its_own_wording(office: Practice) -> None:
    person = office.person(detail=Detail.FULL)
    office.visit(person)
    message = queued(office)
    office.change(person, detail=Detail.MINIMAL)
    (verdict,) = office.db.read(lambda tx: office.reminders.recheck(tx, [message]))
    assert isinstance(verdict, Replace)
    assert verdict.frozen.wording not in ("", message.sha256)
    assert verdict.frozen.generation == message.generation + 1

"""What holds for a type of visit: come early, instructions, and types that are not reminded of."""

from __future__ import annotations

import pytest

from desktop.campaigns.retiring import retire
from desktop.models import messages, practicefacts
from desktop.models.ids import new_id
from desktop.models.records import Detail, State, VisitStatus
from desktop.models.standing import Location, LocationId, VisitRule
from tests.practice.office import Practice


def said(office: Practice, rule: VisitRule) -> None:
    office.db.write(lambda tx: practicefacts.put_visit_rule(tx, rule, office.clock.now()))


@pytest.mark.parametrize("detail", [Detail.STANDARD, Detail.FULL])
def test_come_early_stands_in_the_reminder_and_instructions_only_in_full_detail(
    office: Practice, detail: Detail
) -> None:
    visit = office.visit(office.person(detail=detail))
    office.change_visit(visit, visit_type="Blood  Test", location="Main Street")
    said(office, VisitRule("", "blood test", 15, {"en": "Do not eat."}))
    place = Location(LocationId(new_id()), "main street", "12 Main Street")
    office.db.write(lambda tx: practicefacts.put_location(tx, place))
    (row,) = office.db.read(office.reminders.plan).rows
    assert "15 minutes early" in row.text
    assert ("Do not eat." in row.text) is (detail is Detail.FULL)
    assert ("12 Main Street" in row.text) is (detail is Detail.FULL)


def test_a_type_that_is_not_reminded_of_is_left_out_with_its_reason(office: Practice) -> None:
    visit = office.visit(office.person())
    office.change_visit(visit, visit_type="Walk-in")
    said(office, VisitRule("", "walk-in", remind=False))
    plan = office.db.read(office.reminders.plan)
    assert plan.rows == ()
    assert [line.reason.code for line in plan.excluded] == ["visit-type-silent"]


def test_only_reminders_of_visits_that_changed_are_withdrawn(office: Practice) -> None:
    stays = office.visit(office.person())
    goes = office.visit(office.person("Ana", "Ruiz", "ana@example.org"))
    frozen = office.reminders.seal(office.db.read(office.reminders.plan))
    office.db.write(lambda tx: office.reminders.enqueue(tx, frozen, office.session))
    assert office.db.write(lambda tx: retire(tx, office.outbox, office.session)) == 0
    office.change_visit(goes, status=VisitStatus.CANCELLED)
    assert office.db.write(lambda tx: retire(tx, office.outbox, office.session)) == 1
    assert office.db.write(lambda tx: retire(tx, office.outbox, office.session)) == 0
    assert stays.status is VisitStatus.BOOKED


def test_reminders_of_a_type_that_is_not_reminded_of_any_more_are_withdrawn_at_once(office: Practice) -> None:
    visit = office.visit(office.person())
    office.change_visit(visit, visit_type="Walk-in")
    office.visit(office.person("Ana", "Ruiz", "ana@example.org"))
    frozen = office.reminders.seal(office.db.read(office.reminders.plan))
    office.db.write(lambda tx: office.reminders.enqueue(tx, frozen, office.session))
    said(office, VisitRule("", "walk-in", remind=False))
    assert office.db.write(lambda tx: retire(tx, office.outbox, office.session)) == 1
    (gone,) = office.db.read(lambda tx: messages.by_states(tx, (State.CANCELLED,)))
    assert gone.source == visit.id
    assert gone.reason is not None
    assert gone.reason.code == "visit-type-silent"

"""A stopped address gets nothing: not decided for, not claimed, until somebody releases it."""

from __future__ import annotations

from datetime import timedelta

from desktop.mail.letters import Draft
from desktop.mail.outbox import Keep
from desktop.mail.suppressed import STOPPED
from desktop.models import messages, people, suppressions
from desktop.models.delivery import Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.names import address_key
from desktop.models.records import Label, Method, State
from tests.practice.office import HOLDER, TUESDAY, Practice
from tests.support.mailbox import letter, stands


def stop(office: Practice, address: str) -> str:
    one = Suppression(new_id(), address_key(address), SuppressionKind.HARD_BOUNCE, None, office.clock.now())
    office.db.write(lambda tx: suppressions.add(tx, one))
    return one.id


def test_no_letter_and_no_reminder_is_decided_for_it_until_it_is_lifted(office: Practice) -> None:
    person = office.person(email="Maria@Mail.example")
    office.visit(person)
    kept = stop(office, "maria@mail.EXAMPLE")
    draft = Draft(person.id, "Hello", "A text.", label=Label.ROUTINE)
    decision = office.db.read(lambda tx: office.letters.explain(tx, draft))
    assert (decision.method, decision.reasons[0].code) == (Method.NONE, STOPPED)
    assert {one.remedy.code for one in decision.rejected if one.remedy} == {"remedy-check-address"}
    plan = office.db.read(lambda tx: office.reminders.plan(tx, TUESDAY))
    assert [one.reason.code for one in plan.excluded] == [STOPPED]
    office.db.write(lambda tx: suppressions.lift(tx, kept, office.clock.now(), office.session.user, "phone"))
    assert office.db.read(lambda tx: office.letters.explain(tx, draft)).method is not Method.NONE


def test_what_was_queued_before_is_not_claimed(office: Practice) -> None:
    row = letter(office, state=State.QUEUED)
    stop(office, row.address)
    office.clock.pass_(seconds=20)
    office.take_lease()
    keeps = {"letter": lambda tx, rows: [Keep() for _ in rows]}
    assert office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, keeps, 1)) == []
    after = stands(office, row.id)
    assert (after.state, after.reason.code if after.reason else "") == (State.CANCELLED, STOPPED)


def test_a_corrected_address_is_written_to(office: Practice) -> None:
    row = letter(office, state=State.QUEUED)
    stop(office, row.address)
    person = office.db.read(lambda tx: people.get(tx, row.person))
    assert person is not None
    office.change(person, email="right@mail.example")
    office.clock.pass_(seconds=20)
    office.take_lease()
    office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, office.rechecks, 1))
    newest = office.db.read(messages.listing)
    assert stands(office, row.id).state is State.CANCELLED
    assert {one.address for one in newest if one.state is not State.CANCELLED} <= {"right@mail.example"}
    assert office.clock.now() - row.queued_at < timedelta(minutes=1)

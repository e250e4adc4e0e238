"""A stopped address gets nothing: not decided for, not claimed, until somebody releases it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from desktop.mail.calls import CALL
from desktop.mail.events import FAILED_TASK, note
from desktop.mail.letters import Draft
from desktop.mail.outbox import Keep
from desktop.mail.suppressed import STOPPED
from desktop.models import messages, people, suppressions, tasks
from desktop.models.delivery import DeliveryEvent, EventKind, Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.names import address_key
from desktop.models.records import Label, Method, State
from desktop.models.tables_mail import message
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


def test_somebody_phones_about_a_letter_whose_address_was_stopped_before_it_left(office: Practice) -> None:
    row = letter(office, state=State.QUEUED)
    stop(office, row.address)
    claimed(office)
    (call,) = office.db.read(lambda tx: tasks.open_ones(tx, CALL))
    assert (call.source, call.person, call.details["cause"]) == (row.id, row.person, "failed")
    assert office.acts()[-2:] == ["message.cancelled", "task.call-opened"]


def test_nobody_phones_about_a_newsletter_or_twice_about_one_letter(office: Practice) -> None:
    bulk, known = letter(office, state=State.QUEUED), letter(office, state=State.DEFERRED)
    change = update(message).where(message.c.id == bulk.id).values(kind="campaign")
    office.db.write(lambda tx: tx.connection.execute(change).rowcount)
    gone = DeliveryEvent(
        EventKind.BOUNCED, office.clock.now(), "mailbox", "1", known.id, known.person, {"hard": 1}
    )
    office.db.write(lambda tx: note(tx, office.audit, gone, office.clock.now()))
    stop(office, bulk.address)
    claimed(office)
    assert [stands(office, row.id).state for row in (bulk, known)] == [State.CANCELLED] * 2
    assert office.db.read(lambda tx: tasks.open_ones(tx, CALL)) == []
    assert [one.source for one in office.db.read(lambda tx: tasks.open_ones(tx, FAILED_TASK))] == [known.id]


def claimed(office: Practice) -> None:
    """Everything that is due is looked at by whoever sends."""
    office.clock.pass_(seconds=20)
    office.take_lease()
    keeps = {kind: lambda tx, rows: [Keep() for _ in rows] for kind in ("letter", "campaign")}
    office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, keeps, 10))


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

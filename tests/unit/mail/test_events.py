"""One door for what came of messages: once each, the row moves, addresses stop, people are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from desktop.mail.events import DECLINED_TASK, FAILED_TASK, in_flight, note, note_all
from desktop.mail.letters import Draft
from desktop.models import consents, events, messages, people, silences, suppressions, tasks
from desktop.models.delivery import DeliveryEvent, EventKind, SuppressionKind
from desktop.models.names import address_key
from desktop.models.records import Consent, Label, Message, MessageId, State
from desktop.models.tables_mail import message
from tests.practice.office import Practice


def letter(office: Practice, state: State = State.ACCEPTED) -> Message:
    """A letter that stands in `state`."""
    person = office.person(email=f"p{office.clock.now().timestamp()}@mail.example")
    draft = Draft(person.id, "Hello", "A text.", label=Label.ROUTINE)
    frozen = office.letters.seal(office.db.read(lambda tx: office.letters.prepare(tx, draft)), office.sealer)
    row = office.db.write(lambda tx: office.outbox.enqueue(tx, frozen, office.session))
    office.db.write(lambda tx: messages.move(tx, row.id, State.QUEUED, state))
    return stands(office, row.id)


def stands(office: Practice, id_: MessageId) -> Message:
    row = office.db.read(lambda tx: messages.get(tx, id_))
    assert row is not None
    return row


def told(office: Practice, row: Message | None, kind: EventKind, ref: str = "1", **details: object) -> bool:
    event = DeliveryEvent(
        kind,
        office.clock.now(),
        "mailbox",
        ref,
        row.id if row else None,
        row.person if row else None,
        {name: value for name, value in details.items() if isinstance(value, (str, int))},
    )
    return office.db.write(lambda tx: note(tx, office.audit, event, office.clock.now()))


def stopped(office: Practice, row: Message) -> SuppressionKind | None:
    key = address_key(row.address)
    found = office.db.read(lambda tx: suppressions.live(tx, (key,))).get(key)
    return found.kind if found else None


def tasks_of(office: Practice, kind: str) -> list[str]:
    return [one.source for one in office.db.read(lambda tx: tasks.open_ones(tx, kind))]


def test_a_hard_bounce_moves_the_message_stops_its_address_and_opens_a_task(office: Practice) -> None:
    row = letter(office)
    assert told(office, row, EventKind.BOUNCED, hard=1, status="5.1.1", how="envelope-id")
    after = stands(office, row.id)
    assert (after.state, after.reason.code if after.reason else "") == (State.BOUNCED, "bounced-gone")
    assert stopped(office, row) is SuppressionKind.HARD_BOUNCE
    assert tasks_of(office, FAILED_TASK) == [row.id]
    assert office.acts()[-2:] == ["message.bounced", "address.suppressed"]


def test_the_same_event_counts_once(office: Practice) -> None:
    row = letter(office)
    assert told(office, row, EventKind.BOUNCED, hard=1)
    before = office.acts()
    assert not told(office, row, EventKind.BOUNCED, hard=1)
    assert office.acts() == before
    assert len(office.db.read(lambda tx: events.of_message(tx, row.id))) == 1


def test_a_full_mailbox_stops_no_address(office: Practice) -> None:
    row = letter(office)
    told(office, row, EventKind.BOUNCED, hard=0, status="5.2.2")
    assert stands(office, row.id).state is State.BOUNCED
    assert stopped(office, row) is None
    assert tasks_of(office, FAILED_TASK) == [row.id]


def test_a_complaint_stops_the_address_until_it_is_lifted(office: Practice) -> None:
    row = letter(office)
    told(office, row, EventKind.COMPLAINED)
    assert stands(office, row.id).state is State.COMPLAINED
    assert stopped(office, row) is SuppressionKind.COMPLAINT
    one = office.db.read(suppressions.listing)[0]
    now, user = office.clock.now(), office.session.user
    assert office.db.write(lambda tx: suppressions.lift(tx, one.id, now, user, "phone"))
    assert not office.db.write(lambda tx: suppressions.lift(tx, one.id, now, user, "phone"))
    assert stopped(office, row) is None
    assert [one.how for one in office.db.read(lambda tx: suppressions.listing(tx, lifted=True))] == ["phone"]


@pytest.mark.parametrize("kind", [EventKind.DELIVERED, EventKind.REPLIED, EventKind.PICKED_UP])
def test_a_sign_of_arrival_settles_what_was_uncertain(office: Practice, kind: EventKind) -> None:
    row = letter(office, State.UNCERTAIN)
    told(office, row, kind)
    after = stands(office, row.id)
    assert (after.state, after.reason.code if after.reason else "") == (State.ACCEPTED, "sign-of-arrival")


def test_a_bounce_settles_what_was_uncertain_as_well(office: Practice) -> None:
    row = letter(office, State.UNCERTAIN)
    told(office, row, EventKind.BOUNCED, hard=0)
    assert stands(office, row.id).state is State.BOUNCED


@pytest.mark.parametrize("state", [State.CANCELLED, State.FAILED, State.QUEUED])
def test_a_message_that_never_left_is_not_moved(office: Practice, state: State) -> None:
    row = letter(office, state)
    told(office, row, EventKind.BOUNCED, hard=0)
    assert stands(office, row.id).state is state
    assert tasks_of(office, FAILED_TASK) == []


def test_a_reply_ends_the_clock_of_a_sensitive_message_and_a_mere_delivery_does_not(office: Practice) -> None:
    row = letter(office)
    sensitive = update(message).where(message.c.id == row.id).values(label=Label.SENSITIVE.value)
    office.db.write(lambda tx: tx.connection.execute(sensitive).rowcount)
    due = office.clock.now() + timedelta(days=3)
    office.db.write(lambda tx: silences.start(tx, row.id, due))
    told(office, row, EventKind.DELIVERED)
    running = office.db.read(lambda tx: silences.get(tx, row.id))
    assert running is not None
    assert running.ended_at is None
    told(office, row, EventKind.REPLIED, "2")
    ended = office.db.read(lambda tx: silences.get(tx, row.id))
    assert ended is not None
    assert ended.how == "reply"


def test_a_no_becomes_somebodys_task(office: Practice) -> None:
    row = letter(office)
    told(office, row, EventKind.DECLINED)
    assert tasks_of(office, DECLINED_TASK) == [row.id]
    assert stands(office, row.id).state is State.ACCEPTED


def test_who_unsubscribes_gets_no_marketing_and_their_consent_to_care_stays(office: Practice) -> None:
    row = letter(office)
    person = office.db.read(lambda tx: people.get(tx, row.person))
    assert person is not None
    office.consent(person, Consent.GIVEN)
    told(office, row, EventKind.UNSUBSCRIBED)
    told(office, row, EventKind.UNSUBSCRIBED, "2")
    after = office.db.read(lambda tx: people.get(tx, row.person))
    assert after is not None
    assert after.consent is Consent.GIVEN
    assert office.db.read(lambda tx: consents.no_marketing(tx, (row.person,))) == {row.person}
    entries = office.db.read(lambda tx: consents.history(tx, row.person))
    assert [(one.state, one.scope) for one in entries] == [
        (Consent.GIVEN, "care"),
        (Consent.REFUSED, "marketing"),
    ]
    office.consent(replace(after), Consent.GIVEN)
    assert office.db.read(lambda tx: consents.no_marketing(tx, (row.person,))) == {row.person}


def test_a_group_is_taken_in_together_and_what_is_on_its_way_is_named(office: Practice) -> None:
    rows = []
    for _ in range(3):
        rows.append(letter(office))
        office.clock.pass_(seconds=1)
    now = office.clock.now()
    made = [
        DeliveryEvent(EventKind.BOUNCED, now, "mailbox", f"r{n}", row.id, row.person, {"hard": 1})
        for n, row in enumerate(rows)
    ]
    assert office.db.write(lambda tx: note_all(tx, office.audit, [*made, made[0]], now)) == 3
    assert {stands(office, row.id).state for row in rows} == {State.BOUNCED}
    flying = letter(office, State.DOT_SENT)
    ids = [rows[0].id, flying.id]
    assert office.db.read(lambda tx: in_flight(tx, ids)) == {flying.id}


def test_who_writes_no_more_marketing_to_a_merged_record_is_heard_in_the_one_that_stands(
    office: Practice,
) -> None:
    gone, kept = office.person(email="old@mail.example"), office.person(email="new@mail.example")
    office.db.write(lambda tx: people.merge_into(tx, (gone.id,), kept.id))
    event = DeliveryEvent(EventKind.UNSUBSCRIBED, office.clock.now(), "mailbox", "1", None, gone.id, {})
    office.db.write(lambda tx: note(tx, office.audit, event, office.clock.now()))
    assert office.db.read(lambda tx: consents.no_marketing(tx, (kept.id, gone.id))) == {kept.id}

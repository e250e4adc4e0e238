"""What a relay tells enters only by our own marks, once, and for messages that left through it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.models import events, messages, receipts, suppressions
from desktop.models.delivery import EventKind, Match
from desktop.models.names import address_key
from desktop.models.records import Message, RelayId, State
from desktop.sync.feed import take_in
from desktop.sync.feed_adapters import Told
from tests.practice.office import Practice, practice
from tests.support.mailbox import letter, stands, token


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as made:
        yield made


def told(office: Practice, ref: str = "1", kind: EventKind = EventKind.BOUNCED, **more: object) -> Told:
    return Told(ref, kind, office.clock.now(), **more)  # type: ignore[arg-type]


def enter(office: Practice, *some: Told, relay: RelayId | None = None) -> tuple[int, bool]:
    name, now = relay or office.relay.id, office.clock.now()
    return office.db.write(lambda tx: take_in(tx, office.audit, name, some, now))


def kinds(office: Practice, row: Message) -> list[EventKind]:
    return [one.kind for one in office.db.read(lambda tx: events.of_message(tx, row.id))]


def test_a_hard_bounce_moves_the_message_and_stops_its_address_once(office: Practice) -> None:
    row = letter(office)
    one = told(office, message_id=row.message_id, status="5.1.1", hard=True)
    assert enter(office, one) == (1, True)
    assert enter(office, one) == (0, True)
    assert stands(office, row.id).state is State.BOUNCED
    key = address_key(row.address)
    assert key in office.db.read(lambda tx: suppressions.live(tx, (key,)))
    (event,) = office.db.read(lambda tx: events.of_message(tx, row.id))
    assert event.details == {"how": "message-id", "status": "5.1.1", "hard": 1}


@pytest.mark.parametrize("mark", list(Match), ids=str)
def test_by_which_marks_an_entry_is_ours(office: Practice, mark: Match) -> None:
    row = letter(office)
    office.db.write(lambda tx: receipts.put_many(tx, [(row.id, "2c1b63fe-43f2", office.clock.now())]))
    marks = {
        Match.MESSAGE_ID: {"message_id": row.message_id},
        Match.HEADER: {"token": token(row)},
        Match.RELAY_REF: {"relay_ref": "2c1b63fe-43f2"},
    }
    if mark in marks:
        assert enter(office, told(office, "1", EventKind.DELIVERED, **marks[mark])) == (1, True)
        assert kinds(office, row) == [EventKind.DELIVERED]
    else:
        strange = {"message_id": "<zzzzzzzzzzzzzzzzzzzzzzzzzz@x.example>", "relay_ref": "other"}
        assert enter(office, told(office, "1", EventKind.BOUNCED, **strange)) == (0, True)
        assert kinds(office, row) == []


def test_another_relay_knows_nothing_of_it(office: Practice) -> None:
    row = letter(office)
    entered = enter(office, told(office, message_id=row.message_id, hard=True), relay=RelayId("f" * 32))
    assert entered == (0, True)
    assert stands(office, row.id).state is State.ACCEPTED


def test_an_uncertain_message_arrived_when_the_relay_says_so(office: Practice) -> None:
    row = letter(office, state=State.UNCERTAIN)
    enter(office, told(office, kind=EventKind.DELIVERED, token=token(row)))
    assert stands(office, row.id).state is State.ACCEPTED


def test_of_a_message_that_is_being_sent_it_is_told_again_later(office: Practice) -> None:
    row, other = letter(office), letter(office)
    office.db.write(lambda tx: messages.move(tx, row.id, State.ACCEPTED, State.DOT_SENT))
    some = (
        told(office, "1", EventKind.DELIVERED, token=token(row)),
        told(office, "2", EventKind.DELIVERED, token=token(other)),
    )
    assert enter(office, *some) == (1, False)
    office.db.write(lambda tx: messages.move(tx, row.id, State.DOT_SENT, State.ACCEPTED))
    assert enter(office, *some) == (1, True)


def test_a_time_that_is_to_come_is_now(office: Practice) -> None:
    row = letter(office)
    later = Told("1", EventKind.OPENED, office.clock.now() + timedelta(days=400), token=token(row))
    enter(office, later)
    (event,) = office.db.read(lambda tx: events.of_message(tx, row.id))
    assert event.at == office.clock.now()

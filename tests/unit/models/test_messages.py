"""The outbox's rows: sealed bytes apart, moved only from where they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from desktop.models import messages
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import (
    Attempt,
    Label,
    Message,
    MessageId,
    Method,
    PersonId,
    Reason,
    State,
)
from tests.support.kept import NOW, a_message, a_person, keep

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def person(db: Database) -> PersonId:
    maria = a_person()
    keep(db, maria)
    return maria.id


def put(db: Database, *rows: Message) -> None:
    def insert(tx: Tx) -> None:
        for row in rows:
            messages.insert(tx, row, f"wire of {row.id}".encode(), '{"trace":1}')

    db.write(insert)


def got(db: Database, message: Message) -> Message:
    found = db.read(lambda tx: messages.get(tx, message.id))
    assert found is not None
    return found


def test_every_field_its_bytes_and_its_trace_come_back(db: Database, person: PersonId) -> None:
    row = a_message(
        person,
        kind="letter",
        source="",
        occurrence=2,
        generation=3,
        method=Method.ENVELOPE,
        state=State.DEFERRED,
        label=Label.VERY_SENSITIVE,
        reasons=(Reason("a"), Reason("b", {"until": "2026-12-01", "n": 1})),
        useless_after=LATER,
        attempts=4,
        reply="451 later",
        superseded=True,
        priority=7,
        reason=Reason("greylisted", {"minutes": 5}),
        next_try=LATER,
        window="",
    )
    put(db, row)
    assert got(db, row) == row
    assert db.read(lambda tx: messages.wire(tx, row.id)) == f"wire of {row.id}".encode()
    assert db.read(lambda tx: messages.trace(tx, row.id)) == '{"trace":1}'
    assert db.read(lambda tx: messages.get(tx, MessageId(new_id()))) is None


def test_a_move_happens_once_and_only_from_where_the_row_stands(db: Database, person: PersonId) -> None:
    row = a_message(person)
    put(db, row)

    def claim(tx: Tx) -> bool:
        return messages.move(tx, row.id, State.QUEUED, State.CLAIMED)

    assert db.write(claim) is True
    assert db.write(claim) is False
    assert got(db, row) == replace(row, state=State.CLAIMED)
    assert db.write(lambda tx: messages.move(tx, MessageId(new_id()), State.QUEUED, State.CLAIMED)) is False


def test_a_move_keeps_what_it_is_not_given_but_its_reason(db: Database, person: PersonId) -> None:
    row = a_message(person)
    put(db, row)
    reason = Reason("greylisted", {"minutes": 5})

    def defer(tx: Tx) -> bool:
        return messages.move(
            tx,
            row.id,
            State.QUEUED,
            State.DEFERRED,
            reply="451 later",
            reason=reason,
            next_try=LATER,
            attempts=1,
            superseded=True,
        )

    db.write(defer)
    deferred = replace(
        row,
        state=State.DEFERRED,
        reply="451 later",
        reason=reason,
        next_try=LATER,
        attempts=1,
        superseded=True,
    )
    assert got(db, row) == deferred
    db.write(lambda tx: messages.move(tx, row.id, State.DEFERRED, State.CLAIMED))
    assert got(db, row) == replace(deferred, state=State.CLAIMED, reason=None)


def test_one_live_reminder_per_visit_occurrence_and_window(db: Database, person: PersonId) -> None:
    first = a_message(person)
    put(db, first)
    with pytest.raises(IntegrityError):
        put(db, a_message(person))
    put(
        db,
        a_message(person, occurrence=1),
        a_message(person, window="same-day"),
        a_message(person, source="another"),
        a_message(person, kind="letter", source="visit"),
        a_message(person, kind="letter", source="visit"),
    )

    def supersede(tx: Tx) -> None:
        messages.move(tx, first.id, State.QUEUED, State.CANCELLED, superseded=True)
        messages.insert(tx, second, b"", "{}")

    second = a_message(person, generation=1)
    db.write(supersede)
    assert db.read(lambda tx: messages.live_reminder(tx, "visit", 0, "day-before")) == second
    assert db.read(lambda tx: messages.live_reminder(tx, "visit", 9, "day-before")) is None


def test_a_cancelled_reminder_that_was_not_superseded_still_takes_the_place(
    db: Database, person: PersonId
) -> None:
    row = a_message(person, state=State.CANCELLED)
    put(db, row)
    with pytest.raises(IntegrityError):
        put(db, a_message(person))


def test_the_live_reminders_of_a_whole_day_come_at_once(db: Database, person: PersonId) -> None:
    rows = [a_message(person, source=f"visit-{number}") for number in range(700)]
    put(db, *rows, a_message(person, source="visit-1", superseded=True))
    wanted = [row.source for row in rows[:650]]
    found = db.read(lambda tx: messages.live_reminders(tx, wanted, "day-before"))
    assert {row.id for row in found} == {row.id for row in rows[:650]}
    assert db.read(lambda tx: messages.live_reminders(tx, wanted, "same-day")) == []


def test_what_is_due_comes_by_priority_then_by_age(db: Database, person: PersonId) -> None:
    def row(source: str, **fields: object) -> Message:
        return a_message(person, source=source, **{"not_before": NOW, **fields})

    rows = [
        row("late", not_before=NOW - timedelta(minutes=1)),
        row("early", not_before=NOW - timedelta(hours=1)),
        row("first", priority=5),
        row("again", state=State.DEFERRED, next_try=NOW),
        row("held", not_before=NOW + timedelta(seconds=1)),
        row("not yet again", state=State.DEFERRED, next_try=LATER),
        row("under way", state=State.CLAIMED),
        row("gone", state=State.ACCEPTED),
        row("too late", not_before=NOW - timedelta(days=1), useless_after=NOW - timedelta(hours=2)),
    ]
    put(db, *rows)
    found = [due.source for due in db.read(lambda tx: messages.due(tx, NOW, 100))]
    assert found == ["first", "too late", "early", "late", "again"]
    assert len(db.read(lambda tx: messages.due(tx, NOW, 2))) == 2


def test_the_next_moment_when_something_falls_due(db: Database, person: PersonId) -> None:
    assert db.read(messages.next_due) is None
    put(db, a_message(person, source="gone", state=State.ACCEPTED, not_before=NOW))
    assert db.read(messages.next_due) is None
    put(db, a_message(person, source="again", state=State.DEFERRED, not_before=NOW, next_try=LATER))
    assert db.read(messages.next_due) == LATER
    put(db, a_message(person, source="held", not_before=LATER - timedelta(seconds=5)))
    assert db.read(messages.next_due) == LATER - timedelta(seconds=5)


def test_lists_and_counts(db: Database, person: PersonId) -> None:
    rows = [
        a_message(person, source=str(number), queued_at=NOW + timedelta(minutes=number), state=state)
        for number, state in enumerate([State.QUEUED, State.UNCERTAIN, State.QUEUED, State.FAILED])
    ]
    letter = a_message(person, kind="letter", queued_at=NOW - timedelta(days=1))
    put(db, *rows, letter)
    newest = [*reversed(rows), letter]
    assert db.read(messages.listing) == newest
    assert db.read(lambda tx: messages.listing(tx, limit=2, offset=1)) == newest[1:3]
    assert db.read(lambda tx: messages.listing(tx, kind="letter")) == [letter]
    assert db.read(lambda tx: messages.listing(tx, states=[State.FAILED, State.UNCERTAIN])) == [
        rows[3],
        rows[1],
    ]
    assert db.read(lambda tx: messages.listing(tx, states=[])) == []
    assert db.read(lambda tx: messages.by_states(tx, [State.QUEUED])) == [letter, rows[0], rows[2]]
    assert db.read(lambda tx: messages.of_person(tx, person, 2)) == newest[:2]
    assert db.read(messages.counts) == {State.QUEUED: 3, State.UNCERTAIN: 1, State.FAILED: 1}


def test_the_phases_of_a_try_stay_in_order(db: Database, person: PersonId) -> None:
    row, other = a_message(person), a_message(person, source="other")
    put(db, row, other)

    def notes(tx: Tx) -> None:
        for phase, reply in (("connecting", ""), ("data", ""), ("dot-sent", "250 ok")):
            messages.add_attempt(tx, row.id, NOW + timedelta(seconds=len(phase)), phase, reply)

    db.write(notes)
    assert db.read(lambda tx: messages.attempts(tx, row.id)) == [
        Attempt(row.id, NOW + timedelta(seconds=10), "connecting"),
        Attempt(row.id, NOW + timedelta(seconds=4), "data"),
        Attempt(row.id, NOW + timedelta(seconds=8), "dot-sent", "250 ok"),
    ]
    assert db.read(lambda tx: messages.attempts(tx, other.id)) == []

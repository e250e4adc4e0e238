"""Rows of the outbox are read, moved and ended in groups, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.models import messages
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Attempt, Message, MessageId, Reason, State
from tests.support.kept import NOW, a_message, a_person, keep

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def rows(db: Database) -> list[Message]:
    """Six hundred waiting rows: more than one portion."""
    maria = a_person()
    keep(db, maria)
    waiting = [a_message(maria.id, source=f"visit-{number}") for number in range(600)]

    def insert(tx: Tx) -> None:
        for row in waiting:
            messages.insert(tx, row, row.source.encode(), f'"{row.source}"')

    db.write(insert)
    return waiting


def test_many_are_read_at_once_and_strangers_are_left_out(db: Database, rows: list[Message]) -> None:
    wanted = [row.id for row in rows[:550]] + [MessageId(new_id())]
    some = rows[:550]
    assert db.read(lambda tx: messages.get_many(tx, wanted)) == {row.id: row for row in some}
    assert db.read(lambda tx: messages.wires(tx, wanted)) == {row.id: row.source.encode() for row in some}
    assert db.read(lambda tx: messages.traces(tx, wanted)) == {row.id: f'"{row.source}"' for row in some}


def test_a_group_moves_and_says_when_one_of_it_stood_elsewhere(db: Database, rows: list[Message]) -> None:
    ids = [row.id for row in rows]
    assert db.write(lambda tx: messages.move_all(tx, ids[:550], State.QUEUED, State.CLAIMED)) is True
    assert db.read(messages.counts) == {State.CLAIMED: 550, State.QUEUED: 50}
    assert db.rehearse(lambda tx: messages.move_all(tx, ids, State.QUEUED, State.CLAIMED)) is False
    assert db.write(lambda tx: messages.move_all(tx, [], State.QUEUED, State.CLAIMED)) is True


def test_each_row_of_a_group_ends_its_own_way(db: Database, rows: list[Message]) -> None:
    first, second = rows[:2]
    accepted = replace(first, state=State.ACCEPTED, reply="250 ok", attempts=1)
    deferred = replace(
        second, state=State.DEFERRED, reply="451", attempts=1, reason=Reason("greylisted"), next_try=LATER
    )
    outcomes = [(State.QUEUED, accepted), (State.QUEUED, deferred)]
    assert db.write(lambda tx: messages.put_outcomes(tx, outcomes)) is True
    assert db.read(lambda tx: messages.get(tx, first.id)) == accepted
    assert db.read(lambda tx: messages.get(tx, second.id)) == deferred
    assert db.rehearse(lambda tx: messages.put_outcomes(tx, outcomes)) is False
    assert db.write(lambda tx: messages.put_outcomes(tx, [])) is True


def test_the_phases_of_a_group_are_noted_together(db: Database, rows: list[Message]) -> None:
    noted = [Attempt(row.id, NOW, "data") for row in rows[:3]]
    db.write(lambda tx: messages.add_attempts(tx, noted))
    db.write(lambda tx: messages.add_attempts(tx, ()))
    assert db.read(lambda tx: messages.attempts(tx, rows[1].id)) == [noted[1]]
    assert db.read(lambda tx: messages.attempts(tx, rows[3].id)) == []

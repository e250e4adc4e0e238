"""What is past its time goes, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desktop.mail.states import TERMINAL
from desktop.models import destroying, messages, people
from desktop.models.database import Database
from desktop.models.records import (
    Attempt,
    Consent,
    Detail,
    Kind,
    Label,
    Message,
    MessageId,
    Method,
    Person,
    PersonId,
    State,
    Status,
)

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
MARIA = PersonId("d" * 32)
SECRET = b"sealed bytes of a letter"


def message(number: int, state: State, queued_at: datetime) -> Message:
    return Message(
        id=MessageId(f"{number:032x}"),
        kind="letter",
        source=f"{number}",
        occurrence=0,
        generation=1,
        person=MARIA,
        address="maria@example.org",
        method=Method.TLS,
        state=state,
        label=Label.ROUTINE,
        relay=None,
        message_id=f"<{number}@example.org>",
        sha256="0" * 64,
        decision_hash="",
        reasons=(),
        queued_at=queued_at,
        not_before=queued_at,
        useless_after=None,
    )


@pytest.fixture
def maria(db: Database) -> Database:
    person = Person(
        MARIA,
        Kind.PATIENT,
        "Maria",
        "Lopez",
        None,
        "maria@example.org",
        "en",
        Detail.STANDARD,
        Status.ACTIVE,
        Consent.UNKNOWN,
    )
    db.write(lambda tx: people.insert(tx, person))
    return db


def put(
    db: Database, number: int, state: State, queued_at: datetime, tried_at: datetime | None = None
) -> None:
    row = message(number, state, queued_at)
    db.write(lambda tx: messages.insert(tx, row, SECRET, "{}"))
    if tried_at is not None:
        db.write(lambda tx: messages.add_attempts(tx, [Attempt(row.id, tried_at, "accepted", "250 ok")]))


def left(db: Database, count: int) -> set[int]:
    """Whose bytes are still there."""
    ids = [MessageId(f"{number:032x}") for number in range(count)]
    return {int(one, 16) for one in db.read(lambda tx: messages.wires(tx, ids))}


def test_only_bytes_of_messages_that_are_long_over_go(maria: Database) -> None:
    old, young = NOW - timedelta(days=200), NOW - timedelta(days=10)
    put(maria, 0, State.ACCEPTED, old, old)
    put(maria, 1, State.ACCEPTED, old, young)  # it was deferred for long
    put(maria, 2, State.CANCELLED, old)
    put(maria, 3, State.CANCELLED, young)
    for number, state in enumerate((State.QUEUED, State.DEFERRED, State.UNCERTAIN), 4):
        put(maria, number, state, old, old)
    done = maria.write(lambda tx: destroying.bodies(tx, TERMINAL, NOW - timedelta(days=180)))
    assert done == 2
    assert left(maria, 7) == {1, 3, 4, 5, 6}
    row = maria.read(lambda tx: messages.get(tx, MessageId(f"{0:032x}")))
    assert row is not None
    assert (row.address, row.state, row.sha256) == ("maria@example.org", State.ACCEPTED, "0" * 64)
    assert maria.write(lambda tx: destroying.bodies(tx, TERMINAL, NOW - timedelta(days=180))) == 0


def test_attempts_go_by_their_own_age_and_not_those_of_what_waits(maria: Database) -> None:
    old, young = NOW - timedelta(days=400), NOW - timedelta(days=10)
    put(maria, 0, State.ACCEPTED, old, old)
    put(maria, 1, State.ACCEPTED, old, young)
    put(maria, 2, State.DEFERRED, old, old)
    before = NOW - timedelta(days=365)
    assert maria.write(lambda tx: destroying.attempts(tx, TERMINAL, before)) == 1
    assert maria.write(lambda tx: destroying.attempts(tx, TERMINAL, before)) == 0

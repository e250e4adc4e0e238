"""What is paused is not due, whatever the scope; what is too late ends all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desktop.models import messages, pauses, relays
from desktop.models.database import Database, Tx
from desktop.models.delivery import EVERYTHING, Lane, Pause, Scope
from desktop.models.ids import new_id
from desktop.models.pauses import scope_of
from desktop.models.records import Message, Reason, Relay, RelayId, State
from tests.support.kept import NOW, a_message, a_person, keep

LATER = NOW + timedelta(hours=1)
BY_HAND = Reason("paused-by-person")


def hold(db: Database, scope: str, until: datetime | None = None, reason: Reason = BY_HAND) -> None:
    db.write(lambda tx: pauses.put(tx, Pause(Scope(scope), reason, None, NOW, until)))


def due(db: Database, now: datetime = NOW, lane: Lane | None = None) -> list[str]:
    found = db.read(lambda tx: messages.due(tx, now, 100, lane))
    assert len(found) == db.read(lambda tx: messages.count_due(tx, now, lane))
    return [row.source for row in found]


@pytest.fixture
def relay(db: Database) -> RelayId:
    one = Relay(RelayId(new_id()), "B", "mail.example.com", 587, "starttls", "", "", "a@example.com", None)
    db.write(lambda tx: relays.add(tx, one, ""))
    return one.id


@pytest.fixture
def rows(db: Database, relay: RelayId) -> list[Message]:
    maria = a_person()
    keep(db, maria)
    usual = a_message(maria.id, not_before=NOW)
    some = [
        replace(usual, kind=kind, source=kind, relay=relay if kind == "letter" else None)
        for kind in ("reminder", "letter", "campaign", "journey")
    ]
    fresh = [replace(one, id=a_message(maria.id).id, message_id=f"<{one.kind}@x>") for one in some]

    def insert(tx: Tx) -> None:
        for row in fresh:
            messages.insert(tx, row, b"wire", "{}")

    db.write(insert)
    return fresh


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ("all", set()),
        ("kind:campaign", {"reminder", "letter", "journey"}),
        ("relay:%relay", {"reminder", "campaign", "journey"}),
        ("source:campaign", {"reminder", "letter", "journey"}),
        ("message:%letter", {"reminder", "campaign", "journey"}),
        ("kind:unknown", {"reminder", "letter", "campaign", "journey"}),
        ("message:%", {"reminder", "letter", "campaign", "journey"}),
    ],
)
def test_each_scope_holds_its_own_and_nothing_else(
    db: Database, rows: list[Message], relay: RelayId, scope: str, left: set[str]
) -> None:
    letter = next(row for row in rows if row.kind == "letter")
    spelled = scope.replace("%relay", relay).replace("%letter", letter.id)
    hold(db, spelled)
    assert set(due(db)) == left
    held = db.read(lambda tx: pauses.covers(tx, rows, NOW))
    assert {row.source for row in rows if row.id not in held} == left
    assert db.write(lambda tx: pauses.end(tx, Scope(spelled))) is True
    assert db.write(lambda tx: pauses.end(tx, Scope(spelled))) is False
    assert len(due(db)) == 4


def test_a_pause_runs_out_by_itself(db: Database, rows: list[Message]) -> None:
    hold(db, "all", until=LATER)
    assert due(db) == []
    assert db.read(messages.next_due) is None
    assert len(due(db, LATER)) == 4
    assert db.read(lambda tx: pauses.listing(tx, LATER)) == []
    assert db.write(lambda tx: pauses.remove_ended(tx, LATER)) == 1
    assert db.read(messages.next_due) == NOW


def test_the_next_moment_is_that_of_rows_that_may_leave(db: Database, rows: list[Message]) -> None:
    early = replace(rows[0], not_before=NOW - timedelta(minutes=9), kind="campaign", source="spring")
    early = replace(early, id=a_message(early.person).id, message_id="<early@x>")
    db.write(lambda tx: messages.insert(tx, early, b"", "{}"))
    assert db.read(messages.next_due) == early.not_before
    assert db.read(lambda tx: messages.next_due(tx, after=early.not_before)) == NOW
    assert db.read(lambda tx: messages.next_due(tx, after=NOW)) is None
    hold(db, "source:spring")
    assert db.read(messages.next_due) == NOW


def test_lanes_share_out_every_kind(db: Database, rows: list[Message]) -> None:
    assert set(due(db, lane=Lane.BULK)) == {"campaign", "journey"}
    assert set(due(db, lane=Lane.PROMPT)) == {"reminder", "letter"}


@pytest.mark.parametrize(
    ("code", "ends"),
    [("paused-by-person", True), ("too-many-refusals", True), *((f, False) for f in sorted(pauses.FENCES))],
)
def test_what_is_too_late_ends_behind_a_pause_and_stands_still_behind_a_fence(
    db: Database, rows: list[Message], code: str, ends: bool
) -> None:
    late = replace(rows[0], useless_after=NOW, source="late", id=a_message(rows[0].person).id)
    late = replace(late, message_id="<late@x>")
    db.write(lambda tx: messages.insert(tx, late, b"", "{}"))
    hold(db, "all", reason=Reason(code))
    assert due(db) == (["late"] if ends else [])


def test_the_widest_pause_is_the_one_that_is_named(db: Database, rows: list[Message]) -> None:
    reminder = rows[0]
    hold(db, scope_of(pauses.MESSAGE, reminder.id))
    hold(db, "kind:reminder", reason=Reason("too-many-bounces", {"share": 3}))
    held = db.read(lambda tx: pauses.covers(tx, rows, NOW))
    assert {id_: one.scope for id_, one in held.items()} == {reminder.id: "kind:reminder"}
    assert held[reminder.id].reason == Reason("too-many-bounces", {"share": 3})
    hold(db, EVERYTHING)
    assert {one.scope for one in db.read(lambda tx: pauses.covers(tx, rows, NOW)).values()} == {"all"}


def test_the_later_pause_of_a_scope_takes_the_place_of_the_earlier(db: Database) -> None:
    hold(db, "all", until=LATER)
    hold(db, "all", reason=Reason("restored"))
    (one,) = db.read(lambda tx: pauses.listing(tx, NOW))
    assert one == Pause(EVERYTHING, Reason("restored"), None, NOW)
    assert db.read(lambda tx: pauses.is_fenced(tx, NOW))


def test_a_row_that_is_under_way_is_not_due_and_stays_what_it_is(db: Database, rows: list[Message]) -> None:
    db.write(lambda tx: messages.move(tx, rows[0].id, State.QUEUED, State.CLAIMED))
    hold(db, "all")
    assert db.read(lambda tx: messages.get(tx, rows[0].id)) == replace(rows[0], state=State.CLAIMED)

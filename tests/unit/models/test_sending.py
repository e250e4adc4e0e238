"""How relays may be used, the practice's rules, and rows that wait for their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from desktop.models import messages, relays, sending, sendingrules
from desktop.models.database import Database, Tx
from desktop.models.delivery import Auth, Hours, Lane, RelaySending, SendingRules
from desktop.models.ids import new_id
from desktop.models.records import Message, PersonId, Reason, Relay, RelayId, State
from desktop.models.sending import Returned
from tests.support.kept import NOW, a_message, a_person, keep

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def relay(db: Database) -> RelayId:
    one = Relay(RelayId(new_id()), "B", "mail.example.com", 587, "starttls", "", "", "a@example.com", None)
    db.write(lambda tx: relays.add(tx, one, ""))
    return one.id


@pytest.fixture
def person(db: Database) -> PersonId:
    return somebody(db)


def somebody(db: Database) -> PersonId:
    one = a_person(external_id=None)
    keep(db, one)
    return one.id


def put(db: Database, *rows: Message) -> None:
    def insert(tx: Tx) -> None:
        for row in rows:
            messages.insert(tx, row, b"wire", "{}")

    db.write(insert)


def got(db: Database, message: Message) -> Message:
    found = db.read(lambda tx: messages.get(tx, message.id))
    assert found is not None
    return found


def test_a_relay_without_a_row_has_the_defaults_and_keeps_what_is_set(db: Database, relay: RelayId) -> None:
    assert db.read(lambda tx: sending.get(tx, relay)) == RelaySending(relay)
    assert db.read(sending.listing) == []
    for minute in (30, 60):
        one = RelaySending(
            relay, minute, 500, 10_000, 3, True, True, Auth.OAUTH, "ca:ab", True, "bounces@practice.example"
        )
        db.write(lambda tx, one=one: sending.put(tx, one))  # type: ignore[misc]
        assert db.read(lambda tx: sending.get(tx, relay)) == one
        assert db.read(sending.listing) == [one]


def test_rules_come_back_as_set_and_are_the_defaults_before(db: Database) -> None:
    assert db.read(sendingrules.get) == sendingrules.DEFAULT
    rules = SendingRules(
        reminders=Hours(time(22, 30), time(2), (0, 6), holidays=False),
        campaigns=Hours(time(10), time(11)),
        closed=("2026-12-24",),
        country="ES",
        region="MD",
        silence_days=5,
        closing=time(18, 15),
    )
    db.write(lambda tx: sendingrules.put(tx, rules))
    assert db.read(sendingrules.get) == rules


def test_a_postponed_row_waits_with_its_reason_and_no_try_is_counted(db: Database, person: PersonId) -> None:
    row = a_message(person, not_before=NOW)
    put(db, row)
    why = Reason("waits-for-hours", {"when": "2026-11-24T08:00"})
    db.write(lambda tx: sending.postpone(tx, [(row.id, NOW + MINUTE, why)]))
    assert got(db, row) == replace(row, next_try=NOW + MINUTE, reason=why)
    assert db.read(lambda tx: messages.due(tx, NOW, 5)) == []
    assert [one.id for one in db.read(lambda tx: messages.due(tx, NOW + MINUTE, 5))] == [row.id]


def test_a_row_that_was_claimed_or_cancelled_meanwhile_is_not_postponed(
    db: Database, person: PersonId
) -> None:
    rows = [a_message(person, source=state.value, state=state) for state in (State.DATA, State.CANCELLED)]
    put(db, *rows)
    db.write(lambda tx: sending.postpone(tx, [(row.id, NOW + MINUTE, Reason("x")) for row in rows]))
    assert [got(db, row) for row in rows] == rows


def test_rows_in_front_are_counted_by_reason_relay_and_lane(
    db: Database, person: PersonId, relay: RelayId
) -> None:
    late = {"next_try": NOW + MINUTE, "not_before": NOW}
    pace, other = Reason("pace", {"count": 30}), Reason("pace", {"count": 24})
    put(
        db,
        a_message(person, source="1", relay=relay, reason=pace, **late),
        a_message(person, source="2", relay=relay, reason=pace, kind="campaign", **late),
        a_message(person, source="3", relay=None, reason=pace, **late),
        a_message(person, source="4", relay=relay, reason=other, **late),
        a_message(person, source="5", relay=relay, reason=pace, next_try=NOW, not_before=NOW),
        a_message(person, source="6", relay=relay, reason=pace, state=State.CANCELLED, **late),
    )
    for where, lane, count in ((relay, Lane.PROMPT, 1), (relay, Lane.BULK, 2), (None, Lane.BULK, 3)):
        found = db.read(lambda tx, where=where, lane=lane: sending.waiting(tx, pace, where, NOW, lane))  # type: ignore[misc]
        assert found == count


def test_rows_that_wait_for_a_rule_are_asked_again_when_it_changed(
    db: Database, person: PersonId, relay: RelayId
) -> None:
    late = {"next_try": NOW + MINUTE, "not_before": NOW}
    mine = a_message(person, source="1", relay=relay, reason=Reason("pace"), **late)
    others = a_message(person, source="2", relay=None, reason=Reason("pace"), **late)
    retry = a_message(person, source="3", relay=relay, reason=Reason("relay-asks-later"), **late)
    put(db, mine, others, retry)
    assert db.write(lambda tx: sending.release(tx, ["pace", "hours"], NOW, relay)) == 1
    assert [got(db, row).next_try for row in (mine, others, retry)] == [NOW, NOW + MINUTE, NOW + MINUTE]
    assert db.write(lambda tx: sending.release(tx, ["pace"], NOW)) == 1


def test_what_came_back_is_counted_by_kind_campaign_and_time(db: Database, person: PersonId) -> None:
    gone, full = Reason("address-refused"), Reason("mailbox-unavailable")
    ends = [
        (State.ACCEPTED, None),
        (State.BOUNCED, Reason("bounced-gone")),
        (State.FAILED, gone),
        (State.FAILED, full),
        (State.COMPLAINED, Reason("complained")),
        (State.QUEUED, None),
        (State.CANCELLED, gone),
    ]
    for state, reason in ends:
        put(
            db,
            a_message(somebody(db), kind="campaign", source="flu", state=state, reason=reason),
        )
    put(db, a_message(person, kind="campaign", source="other", state=State.ACCEPTED))
    old = a_message(person, kind="reminder", state=State.FAILED, reason=gone, queued_at=NOW - 9 * DAY)
    put(db, old)

    def count(kind: str, source: str | None, since: datetime | None) -> Returned:
        codes = ("address-refused", "bounced-gone")
        return db.read(lambda tx: sending.returned(tx, kind, codes, source=source, since=since))

    assert count("campaign", "flu", None) == Returned(5, 2, 1)
    assert count("campaign", None, None) == Returned(6, 2, 1)
    assert count("reminder", None, NOW - 7 * DAY) == Returned(0, 0, 0)
    assert count("reminder", None, NOW - 10 * DAY) == Returned(1, 1, 0)

"""Sending stops by itself before it does harm, tells why, and only a person lets it go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desktop.mail import breakers, events
from desktop.mail.breakers import BREAKERS, SIGN_IN, Sign
from desktop.mail.outgoing import Outcome
from desktop.mail.pacing import RulesPacer
from desktop.models import messages, pauses
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryEvent, EventKind, Pause, Scope
from desktop.models.records import Message, Reason, State
from desktop.models.sending import Returned
from desktop.sync import oauth_words, relay_auth
from tests.practice.office import MONDAY, Practice
from tests.support.kept import a_message

GONE = Outcome(State.FAILED, "550 5.1.1 unknown", Reason("address-refused"))
FORBIDS = Outcome(State.FAILED, "554 5.7.1 no", Reason("relay-forbids"))
OK = Outcome(State.ACCEPTED, "250 OK")
FLU = "f1" * 16


class Run:
    """Rows that end one after the other, each noted as the dispatcher notes it."""

    def __init__(self, office: Practice) -> None:
        self.office = office
        self.pacer = RulesPacer(office.audit)
        self.number = 0
        self.now = MONDAY

    def ends(self, count: int, outcome: Outcome, kind: str = "campaign", source: str = FLU) -> None:
        for _ in range(count):
            self.number += 1
            row = self.row(outcome, kind, source)

            def note(tx: Tx, row: Message = row) -> None:
                messages.insert(tx, row, b"", "{}")
                self.pacer.note(tx, row, outcome, self.now)

            self.office.db.write(note)

    def complain(self, count: int, kind: str = "campaign", source: str = FLU) -> None:
        for _ in range(count):
            self.number += 1
            told = Outcome(State.COMPLAINED, reason=Reason("complained"))
            row = self.row(told, kind, source)

            def came(tx: Tx, row: Message = row) -> None:
                messages.insert(tx, row, b"", "{}")
                breakers.came_back(tx, self.office.audit, [row], self.now)

            self.office.db.write(came)

    def row(self, outcome: Outcome, kind: str, source: str) -> Message:
        return a_message(
            self.office.person().id,
            kind=kind,
            source=source,
            occurrence=self.number,
            relay=self.office.relay.id,
            state=outcome.state,
            reason=outcome.reason,
            queued_at=self.now,
        )

    def paused(self) -> dict[str, Reason]:
        found = self.office.db.read(lambda tx: pauses.listing(tx, self.now))
        assert all(one.by is None and one.until is None for one in found)
        return {one.scope: one.reason for one in found}

    def acts(self, act: str) -> int:
        return self.office.acts().count(act)


@pytest.fixture
def run(office: Practice) -> Run:
    return Run(office)


def returned(left: int, gone: int = 0, complained: int = 0) -> Returned:
    return Returned(left, gone, complained)


@pytest.mark.parametrize(
    ("code", "found", "trips"),
    [
        ("too-many-bounces", returned(10, gone=4), False),  # 40 %, but four
        ("too-many-bounces", returned(10, gone=5), True),
        ("too-many-bounces", returned(250, gone=5), False),  # exactly 2 %
        ("too-many-bounces", returned(249, gone=5), True),
        ("too-many-complaints", returned(100, complained=1), False),
        ("too-many-complaints", returned(100, complained=2), True),
        ("too-many-complaints", returned(1000, complained=3), False),  # exactly 0.3 %
        ("too-many-complaints", returned(999, complained=3), True),
        ("many-complaints", returned(2000, complained=2), False),  # exactly 0.1 %
        ("many-complaints", returned(1999, complained=2), True),
    ],
)
def test_each_breaker_trips_above_its_share_and_from_its_number_on(
    code: str, found: Returned, trips: bool
) -> None:
    (one,) = [one for one in BREAKERS if one.code == code]
    assert one.trips(found) is trips


def test_the_strictest_of_a_sign_comes_first() -> None:
    for sign in Sign:
        shares = [one.per_10000 for one in BREAKERS if one.sign is sign]
        assert shares == sorted(shares, reverse=True)


def test_a_campaign_to_a_stale_list_stops_and_leaves_reminders_alone(run: Run) -> None:
    run.ends(20, OK)
    run.ends(4, GONE)
    assert run.paused() == {}
    run.ends(1, GONE)
    assert run.paused() == {f"source:{FLU}": Reason("too-many-bounces", {"count": 5, "of": 25})}
    assert run.acts("sending.paused") == 1
    run.ends(5, GONE)
    assert run.acts("sending.paused") == 1
    reminder = replace(run.row(OK, "reminder", "visit"), state=State.QUEUED)
    assert run.office.db.read(lambda tx: pauses.covers(tx, [reminder], run.now)) == {}


def test_reminders_that_come_back_warn_once_and_never_stop(run: Run) -> None:
    run.ends(30, GONE, "reminder", "visit")
    assert run.paused() == {}
    assert run.acts("sending.warned") == 3  # at 5, 10 and 20: when it has doubled
    run.complain(3, "reminder", "visit")
    assert run.paused() == {}
    assert run.acts("sending.warned") == 4


def test_reminders_are_counted_over_seven_days(run: Run) -> None:
    run.ends(4, GONE, "reminder", "visit")
    run.now += timedelta(days=8)
    run.ends(1, GONE, "reminder", "visit")
    assert run.acts("sending.warned") == 0


def test_two_complaints_stop_a_small_campaign_and_warn_in_a_large_one(run: Run) -> None:
    run.ends(100, OK)
    run.complain(1)
    assert run.paused() == {}
    run.complain(1)
    assert set(run.paused()) == {f"source:{FLU}"}
    assert run.paused()[f"source:{FLU}"].code == "too-many-complaints"


def test_a_campaign_that_a_person_resumed_stops_again_only_when_it_got_much_worse(run: Run) -> None:
    run.ends(5, GONE)
    run.office.db.write(lambda tx: pauses.end(tx, Scope(f"source:{FLU}")))
    run.ends(4, GONE)
    assert run.paused() == {}
    run.ends(1, GONE)
    assert set(run.paused()) == {f"source:{FLU}"}


def test_three_refusals_by_policy_in_a_row_pause_the_campaign(run: Run) -> None:
    run.ends(2, FORBIDS)
    run.ends(1, OK)
    run.ends(2, FORBIDS)
    assert run.paused() == {}
    run.ends(1, FORBIDS)
    assert run.paused() == {f"source:{FLU}": Reason("too-many-refusals", {"count": 3})}


def test_three_refusals_of_reminders_pause_the_relay_so_that_the_rest_is_not_lost(run: Run) -> None:
    run.ends(3, FORBIDS, "reminder", "visit")
    assert set(run.paused()) == {f"relay:{run.office.relay.id}"}


def test_refusals_of_two_campaigns_are_not_added_up(run: Run) -> None:
    for _ in range(2):
        run.ends(1, FORBIDS)
        run.ends(1, FORBIDS, source="f2" * 16)
    assert run.paused() == {}


def fail(run: Run, code: str) -> None:
    run.office.db.write(
        lambda tx: run.pacer.relay_failed(tx, run.office.relay.id, Reason(code, {"host": "x"}), run.now)
    )


@pytest.mark.parametrize("code", sorted(breakers.SIGN_IN_CODES))
def test_one_wrong_password_pauses_the_relay_and_locks_no_account(run: Run, code: str) -> None:
    fail(run, code)
    assert run.paused() == {f"relay:{run.office.relay.id}": Reason(SIGN_IN, {"cause": code})}
    fail(run, code)
    assert run.acts("sending.paused") == 1


PASSES = {"relay-auth-later", "sign-in-busy", "sign-in-timeout"}
"""Refusals that the provider itself may take back."""


def test_every_refusal_of_a_sign_in_that_lasts_pauses_the_relay() -> None:
    known = {rule.code for rule in relay_auth.REFUSALS} | {rule.code for rule in oauth_words.RULES}
    assert known - breakers.SIGN_IN_CODES == PASSES


def test_too_many_sign_ins_pass_where_the_relay_says_so(run: Run) -> None:
    def too_many(reply: str) -> None:
        reason = Reason("relay-auth-too-many", {"host": "x", "reply": reply})
        run.office.db.write(lambda tx: run.pacer.relay_failed(tx, run.office.relay.id, reason, run.now))

    too_many("454 4.7.0 Too many login attempts, please try again later")
    assert run.paused() == {}
    too_many("550 5.7.0 Too many login attempts")
    assert run.paused() == {f"relay:{run.office.relay.id}": Reason(SIGN_IN, {"cause": "relay-auth-too-many"})}


def test_a_pause_that_a_person_made_stays_theirs(run: Run) -> None:
    """A good test of the relay would end the program's pause, and mail would leave."""
    scope = Scope(f"relay:{run.office.relay.id}")
    mine = Pause(scope, Reason("paused-by-person"), run.office.session.user, run.now)
    run.office.db.write(lambda tx: pauses.put(tx, mine))
    fail(run, "relay-auth-refused")
    assert run.office.db.read(lambda tx: pauses.get(tx, scope, run.now)) == mine
    assert run.acts("sending.paused") == 0


def test_a_pause_that_would_end_by_itself_does_not_hide_a_wrong_password(run: Run) -> None:
    scope = Scope(f"relay:{run.office.relay.id}")
    soon = run.now + timedelta(hours=1)
    mine = Pause(scope, Reason("paused-by-person"), run.office.session.user, run.now, soon)
    run.office.db.write(lambda tx: pauses.put(tx, mine))
    fail(run, "relay-auth-refused")
    assert run.paused() == {scope: Reason(SIGN_IN, {"cause": "relay-auth-refused"})}


@pytest.mark.parametrize("code", ["relay-unreachable", "relay-timeout", "relay-auth-later", "relay-busy"])
def test_trouble_that_passes_pauses_nothing(run: Run, code: str) -> None:
    fail(run, code)
    assert run.paused() == {}


def test_a_sign_in_that_works_again_ends_its_pause_and_no_other(run: Run) -> None:
    def test_succeeded(tx: Tx) -> Any:
        return breakers.signed_in(tx, run.office.audit, run.office.relay.id, run.now)

    assert run.office.db.write(test_succeeded) is False
    fail(run, "relay-auth-refused")
    assert run.office.db.write(test_succeeded) is True
    assert run.paused() == {}
    assert run.acts("sending.resumed") == 1
    run.ends(3, FORBIDS, "letter", "")
    assert run.office.db.write(test_succeeded) is False
    assert set(run.paused()) == {f"relay:{run.office.relay.id}"}


def test_a_bounce_that_comes_by_mail_trips_the_breaker_too(run: Run) -> None:
    """The mail service took them all; the reports of five addresses that are gone came later."""
    rows = [run.row(OK, "campaign", FLU) for _ in range(5)]
    rows = [replace(row, occurrence=number) for number, row in enumerate(rows)]
    told = [
        DeliveryEvent(EventKind.BOUNCED, run.now, "mailbox", row.id, row.id, row.person, {"hard": 1})
        for row in rows
    ]

    def come_in(tx: Tx) -> None:
        for row in rows:
            messages.insert(tx, row, b"", "{}")
        events.note_all(tx, run.office.audit, told[:4], run.now)

    run.office.db.write(come_in)
    assert run.paused() == {}
    run.office.db.write(lambda tx: events.note_all(tx, run.office.audit, told[4:], run.now))
    assert run.paused() == {f"source:{FLU}": Reason("too-many-bounces", {"count": 5, "of": 5})}

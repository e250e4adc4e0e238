"""Lanes and relays beside each other, one to four connections, pauses within a message."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from demo.faults import DROP, STALL, At, Fault
from demo.relay import RecordingRelay
from desktop.errors import SealwellError
from desktop.mail.outgoing import Outcome
from desktop.mail.pacing import Go, Late, Pass, Wait
from desktop.models import messages, pauses, relays, sending
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING, Lane, Pause, RelaySending, Scope, Stream
from desktop.models.records import Message, Reason, Relay, RelayId, State
from desktop.sync import line, run
from desktop.sync.berths import Berths
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.journal import WINDOW
from desktop.sync.pace import Unhurried
from desktop.sync.relay import Timeouts
from tests.servers.practice import BarePractice
from tests.support.waiting import until

PASSWORD = "relay-password"
Start = Callable[..., RecordingRelay]
Profile = Callable[..., Relay]
Make = Callable[..., Dispatcher]
A, D, X, Q, U = State.ACCEPTED, State.DEFERRED, State.EXPIRED, State.QUEUED, State.UNCERTAIN
TEN_MINUTES = Timeouts(dot=600)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_PAUSES", (0.0, 0.0))


@pytest.fixture
def scene(practice: BarePractice, start_relay: Start, profile_of: Profile) -> Callable[..., Any]:
    """A relay and its profile, with so many connections at most."""

    def make(number: str = "1", connections: int = 1, **setup: Any) -> tuple[RecordingRelay, Relay]:
        relay = start_relay(**setup)
        made = profile_of(relay, id=RelayId(number * 32))
        practice.add_relay(made, PASSWORD)
        one = RelaySending(made.id, connections=connections)
        practice.database.write(lambda tx: sending.put(tx, one))
        return relay, made

    return make


def states(practice: BarePractice, rows: Sequence[Message]) -> list[State]:
    return [practice.row(row.id).state for row in rows]


def test_a_campaign_that_hangs_at_the_relay_delays_no_reminder_and_no_letter(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    """The relay takes ten minutes after the first dot; what falls due meanwhile leaves at once."""
    relay, profile = scene()
    relay.faults.append(Fault(At.STORED, STALL, times=1))
    campaign = practice.queue(profile, 50, kind="campaign")
    dispatcher = send_due(timeouts=TEN_MINUTES)
    dispatcher.start()
    assert until(lambda: len(relay.received) == 1)
    soon = practice.clock.now() + timedelta(seconds=1)
    reminder = practice.queue(profile, 1, kind="reminder", not_before=soon)
    letter = practice.queue(profile, 1, kind="letter")
    dispatcher.nudge()
    assert until(lambda: states(practice, letter) == [A])
    assert until(lambda: states(practice, reminder) == [A])
    assert A not in states(practice, campaign)
    dispatcher.stop(patience=0)
    assert states(practice, campaign).count(U) == 1


def test_a_relay_that_is_away_holds_up_no_other(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    away, first = scene("1")
    away.faults.append(Fault(At.AUTH, "535 5.7.8 Wrong"))
    stuck, second = scene("2")
    stuck.faults.append(Fault(At.STORED, STALL))
    good, third = scene("3")
    rows = [practice.queue(profile, 5) for profile in (first, second, third)]
    dispatcher = send_due(timeouts=TEN_MINUTES)
    dispatcher.start()
    assert until(lambda: states(practice, rows[2]) == [A] * 5)
    assert until(lambda: states(practice, rows[0]) == [Q] * 5)
    assert (len(good.received), len(stuck.received), away.received) == (5, 1, [])
    later = practice.queue(third, 2)
    dispatcher.nudge()
    assert until(lambda: states(practice, later) == [A] * 2)
    dispatcher.stop(patience=0)


def test_four_connections_share_the_work(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    relay, profile = scene(connections=4, think=0.05)
    practice.queue(profile, 40)
    result = send_due().run_due()
    assert (dict(result.states), result.stopped) == ({A: 40}, None)
    assert relay.connections == 4
    assert len({message.wire for message in relay.received}) == len(relay.received) == 40


def test_each_connection_is_renewed_after_fifty(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    relay, profile = scene(connections=2, think=0.002)
    practice.queue(profile, 160)
    assert dict(send_due().run_due().states) == {A: 160}
    assert 4 <= relay.connections <= 5


def test_one_wrong_password_is_tried_once(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    relay, profile = scene(connections=4)
    relay.faults.append(Fault(At.AUTH, "535 5.7.8 Wrong"))
    practice.queue(profile, 30)
    result = send_due().run_due()
    assert result.stopped is not None
    assert result.stopped.code == "relay-auth-refused"
    assert relay.connections == 1


def test_a_relay_that_grants_fewer_connections_is_used_with_those(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    relay, profile = scene(connections=4, think=0.01)
    relay.faults.append(Fault(At.CONNECT, DROP, skip=1))
    practice.queue(profile, 30)
    result = send_due().run_due()
    assert (dict(result.states), result.stopped) == ({A: 30}, None)


def test_what_is_marked_stays_within_the_window_of_each_connection(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    relay, profile = scene(connections=3)
    relay.faults.append(Fault(At.STORED, STALL, skip=30))
    practice.queue(profile, 400)
    dispatcher = send_due(timeouts=TEN_MINUTES)
    dispatcher.submit_run()
    assert until(lambda: len(relay.received) >= 33)
    time.sleep(0.2)
    marked = practice.database.read(lambda tx: messages.by_states(tx, {State.DATA, State.DOT_SENT}))
    assert 3 <= len(marked) <= 3 * WINDOW
    dispatcher.stop(patience=0)


@pytest.mark.parametrize("scope", [EVERYTHING, Scope("kind:campaign"), Scope(f"relay:{'1' * 32}")])
def test_a_pause_takes_effect_within_one_message_of_each_connection(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any], scope: Scope
) -> None:
    relay, profile = scene(connections=2, think=0.05)
    practice.queue(profile, 80, kind="campaign")
    dispatcher = send_due()
    future = dispatcher.submit_run()
    assert until(lambda: len(relay.received) >= 10)
    pause = Pause(scope, Reason("paused-by-person"), None, practice.clock.now())
    practice.database.write(lambda tx: pauses.put(tx, pause))
    dispatcher.reconsider()
    result = future.result(10)
    # What was claimed and not begun went back, and nothing was claimed after it.
    assert any(row.reason == Reason("not-begun") for row in practice.rows())
    assert len(relay.received) < 40
    assert result.states[A] == len(relay.received)
    assert set(practice.states().values()) <= {A, Q, D}
    practice.database.write(lambda tx: pauses.end(tx, scope))
    assert dict(send_due().run_due().states) == {A: 80 - result.states[A]}
    assert len(relay.received) == 80


def test_rows_of_a_relay_that_was_retired_end_without_a_connection(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    relay, profile = scene()
    lost = practice.queue(profile, 2)
    gone = replace(profile, retired_at=practice.clock.now())
    practice.database.write(lambda tx: relays.update(tx, gone))
    send_due().run_due()
    assert states(practice, lost) == [State.CANCELLED] * 2
    assert relay.connections == 0


def test_streams_are_named_by_lane_and_relay_and_what_is_prompt_comes_first(
    practice: BarePractice, scene: Callable[..., Any]
) -> None:
    _, profile = scene()
    practice.queue(profile, 2, kind="campaign")
    practice.queue(profile, 2, kind="letter")
    found = practice.database.read(lambda tx: messages.due_streams(tx, practice.clock.now()))
    assert found == [Stream(Lane.PROMPT, profile.id), Stream(Lane.BULK, profile.id)]


class Slow(Unhurried):
    """Three may leave, the others in an hour; `late` never."""

    def __init__(self, late: set[str]) -> None:
        self.late = late
        self.places = 3
        self.noted: list[State] = []
        self.failed: list[str] = []

    def allow(self, tx: Tx, rows: Sequence[Message], now: datetime) -> list[Pass]:
        return [self._answer(row, now) for row in rows]

    def _answer(self, row: Message, now: datetime) -> Pass:
        if row.id in self.late:
            return Late(Reason("too-late"))
        if self.places:
            self.places -= 1
            return Go()
        return Wait(now + timedelta(hours=1), Reason("pace-minute"))

    def note(self, tx: Tx, message: Message, outcome: Outcome, now: datetime) -> None:
        self.noted.append(outcome.state)

    def relay_failed(self, tx: Tx, relay: RelayId, reason: Reason, now: datetime) -> None:
        self.failed.append(reason.code)


def test_the_pacer_decides_which_rows_wait_and_hears_of_each_that_went(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    relay, profile = scene()
    rows = practice.queue(profile, 12)
    late = practice.queue(profile, 1, priority=5)
    cancelled = practice.queue(profile, 1, priority=4)
    practice.cancelled = {cancelled[0].id}
    pacer = Slow({late[0].id})
    dispatcher = send_due()
    dispatcher._pacer = pacer
    dispatcher.run_due()
    assert states(practice, late) == [X]
    assert states(practice, cancelled) == [State.CANCELLED]
    assert sorted(states(practice, rows)) == sorted([A] * 2 + [Q] * 10)
    assert sorted(pacer.noted) == sorted([A, A, Q])
    assert len(relay.received) == 2
    waiting = [practice.row(row.id) for row in rows if practice.row(row.id).state is Q]
    assert all(row.reason == Reason("pace-minute") for row in waiting)
    assert {row.attempts for row in waiting} == {0}


def test_the_pacer_hears_of_a_relay_that_refuses_the_sign_in(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any]
) -> None:
    relay, profile = scene()
    relay.faults.append(Fault(At.AUTH, "535 5.7.8 Wrong"))
    practice.queue(profile, 2)
    pacer = Slow(set())
    dispatcher = send_due()
    dispatcher._pacer = pacer
    dispatcher.run_due()
    assert pacer.failed == ["relay-auth-refused"]
    assert pacer.noted == [Q, Q]  # both give their place back


def test_a_disk_that_is_full_ends_the_run_and_loses_nothing(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, profile = scene(connections=2, think=0.01)
    practice.queue(profile, 60)
    real, turns = messages.put_outcomes, 0

    def full(tx: Tx, rows: Any) -> bool:
        nonlocal turns
        turns += 1
        if 6 <= turns <= 7:
            raise SealwellError("disk-full")
        return real(tx, rows)

    monkeypatch.setattr(messages, "put_outcomes", full)
    with pytest.raises(SealwellError, match="disk-full"):
        send_due().run_due()
    monkeypatch.undo()
    send_due().run_due()
    ended = practice.states().values()
    assert set(ended) <= {A, U}
    assert len(relay.received) == len({message.wire for message in relay.received})
    assert sum(state is A for state in ended) <= len(relay.received)


def test_a_lane_always_has_its_first_connection_and_a_further_one_gives_way() -> None:
    berths = Berths(3)
    assert all(berths.take(Lane.BULK, number, first=number == 0) for number in range(3))
    assert not berths.take(Lane.PROMPT, 1, first=False)
    assert berths.take(Lane.PROMPT, 0, first=True)
    assert not berths.take(Lane.BULK, 2, first=False)
    assert berths.take(Lane.BULK, 1, first=False)
    assert berths.take(Lane.BULK, 0, first=True)
    berths.leave(Lane.BULK, 1)
    assert berths.take(Lane.PROMPT, 1, first=False)


def test_with_one_connection_each_lane_still_has_its_own() -> None:
    berths = Berths(1)
    assert berths.take(Lane.BULK, 0, first=True)
    assert berths.take(Lane.PROMPT, 0, first=True)
    assert berths.take(Lane.BULK, 0, first=True)
    assert not berths.take(Lane.BULK, 1, first=False)


def test_what_letters_wait_for_is_done_while_a_campaign_goes_on(
    practice: BarePractice, send_due: Make, scene: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LOOK_EVERY", 0.1)
    relay, profile = scene()
    relay.faults.append(Fault(At.STORED, STALL, times=1))
    practice.queue(profile, 3, kind="campaign")
    dispatcher = send_due(timeouts=TEN_MINUTES)
    done: list[bool] = []
    dispatcher._ahead = done.append
    dispatcher.submit_run()
    assert until(lambda: len(relay.received) == 1)
    before = len(done)
    assert until(lambda: len(done) > before + 1)
    dispatcher.stop(patience=0)

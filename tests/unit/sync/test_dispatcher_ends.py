"""Stopping, holding, going on in the background, and what a crash leaves behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo.faults import STALL, At, Fault
from demo.relay import RecordingRelay
from desktop.clock import SystemClock
from desktop.errors import Refused
from desktop.mail.states import NOT_SENT
from desktop.models import leases, messages
from desktop.models.records import Relay, State
from desktop.sync import dispatcher as dispatching
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.journal import WINDOW
from desktop.sync.oauth import SignIns
from desktop.sync.relay import Timeouts
from desktop.sync.relay_access import Accesses
from tests.servers.practice import BarePractice
from tests.support.waiting import until

PASSWORD = "relay-password"
Start = Callable[..., RecordingRelay]
Profile = Callable[..., Relay]
Make = Callable[..., Dispatcher]
A, D, U, Q = State.ACCEPTED, State.DEFERRED, State.UNCERTAIN, State.QUEUED


@pytest.fixture
def profile(practice: BarePractice, start_relay: Start, profile_of: Profile) -> tuple[RecordingRelay, Relay]:
    relay = start_relay()
    made = profile_of(relay)
    practice.add_relay(made, PASSWORD)
    return relay, made


def test_rows_on_hold_stay_queued_without_waiting(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    practice.queue(made, 2, not_before=practice.clock.now() + timedelta(seconds=5))
    assert dict(send_due().run_due().states) == {}
    assert relay.connections == 0


def test_a_short_hold_is_waited_out_and_a_long_one_is_not(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    soon = practice.clock.now() + timedelta(seconds=0.5)
    (short,) = practice.queue(made, 1, not_before=soon)
    (long,) = practice.queue(made, 1, not_before=practice.clock.now() + timedelta(minutes=5))
    result = send_due().run_due(wait_for_holds=True)
    assert practice.clock.now() >= soon
    assert (practice.row(short.id).state, practice.row(long.id).state) == (A, Q)
    assert result.stopped is None
    assert len(relay.received) == 1


def test_stop_ends_a_wait_at_once(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    _, made = profile
    practice.queue(made, 1, not_before=practice.clock.now() + timedelta(seconds=50))
    dispatcher = send_due()
    future = dispatcher.submit_run(wait_for_holds=True)
    time.sleep(0.2)
    began = time.monotonic()
    dispatcher.stop()
    assert time.monotonic() - began < 5
    assert future.result(30).stopped is not None
    with pytest.raises(Refused, match="locked"):
        dispatcher.run_due()


def test_the_stop_button_finishes_at_most_the_message_under_way(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    practice.queue(made, 60)
    dispatcher = send_due()
    future = dispatcher.submit_run()
    assert until(lambda: len(relay.received) >= 5)
    dispatcher.halt()
    at_halt = len(relay.received)
    assert future.result(10).stopped is not None
    accepted = sum(state is A for state in practice.states().values())
    assert accepted == len(relay.received) <= at_halt + 1
    assert set(practice.states().values()) <= {A, D, Q}
    assert dict(dispatcher.run_due().states) == {A: 60 - accepted}
    assert len(relay.received) == 60


def test_stop_cuts_a_message_that_waits_for_its_receipt_and_calls_it_uncertain(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    relay.faults.append(Fault(At.STORED, STALL, skip=2))
    practice.queue(made, 6)
    dispatcher = send_due(timeouts=Timeouts())
    future = dispatcher.submit_run()
    assert until(lambda: len(relay.received) == 3)
    dispatcher.stop(patience=0.2)
    with pytest.raises(CancelledError):
        future.result(5)
    ended = sorted(practice.states().values())
    assert ended.count(A) == 2
    assert ended.count(U) == 1
    assert set(ended) <= {A, U, D, Q}
    assert practice.database.read(lambda tx: leases.current(tx, "sending")) is None


def test_while_one_waits_for_its_receipt_no_more_than_the_window_is_marked(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    relay.faults.append(Fault(At.STORED, STALL, skip=10))
    practice.queue(made, 40)
    dispatcher = send_due(timeouts=Timeouts())
    dispatcher.submit_run()
    assert until(lambda: len(relay.received) == 11)
    time.sleep(0.2)
    marked = practice.database.read(lambda tx: messages.by_states(tx, {State.DATA, State.DOT_SENT}))
    assert 1 <= len(marked) <= WINDOW
    assert any(row.address == relay.received[-1].recipients[0] for row in marked)
    dispatcher.stop(patience=0)


def test_at_a_slow_relay_hardly_more_than_the_message_under_way_is_marked(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay(think=0.1)
    made = profile_of(relay)
    practice.add_relay(made, PASSWORD)
    practice.queue(made, 15)
    future, seen = send_due().submit_run(), []
    while not future.done():
        seen.append(len(practice.database.read(lambda tx: messages.by_states(tx, {State.DATA}))))
        time.sleep(0.02)
    assert dict(future.result().states) == {A: 15}
    assert sorted(seen)[len(seen) * 3 // 4] <= 3
    assert max(seen) <= WINDOW


def test_what_a_crash_left_is_settled_before_anything_is_sent(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    in_flight = {
        state: practice.queue(made, 1, state=state)[0]
        for state in (State.CLAIMED, State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT)
    }
    send_due().run_due()
    for state, row in in_flight.items():
        assert practice.row(row.id).state is (A if state in NOT_SENT else U)
    assert len(relay.received) == 3


def test_the_background_sends_what_is_queued_later_and_at_once_when_nudged(
    practice: BarePractice,
    send_due: Make,
    profile: tuple[RecordingRelay, Relay],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatching, "LOOK_EVERY", 600.0)
    relay, made = profile
    dispatcher = send_due()
    future = dispatcher.start()
    time.sleep(0.2)
    practice.queue(made, 3)
    dispatcher.nudge()
    assert until(lambda: len(relay.received) == 3)
    assert until(lambda: dispatcher.last is not None)
    dispatcher.stop()
    assert future.result(30) is None
    practice.queue(made, 1)
    time.sleep(0.2)
    assert len(relay.received) == 3


def test_the_background_sends_when_a_hold_ends_and_not_before(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    due = practice.clock.now() + timedelta(seconds=1)
    practice.queue(made, 2, not_before=due)
    send_due().start()
    assert until(lambda: len(relay.received) == 2)
    assert practice.clock.now() >= due


def test_the_background_survives_a_relay_that_is_away(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    relay.faults.append(Fault(At.AUTH, "535 5.7.8 Wrong", times=1))
    practice.queue(made, 2)
    dispatcher = send_due()
    dispatcher.start()
    assert until(lambda: dispatcher.last is not None and dispatcher.last.stopped is not None)
    dispatcher.nudge()
    assert until(lambda: len(relay.received) == 2)


def test_a_command_waits_for_the_background_run_and_sends_the_rest(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay]
) -> None:
    relay, made = profile
    practice.queue(made, 30)
    dispatcher = send_due()
    dispatcher.start()
    assert dispatcher.run_due().stopped is None
    assert set(practice.states().values()) == {A}
    assert len(relay.received) == 30


def test_a_hundred_races_between_two_senders_send_nothing_twice(
    practice: BarePractice, send_due: Make, profile: tuple[RecordingRelay, Relay], tmp_path: Path
) -> None:
    """Two dispatchers over one file, as a window and a command are."""
    relay, made = profile
    with BarePractice(tmp_path) as other:
        both = [send_due(), send_due()]
        both[1]._database = other.database  # its own connection, as another process has
        for _ in range(100):
            practice.queue(made, 2)
            threads = [threading.Thread(target=_try_run, args=(one,)) for one in both]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for one in both:
            one.stop()
    assert set(practice.states().values()) == {A}
    assert len(relay.received) == len({message.wire for message in relay.received}) == 200


def _try_run(dispatcher: Dispatcher) -> None:
    while True:
        try:
            dispatcher.run_due()
        except Exception as error:
            if getattr(error, "code", "") != "sending-elsewhere":
                raise
            time.sleep(0.005)
        else:
            return


class Stepped(SystemClock):
    """The computer slept: the wall clock jumps, nothing else does."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


def test_a_lease_lost_in_sleep_ends_the_run_and_keeps_what_is_known(
    tmp_path: Path, start_relay: Start, profile_of: Profile, send_due: Make
) -> None:
    clock = Stepped()
    relay = start_relay()
    made = profile_of(relay)
    with BarePractice(tmp_path / "asleep", clock) as practice:
        practice.add_relay(made, PASSWORD)
        practice.queue(made, 60)
        dispatcher = send_due()
        dispatcher._database, dispatcher._outbox = practice.database, practice.outbox
        dispatcher._rechecks, dispatcher._audit, dispatcher._clock = practice.rechecks, practice.audit, clock
        dispatcher._accesses = Accesses(
            practice.database, SignIns(practice.database, practice.audit, practice.clock)
        )
        future = dispatcher.submit_run()
        assert until(lambda: len(relay.received) >= 5)
        clock.ahead = timedelta(hours=1)
        result = future.result(10)
        assert result.stopped is not None
        assert result.stopped.code == "lease-lost"
        accepted = sum(state is A for state in practice.states().values())
        assert accepted == len(relay.received)
        dispatcher.run_due()
        ended = practice.states().values()
        assert sum(state is A for state in ended) == len(relay.received)
        assert set(ended) <= {A, U}
        dispatcher.stop()

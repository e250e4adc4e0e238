"""What is held, cancelled or useless by now does not leave, and what leaves is never put back."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.faults import DROP, At, Fault
from demo.relay import RecordingRelay
from desktop.clock import SystemClock
from desktop.mail.pacing import RulesPacer
from desktop.models import messages, pauses, sending
from desktop.models.database import Tx
from desktop.models.delivery import Pause, RelaySending, Scope
from desktop.models.records import Message, Reason, Relay, RelayId, State
from desktop.sync import line
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.line import Line
from desktop.sync.relay import Timeouts
from desktop.sync.relay_tls import RelayError, Step
from tests.servers.practice import BarePractice
from tests.support.waiting import until

PASSWORD = "relay-password"
CAMPAIGN = "5" * 32
WHY = Reason("paused-by-person")
PATIENT = Timeouts(10, 10, 10, 10, 10)
"""A busy machine may stand still for seconds."""
Profile = Callable[..., Relay]
Make = Callable[..., Dispatcher]
Scene = Callable[..., tuple[RecordingRelay, Relay]]
A, C, D, Q, U, X = (
    State.ACCEPTED,
    State.CANCELLED,
    State.DEFERRED,
    State.QUEUED,
    State.UNCERTAIN,
    State.EXPIRED,
)


class Moved(SystemClock):
    """The clock of a computer that slept, or that was set."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_PAUSES", (0.0, 0.0))


@pytest.fixture
def clock() -> Moved:
    return Moved()


@pytest.fixture
def practice(tmp_path: Path, clock: Moved) -> Iterator[BarePractice]:
    with BarePractice(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def scene(practice: BarePractice, start_relay: Callable[..., RecordingRelay], profile_of: Profile) -> Scene:
    def make(connections: int = 1, **setup: Any) -> tuple[RecordingRelay, Relay]:
        relay = start_relay(**setup)
        made = profile_of(relay, id=RelayId("1" * 32))
        practice.add_relay(made, PASSWORD)
        practice.database.write(lambda tx: sending.put(tx, RelaySending(made.id, connections=connections)))
        return relay, made

    return make


def hold(practice: BarePractice, scope: str) -> None:
    one = Pause(Scope(scope), WHY, None, practice.clock.now())
    practice.database.write(lambda tx: pauses.put(tx, one))


def resume(practice: BarePractice) -> None:
    def end(tx: Tx) -> None:
        for one in pauses.listing(tx, None):
            pauses.end(tx, one.scope)

    practice.database.write(end)


def twice(relay: RecordingRelay) -> int:
    return sum(number - 1 for number in Counter(one.wire for one in relay.received).values())


def arrived(practice: BarePractice, relay: RecordingRelay, row: Message) -> int:
    wire = practice.database.read(lambda tx: messages.wire(tx, row.id))
    return sum(one.wire == wire for one in relay.received)


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("late", [0, 11, 23])
def test_a_pause_of_what_is_leaving_does_not_send_it_twice(
    practice: BarePractice, send_due: Make, scene: Scene, asked: bool, connections: int, late: int
) -> None:
    """`asked`: by the window; otherwise another process pauses, and nobody tells this one."""
    relay, profile = scene(connections, think=0.002)
    practice.queue(profile, 120, kind="campaign", source=CAMPAIGN)
    dispatcher = send_due(timeouts=PATIENT)
    future = dispatcher.submit_run()
    assert until(lambda: len(relay.received) >= 20 + late)
    hold(practice, f"source:{CAMPAIGN}")
    if asked:
        dispatcher.reconsider()
    result = future.result(60)
    assert dict(result.states) == {A: len(relay.received)}
    assert set(practice.states().values()) <= {A, D, Q}
    resume(practice)
    send_due(timeouts=PATIENT).run_due()
    assert (twice(relay), set(practice.states().values())) == (0, {A})


@pytest.mark.parametrize("skip", [30, 31, 33, 34])
def test_a_breaker_that_trips_while_others_leave_sends_nothing_twice(
    practice: BarePractice, send_due: Make, scene: Scene, skip: int
) -> None:
    """The pause is written in the very transaction that records the refusals."""
    relay, profile = scene(think=0.002)
    relay.faults.append(Fault(At.RCPT, "550 5.7.1 no", times=3, skip=skip))
    practice.queue(profile, 120)
    send_due(pacer=RulesPacer(practice.audit), timeouts=PATIENT).run_due()
    ended = Counter(practice.states().values())
    assert (ended[A], ended[U], ended[State.FAILED]) == (len(relay.received), 0, 3)
    resume(practice)
    send_due(pacer=RulesPacer(practice.audit), timeouts=PATIENT).run_due()
    assert (twice(relay), Counter(practice.states().values())) == (0, {A: 117, State.FAILED: 3})


def test_what_went_along_with_the_message_under_way_does_not_leave_behind_a_pause(
    practice: BarePractice, send_due: Make, scene: Scene
) -> None:
    relay, profile = scene(think=0.3)
    practice.queue(profile, 12, kind="campaign", source=CAMPAIGN)
    dispatcher = send_due(timeouts=PATIENT)
    future = dispatcher.submit_run()
    assert until(lambda: len(relay.received) == 3)
    time.sleep(0.1)  # the envelope of the fourth is there already
    hold(practice, f"source:{CAMPAIGN}")
    dispatcher.reconsider()
    assert dict(future.result(60).states) == {A: 3}
    assert (len(relay.received), set(practice.states().values())) == (3, {A, D, Q})
    resume(practice)
    assert dict(send_due(timeouts=PATIENT).run_due().states) == {A: 9}
    assert twice(relay) == 0


def test_a_message_that_is_held_alone_lets_the_others_go(
    practice: BarePractice, send_due: Make, scene: Scene
) -> None:
    relay, profile = scene(think=0.4)
    rows = practice.queue(profile, 8)
    dispatcher = send_due(timeouts=PATIENT)
    future = dispatcher.submit_run()

    def under_way() -> list[Message]:
        marked = practice.database.read(lambda tx: messages.by_states(tx, {State.DATA}))
        return [row for row in marked if not arrived(practice, relay, row)]

    assert until(lambda: len(relay.received) >= 2 and bool(under_way()))
    (held, *_) = under_way()
    hold(practice, f"message:{held.id}")
    dispatcher.reconsider()
    assert dict(future.result(60).states) == {A: 7}
    assert practice.row(held.id).state in {D, Q}
    resume(practice)
    send_due(timeouts=PATIENT).run_due()
    assert (twice(relay), len(relay.received)) == (0, len(rows))


def test_a_row_that_is_cancelled_once_claimed_does_not_leave(
    practice: BarePractice, send_due: Make, scene: Scene
) -> None:
    """Only what is marked may still go out: at a slow relay, hardly more than is under way."""
    relay, profile = scene(think=0.05)
    rows = practice.queue(profile, 60, kind="campaign", source=CAMPAIGN)
    future = send_due(timeouts=PATIENT).submit_run()
    assert until(lambda: len(relay.received) >= 6)
    stopped = practice.database.write(
        lambda tx: [
            row.id for row in rows if practice.outbox.cancel(tx, row.id, Reason("cancelled-by-person"))
        ]
    )
    marked = len(rows) - len(stopped)
    result = future.result(60)
    assert result.stopped is None
    assert {practice.row(id_).state for id_ in stopped} == {C}
    assert (result.states[A], len(relay.received)) == (marked, marked)
    assert practice.database.read(lambda tx: messages.by_states(tx, {State.CLAIMED, State.DATA})) == []


def test_a_reminder_that_became_useless_on_its_way_is_not_sent(
    practice: BarePractice, send_due: Make, scene: Scene
) -> None:
    relay, profile = scene(think=0.7)
    useless = practice.clock.now() + timedelta(seconds=1)
    practice.queue(profile, 5, kind="reminder", useless_after=useless)
    result = send_due(timeouts=Timeouts()).run_due()
    assert sum(result.states.values()) == len(relay.received) <= 2
    ended = Counter(practice.states().values())
    assert (ended[A], ended[X]) == (len(relay.received), 5 - len(relay.received))


def test_a_step_of_the_clock_leaves_nothing_uncertain_that_never_left(
    practice: BarePractice, send_due: Make, scene: Scene, clock: Moved
) -> None:
    relay, profile = scene(think=0.2)
    practice.queue(profile, 15)
    future = send_due(timeouts=PATIENT).submit_run()
    assert until(lambda: len(relay.received) == 3)
    clock.ahead = timedelta(seconds=90)
    result = future.result(60)
    assert result.stopped == Reason("lease-lost")
    send_due(timeouts=PATIENT).run_due()
    assert (set(practice.states().values()), len(relay.received), twice(relay)) == ({A}, 15, 0)


def test_the_last_rows_are_not_left_lying_where_the_first_connection_gave_up(
    practice: BarePractice, send_due: Make, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay no longer wants two: the second connection carries on to the end, also anew."""
    relay, profile = scene(2, think=0.002, extensions=())
    relay.faults.append(Fault(At.MAIL, DROP, times=1, skip=59))
    practice.queue(profile, 60)
    made: list[Line] = []
    reach, calls = Line.reach, Counter[int]()

    async def unwelcome(self: Line, to: Relay, given_up: Callable[[], bool]) -> None:
        if self not in made:
            made.append(self)
        calls[made.index(self)] += 1
        if self is made[0] and calls[0] == 2:
            while not any(one.open for one in made[1:]):  # noqa: ASYNC110 - the other line has no event
                await asyncio.sleep(0.001)
            raise RelayError("relay-busy", Step.CONNECT, lasting=False)
        await reach(self, to, given_up)

    monkeypatch.setattr(Line, "reach", unwelcome)
    monkeypatch.setattr(line, "RECYCLE_AFTER", 20)
    monkeypatch.setattr(line, "_AHEAD", 0)  # no successor is opened before
    result = send_due(timeouts=PATIENT).submit_run().result(30)
    assert dict(result.states) == {A: 60}
    assert (len(relay.received), calls[0]) == (60, 2)

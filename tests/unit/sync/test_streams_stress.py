"""Pauses, breakers, cancels, stops, dropped connections and a moved clock, at random moments.

Whatever happens: nobody receives twice, what was received is on record as accepted or
uncertain, and every row comes to an end. The seeds fix what is done, not when it strikes.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from datetime import time as daytime
from pathlib import Path

import pytest

from demo.faults import DROP, At, Fault
from demo.relay import RecordingRelay
from desktop.clock import SystemClock
from desktop.errors import Refused
from desktop.mail.pacing import RulesPacer
from desktop.models import messages, pauses, sending, sendingrules
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING, Hours, Pause, RelaySending, Scope
from desktop.models.records import Message, MessageId, Reason, Relay, RelayId, State
from desktop.sync import line
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.run import RunResult
from tests.servers.practice import BarePractice

CAMPAIGN = "5" * 32
ROWS, MOVES = 100, 25
A, C, F, U, X = State.ACCEPTED, State.CANCELLED, State.FAILED, State.UNCERTAIN, State.EXPIRED
ALL_DAY = Hours(daytime(0), daytime(0))
ALWAYS = replace(sendingrules.DEFAULT, reminders=ALL_DAY, campaigns=ALL_DAY)
FAULTS = (
    (At.RCPT, "550 5.7.1 no", 3),  # trips a breaker
    (At.RCPT, "550 5.1.1 unknown", 1),
    (At.DOT, "451 4.3.0 later", 2),
    (At.MAIL, "451 4.3.0 later", 1),
    (At.RSET, DROP, 1),
    (At.MAIL, DROP, 1),
    (At.STORED, DROP, 1),
    (At.REPLIED, DROP, 1),
    (At.DOT, "421 4.3.2 closing", 1),
)


class Moved(SystemClock):
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


@dataclass
class Trouble:
    """Does one thing after the other to a run that is under way."""

    practice: BarePractice
    clock: Moved
    relay: RecordingRelay
    profile: Relay
    dispatcher: Dispatcher
    rng: random.Random
    rows: list[Message]
    run: Future[RunResult] = field(init=False)

    def make(self) -> None:
        self.run = self.dispatcher.submit_run()
        for _ in range(MOVES):
            time.sleep(self.rng.uniform(0, 0.03))
            self.rng.choice(
                (self.hold, self.hold, self.resume, self.cancel, self.fail, self.halt, self.sleep)
            )()
            if self.run.done():
                self.end()
                self.run = self.dispatcher.submit_run()
        self.relay.faults.clear()
        self.end()
        for _ in range(4):
            self.clock.ahead += timedelta(hours=2)
            for _ in range(3):  # the clock moved: a fence may stand
                self.dispatcher.run_due()
                self.resume()

    def end(self) -> None:
        """The clock may jump between the lease and the first look: then nothing was begun."""
        try:
            self.run.result(20)
        except Refused as error:
            if error.code != "not-the-sender":
                raise

    def hold(self) -> None:
        some = self.rng.choice(self.rows)
        scopes = (EVERYTHING, "kind:campaign", f"relay:{self.profile.id}", f"source:{CAMPAIGN}")
        scope = self.rng.choice((*scopes, f"message:{some.id}"))
        one = Pause(Scope(scope), Reason("paused-by-person"), None, self.clock.now())
        self.practice.database.write(lambda tx: pauses.put(tx, one))
        if self.rng.random() < 0.5:  # otherwise another process does it, and nobody tells this one
            self.dispatcher.reconsider()

    def resume(self) -> None:
        def end(tx: Tx) -> None:
            for one in pauses.listing(tx, None):
                pauses.end(tx, one.scope)

        self.practice.database.write(end)
        self.dispatcher.nudge()

    def cancel(self) -> None:
        some = self.rng.sample(self.rows, 2)
        reason = Reason("cancelled-by-person")
        self.practice.database.write(
            lambda tx: [self.practice.outbox.cancel(tx, row.id, reason) for row in some]
        )

    def fail(self) -> None:
        at, does, times = self.rng.choice(FAULTS)
        self.relay.faults.append(Fault(at, does, times=times, skip=self.rng.randrange(10)))

    def halt(self) -> None:
        self.dispatcher.halt()

    def sleep(self) -> None:
        """Long enough that the lease runs out, in one case of three."""
        self.clock.ahead += timedelta(seconds=self.rng.choice((1, 20, 90)))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_strikes_nobody_receives_twice_and_nothing_is_lost(
    practice: BarePractice,
    clock: Moved,
    send_due: Callable[..., Dispatcher],
    start_relay: Callable[..., RecordingRelay],
    profile_of: Callable[..., Relay],
    seed: int,
) -> None:
    relay = start_relay()
    profile = profile_of(relay, id=RelayId("1" * 32))
    practice.add_relay(profile, "relay-password")
    practice.database.write(lambda tx: sending.put(tx, RelaySending(profile.id, connections=1 + seed % 4)))
    practice.database.write(lambda tx: sendingrules.put(tx, ALWAYS))
    rows = practice.queue(profile, ROWS, kind="campaign", source=CAMPAIGN)
    rows += practice.queue(profile, ROWS // 5, kind="letter")
    rows += practice.queue(
        profile, ROWS // 5, kind="reminder", useless_after=clock.now() + timedelta(minutes=2 + seed)
    )
    dispatcher = send_due(pacer=RulesPacer(practice.audit))
    Trouble(practice, clock, relay, profile, dispatcher, random.Random(seed), rows).make()
    received = _received(practice, relay, rows)
    ended = practice.states()
    assert {row: times for row, times in received.items() if times > 1} == {}
    assert {ended[row] for row in received} <= {A, U}
    assert {row for row, state in ended.items() if state in (A, U)} == set(received)
    assert set(ended.values()) <= {A, C, F, U, X}
    assert relay.errors == []


def _received(practice: BarePractice, relay: RecordingRelay, rows: list[Message]) -> Counter[MessageId]:
    wires = practice.database.read(lambda tx: messages.wires(tx, [row.id for row in rows]))
    whose = {wire: id_ for id_, wire in wires.items()}
    return Counter(whose[one.wire] for one in relay.received)

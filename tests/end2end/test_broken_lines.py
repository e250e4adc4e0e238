"""A connection that ends at any octet, in either direction, by a cut or by silence (G15).

Before the final dot everything is tried again by itself; after it, what nobody knows is
uncertain; and nothing arrives twice.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.clock import SystemClock
from desktop.models.records import Message, Relay, RelayId, State
from desktop.sync import line
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.loop import NetworkLoop
from desktop.sync.relay import Timeouts
from tests.servers.cut import DOWN, UP, Break, Cut
from tests.servers.practice import BarePractice

PATIENCE = 0.3
MESSAGES = 4
WAITING = frozenset({State.QUEUED, State.DEFERRED})


class Later(SystemClock):
    """Ahead of the computer's clock by what was skipped."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Scene:
    def __init__(self, folder: Path, relay: RecordingRelay, cut: Cut, ca_file: Path) -> None:
        self.relay, self.cut, self.clock = relay, cut, Later()
        self.practice = BarePractice(folder, self.clock)
        self.loop = NetworkLoop()
        self.profile = Relay(
            id=RelayId("1" * 32),
            name="relay",
            host="localhost",
            port=cut.port,
            security="implicit",
            ca_file=str(ca_file),
            user=relay.setup.user,
            sender="practice@clinic.example",
            baa=None,
        )
        self.practice.add_relay(self.profile, relay.setup.password)
        self.found: Counter[State] = Counter()

    def send(self) -> None:
        practice = self.practice
        dispatcher = Dispatcher(
            practice.database,
            practice.outbox,
            practice.rechecks,
            practice.audit,
            self.clock,
            self.loop,
            Timeouts(PATIENCE, PATIENCE, PATIENCE, PATIENCE, PATIENCE),
        )
        dispatcher.run_due()
        dispatcher.stop()

    def arrived(self) -> Counter[str]:
        return Counter(message.recipients[0] for message in self.relay.received)

    def states(self, rows: list[Message]) -> dict[str, State]:
        return {row.address: self.practice.row(row.id).state for row in rows}

    def try_break(self, strike: Break | None) -> None:
        """Four messages over a line that breaks, then over one that holds."""
        self.relay.received.clear()
        rows = self.practice.queue(self.profile, MESSAGES)
        self.cut.next = strike
        self.send()
        arrived, states = self.arrived(), self.states(rows)
        assert set(states.values()) <= {State.ACCEPTED, State.UNCERTAIN} | WAITING, strike
        for address, state in states.items():
            if state is State.ACCEPTED:
                assert arrived[address] == 1, strike
            elif state in WAITING:
                assert arrived[address] == 0, f"arrived, and would be sent again: {strike}"
        self.found.update(states.values())
        self.clock.ahead += timedelta(hours=1)
        self.send()
        after = self.states(rows)
        assert all(after[one] is State.ACCEPTED for one, state in states.items() if state in WAITING), strike
        assert all(after[one] is state for one, state in states.items() if state not in WAITING), strike
        assert max(self.arrived().values()) == 1, f"twice: {strike}"

    def close(self) -> None:
        self.practice.database.close()
        self.loop.stop()


@pytest.fixture
def scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_logs: set[str], pipelining: bool
) -> Iterator[Scene]:
    expected_logs.add("asyncio")  # the relay writes to whom was cut off
    monkeypatch.setattr(line, "_PAUSES", (0.0, 0.0))
    authority = Authority(tmp_path)
    extensions = ("PIPELINING",) if pipelining else ()
    with (
        RecordingRelay(RelaySetup(authority.server_context(), extensions=extensions)) as relay,
        Cut(relay.port) as cut,
    ):
        made = Scene(tmp_path / "practice", relay, cut, authority.ca_file)
        yield made
        made.close()


def sweep(scene: Scene, places: int) -> None:
    scene.try_break(None)
    whole = dict(scene.cut.carried)
    count = 0
    for silent in (False, True):
        for direction in (UP, DOWN):
            for number in range(places):
                octets = whole[direction] * (2 * number + 1) // (2 * places)
                scene.try_break(Break(direction, octets, silent))
                count += 1
    told = ", ".join(f"{number} {state}" for state, number in sorted(scene.found.items()))
    sys.stdout.write(f"\nG15: {count} broken lines: {told}; 0 twice, 0 lost\n")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("pipelining", [True])
def test_a_line_that_breaks_at_some_octets_of_each_direction(scene: Scene) -> None:
    sweep(scene, 5)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("pipelining", [True, False])
def test_a_line_that_breaks_at_many_octets_of_each_direction(scene: Scene) -> None:
    sweep(scene, 100)

"""`kill -9` while sending: nothing is lost silently, and nothing arrives twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.audit.verify import verify
from desktop.models import audit as audit_rows
from desktop.models.records import MessageId, Relay, RelayId, State
from desktop.sync.journal import WINDOW
from tests.servers.practice import BarePractice

ROOT = Path(__file__).resolve().parents[2]
RUNNER = Path(__file__).with_name("kill_runner.py")
PASSWORD = "relay-password"
WAITING = {State.QUEUED, State.DEFERRED}
ENDED = {State.ACCEPTED, State.UNCERTAIN}


class Scene:
    """A practice with queued rows, a relay that keeps each message on disk before its 250."""

    def __init__(self, folder: Path, count: int) -> None:
        authority = Authority(folder)
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.folder = folder / "practice"
        self.relay = RecordingRelay(RelaySetup(authority.server_context(), keep_in=self.inbox, think=0.01))
        self.relay.__enter__()
        profile = Relay(
            id=RelayId("1" * 32),
            name="sink",
            host="localhost",
            port=self.relay.port,
            security="implicit",
            ca_file=str(authority.ca_file),
            user=self.relay.setup.user,
            sender="practice@clinic.example",
            baa=None,
        )
        with BarePractice(self.folder) as practice:
            practice.add_relay(profile, PASSWORD)
            self.by_hash = {row.sha256: row.id for row in practice.queue(profile, count)}

    def arrived(self) -> int:
        return sum(1 for _ in self.inbox.iterdir())

    def received(self) -> Counter[MessageId]:
        return Counter(self.by_hash[path.stem.split("-")[1]] for path in self.inbox.iterdir())

    def run_until(self, arrived: int | None, pause: float = 0.0) -> bool:
        """Let a child send; kill it `pause` seconds after `arrived` messages. True when it finished."""
        child = subprocess.Popen(
            [sys.executable, str(RUNNER), str(self.folder)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
        )
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            while child.poll() is None:
                if arrived is not None and self.arrived() >= arrived:
                    time.sleep(pause)
                    child.send_signal(signal.SIGKILL)
                    child.wait()
                    break
                time.sleep(0.001)
        return child.returncode == 0

    def check(self) -> dict[MessageId, State]:
        """The promise, at any moment when nobody sends."""
        with BarePractice(self.folder) as practice:
            practice.database.integrity()
            states = practice.states()
            assert verify(practice.database.read(lambda tx: list(audit_rows.records(tx)))).ok
        received = self.received()
        assert max(received.values(), default=0) <= 1, "received twice"
        assert states.keys() == set(self.by_hash.values())
        for message, state in states.items():
            if state is State.ACCEPTED:
                assert message in received, "accepted, but never received"
            elif state in WAITING:
                assert message not in received, "received, and would be sent again"
        return states

    def close(self) -> None:
        self.relay.__exit__(None, None, None)


def kill_and_finish(folder: Path, count: int, kills: int, seed: int) -> None:
    """Kill at `kills` points spread over the run, then let it end."""
    chance = random.Random(seed)
    scene = Scene(folder, count)
    try:
        done, left = 0, count
        for number in range(kills):
            step = max(1, left // (kills - number + 1) - 2)
            finished = scene.run_until(scene.arrived() + step, chance.uniform(0, 0.02))
            done += not finished
            left = sum(state not in ENDED for state in scene.check().values())
        assert done == kills, "the run ended before it could be killed"
        for _ in range(3):
            if scene.run_until(None):
                break
        states = scene.check()
    finally:
        scene.close()
    uncertain = {message for message, state in states.items() if state is State.UNCERTAIN}
    assert set(scene.received()) | uncertain == set(states), "lost"
    assert len(uncertain) <= done * WINDOW
    assert set(states.values()) <= ENDED


@pytest.mark.timeout(300)
def test_ten_kills_in_a_run_of_two_hundred(tmp_path: Path) -> None:
    kill_and_finish(tmp_path, count=200, kills=10, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_kills_in_a_run_of_a_thousand(tmp_path: Path) -> None:
    kill_and_finish(tmp_path, count=1000, kills=200, seed=2)

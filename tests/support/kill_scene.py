"""A practice with queued rows, a relay that keeps each message on disk before its 250, and children
that send until they are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.audit.verify import verify
from desktop.mail.states import IN_FLIGHT, NOT_SENT
from desktop.models import audit as audit_rows
from desktop.models import sending
from desktop.models.delivery import RelaySending
from desktop.models.records import MessageId, Relay, RelayId, State
from desktop.sync.journal import WINDOW
from desktop.sync.points import Point
from tests.servers.practice import BarePractice

ROOT = Path(__file__).resolve().parents[2]
RUNNER = ROOT / "tests" / "end2end" / "kill_runner.py"
PASSWORD = "relay-password"
WAITING = frozenset({State.QUEUED, State.DEFERRED})
ENDED = frozenset({State.ACCEPTED, State.UNCERTAIN})
KINDS = ("reminder", "letter", "campaign")


@dataclass(frozen=True)
class Standing:
    """How everybody stands at a moment when nobody sends; `in_doubt` will be uncertain."""

    states: dict[MessageId, State]
    received: frozenset[MessageId]

    @property
    def in_doubt(self) -> int:
        unsent = IN_FLIGHT - NOT_SENT
        return sum(state in unsent for state in self.states.values())

    @property
    def uncertain(self) -> int:
        return sum(state is State.UNCERTAIN for state in self.states.values())

    @property
    def left(self) -> int:
        return sum(state not in ENDED for state in self.states.values())


class KillScene:
    """Half of the rows are a campaign's, which leaves beside letters and reminders."""

    def __init__(self, folder: Path, connections: int) -> None:
        self.connections = connections
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.folder = folder / "practice"
        self.by_hash: dict[str, MessageId] = {}
        authority = Authority(folder)
        setup = RelaySetup(authority.server_context(), keep_in=self.inbox, think=0.01)
        self.relay = RecordingRelay(setup)
        self._ca_file = authority.ca_file

    def __enter__(self) -> Self:
        self.relay.__enter__()
        self.profile = Relay(
            id=RelayId("1" * 32),
            name="sink",
            host="localhost",
            port=self.relay.port,
            security="implicit",
            ca_file=str(self._ca_file),
            user=self.relay.setup.user,
            sender="practice@clinic.example",
            baa=None,
        )
        one = RelaySending(self.profile.id, connections=self.connections)
        with BarePractice(self.folder) as practice:
            practice.add_relay(self.profile, PASSWORD)
            practice.database.write(lambda tx: sending.put(tx, one))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.relay.__exit__(None, None, None)

    def queue(self, count: int) -> None:
        with BarePractice(self.folder) as practice:
            for place, kind in enumerate(KINDS):
                some = count // 2 if kind == "campaign" else (count - count // 2 + place) // 2
                rows = practice.queue(self.profile, some, kind=kind)
                self.by_hash |= {row.sha256: row.id for row in rows}

    def arrived(self) -> int:
        return sum(1 for _ in self.inbox.iterdir())

    def run(self, kill_at: int | None = None, pause: float = 0.0) -> bool:
        """Let a child send; kill it `pause` seconds after `kill_at` messages. True when it finished."""
        with self._child() as child:
            while child.poll() is None:
                if kill_at is not None and self.arrived() >= kill_at:
                    time.sleep(pause)
                    child.send_signal(signal.SIGKILL)
                    child.wait()
                    break
                time.sleep(0.001)
        return child.returncode == 0

    def run_to(self, point: Point, visit: int) -> bool:
        """Let a child send that ends itself at `point`; True when it finished without passing it."""
        with self._child(point.value, str(visit)) as child:
            child.wait(60)
        assert child.returncode in (0, -signal.SIGKILL), "the child failed"
        return child.returncode == 0

    def finish(self) -> Standing:
        """Send what is left, in as many runs as uncertain trouble of the last one asks for."""
        for _ in range(3):
            if self.run():
                break
        return self.check()

    def check(self) -> Standing:
        """The promise, at any moment when nobody sends."""
        with BarePractice(self.folder) as practice:
            practice.database.integrity()
            states = practice.states()
            assert verify(practice.database.read(lambda tx: list(audit_rows.records(tx)))).ok
        received = Counter(self.by_hash[path.stem.split("-")[1]] for path in self.inbox.iterdir())
        assert max(received.values(), default=0) <= 1, "received twice"
        assert states.keys() == set(self.by_hash.values()), "lost"
        for message, state in states.items():
            if state is State.ACCEPTED:
                assert message in received, "accepted, but never received"
            elif state in WAITING | NOT_SENT:
                assert message not in received, "received, and would be sent again"
        standing = Standing(states, frozenset(received))
        # Both lanes have a connection, whatever the relay's number.
        assert standing.in_doubt <= max(self.connections, 2) * WINDOW
        return standing

    def _child(self, *arguments: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, str(RUNNER), str(self.folder), *arguments],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        return child

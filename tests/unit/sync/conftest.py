"""A throwaway authority for the whole run, and a relay profile that points to a server."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.models.records import Relay, RelayId
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.letters import Letter
from desktop.sync.loop import NetworkLoop
from desktop.sync.relay import Answer, Timeouts
from tests.servers.practice import BarePractice


class Recorder:
    """The phase recorder of the tests: what happened, in order."""

    def __init__(self, *, allow: bool = True) -> None:
        self.allow = allow
        self.seen: list[tuple[str, str]] = []

    async def before_data(self, letter: Letter) -> bool:
        self.seen.append(("before-data", letter.recipient))
        return self.allow

    def dot_written(self, letter: Letter) -> None:
        self.seen.append(("dot-written", letter.recipient))

    def reply(self, letter: Letter, answer: Answer) -> None:
        self.seen.append((f"reply-{answer.phase.value}-{answer.reply.code}", letter.recipient))


@pytest.fixture
def recorder() -> type[Recorder]:
    """The class, so that each test makes what it needs."""
    return Recorder


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start_relay(authority: Authority) -> Iterator[Callable[..., RecordingRelay]]:
    """Start recording relays; keyword arguments go into `RelaySetup`."""
    with ExitStack() as stack:

        def start(**setup: Any) -> RecordingRelay:
            setup.setdefault("context", authority.server_context())
            return stack.enter_context(RecordingRelay(RelaySetup(**setup)))

        yield start


@pytest.fixture
def profile_of(authority: Authority) -> Callable[..., Relay]:
    """The practice's profile of a running relay."""

    def profile(relay: RecordingRelay, **changes: Any) -> Relay:
        security = "implicit" if relay.setup.security == "implicit" else "starttls"
        made = Relay(
            id=RelayId("1" * 32),
            name="relay",
            host="localhost",
            port=relay.port,
            security=security,
            ca_file=str(authority.ca_file),
            user=relay.setup.user,
            sender="practice@clinic.example",
            baa=None,
        )
        return dataclasses.replace(made, **changes)

    return profile


@pytest.fixture
def sample_wire() -> bytes:
    return b"From: <practice@clinic.example>\r\nSubject: .\r\n\r\n.dot\r\n..two\r\ntext\r\n.\r\nend\r\n"


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[BarePractice]:
    with BarePractice(tmp_path) as opened:
        yield opened


@pytest.fixture
def send_due(practice: BarePractice) -> Iterator[Callable[..., Dispatcher]]:
    """Make dispatchers over the practice; all are stopped at the end."""
    loop, made = NetworkLoop(), []

    def make(**changes: Any) -> Dispatcher:
        quick = changes.pop("timeouts", Timeouts(connect=2, command=2, data=2, body=2, dot=2))
        made.append(
            Dispatcher(
                practice.database,
                practice.outbox,
                practice.rechecks,
                practice.audit,
                practice.clock,
                loop,
                quick,
                **changes,
            )
        )
        return made[-1]

    yield make
    for dispatcher in made:
        dispatcher.stop(1)
    loop.stop()

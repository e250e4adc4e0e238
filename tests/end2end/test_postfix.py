"""Submission to Debian's Postfix with Dovecot's SASL, over both ways of TLS."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.models.records import Relay, RelayId, State
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.letters import Letter
from desktop.sync.loop import NetworkLoop
from desktop.sync.outcomes import Phase
from desktop.sync.relay import Answer
from desktop.sync.relay_check import check_relay
from desktop.sync.relay_open import open_relay
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.postfix import Postfix
from tests.servers.practice import BarePractice
from tests.servers.tap import Tap

pytestmark = pytest.mark.skipif(
    not (Postfix.possible() and Dovecot.installed()), reason="needs Debian's postfix and dovecot, and root"
)
CANARY = b"Maria Lopez-Canary, cardiology, Tue 2:30"


class Servers:
    def __init__(self, postfix: Postfix, sink: RecordingRelay, ca_file: Path) -> None:
        self.postfix = postfix
        self.sink = sink
        self._ca_file = ca_file

    def profile(self, security: str, port: int | None = None) -> Relay:
        usual = self.postfix.submissions if security == "implicit" else self.postfix.submission
        return Relay(
            id=RelayId("1" * 32),
            name="postfix",
            host="localhost",
            port=port or usual,
            security=security,
            ca_file=str(self._ca_file),
            user=USER,
            sender="practice@clinic.example",
            baa=None,
        )

    def arrived(self, count: int) -> list[bytes]:
        """Wait until Postfix has handed on `count` messages."""
        until = time.monotonic() + 20
        while len(self.sink.received) < count and time.monotonic() < until:
            time.sleep(0.02)
        return [message.wire for message in self.sink.received]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    chain, key = authority.write_server_files()
    with ExitStack() as stack:
        plain = RelaySetup(authority.server_context(), security="stripped", user="", extensions=())
        sink = stack.enter_context(RecordingRelay(plain))
        dovecot = stack.enter_context(Dovecot())
        postfix = stack.enter_context(Postfix(chain, key, dovecot.port, sink.port))
        yield Servers(postfix, sink, authority.ca_file)


@pytest.fixture(autouse=True)
def _empty_sink(servers: Servers) -> None:
    servers.sink.received.clear()


class Marks:
    async def before_data(self, letter: Letter) -> bool:
        return True

    def dot_written(self, letter: Letter) -> None: ...

    def reply(self, letter: Letter, answer: Answer) -> None: ...


def letters(count: int) -> list[Letter]:
    return [
        Letter(
            "practice@clinic.example",
            f"patient{number}@mail.example",
            b"From: <practice@clinic.example>\r\nTo: <patient%d@mail.example>\r\n"
            b"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <%d@clinic.example>\r\n\r\n"
            b".leading dot\r\n..two\r\n\r\ntrailing space \r\n%s\r\n" % (number, number, CANARY),
            envelope_id=f"opaque{number}",
        )
        for number in range(count)
    ]


async def send(relay: Relay, batch: list[Letter]) -> list[Answer]:
    connection = await open_relay(relay, PASSWORD)
    try:
        return [
            await connection.send(one, Marks(), following)
            for one, following in zip(batch, [*batch[1:], None], strict=True)
        ]
    finally:
        await connection.quit()


@pytest.mark.parametrize("security", ["implicit", "starttls"])
def test_octets_pass_postfix_unchanged_and_unseen_on_the_wire(servers: Servers, security: str) -> None:
    profile = servers.profile(security)
    batch = letters(8)
    with Tap(profile.port) as tap:
        answers = asyncio.run(send(servers.profile(security, tap.port), batch))
        on_the_wire = bytes(tap.upward)
    assert [answer.reply.code for answer in answers] == [250] * 8
    assert all("queued as" in answer.reply.text for answer in answers)
    received = sorted(servers.arrived(8))
    assert len(received) == 8
    for octets in received:
        trace, own = octets.split(b"From: <practice@clinic.example>", 1)
        assert re.fullmatch(rb"(Received: [^\r\n]*\r\n([ \t][^\r\n]*\r\n)*)+", trace)
        assert any((b"From: <practice@clinic.example>" + own) == one.wire for one in batch)
    assert CANARY not in on_the_wire
    assert b"MAIL FROM" not in on_the_wire
    assert PASSWORD.encode() not in on_the_wire


@pytest.mark.parametrize("security", ["implicit", "starttls"])
def test_the_relay_test_passes_and_reads_what_postfix_offers(servers: Servers, security: str) -> None:
    report = asyncio.run(check_relay(servers.profile(security), PASSWORD))
    assert report.ok, report.steps
    assert report.offer is not None
    assert (report.offer.pipelining, report.offer.dsn, report.offer.size) == (True, True, 30_000_000)
    assert report.offer.requiretls is False
    assert servers.sink.received == []


def test_a_wrong_password_is_named(servers: Servers) -> None:
    report = asyncio.run(check_relay(servers.profile("implicit"), "wrong"))
    assert [step.reason.code for step in report.steps][-1] == "relay-auth-refused"


def test_a_refused_recipient_leaves_the_others(servers: Servers) -> None:
    batch = letters(3)
    odd = Letter(batch[1].sender, "nobody@[300.1.1.1]", batch[1].wire)
    answers = asyncio.run(send(servers.profile("implicit"), [batch[0], odd, batch[2]]))
    assert [answer.phase for answer in answers] == [Phase.DOT, Phase.RCPT, Phase.DOT]
    assert answers[1].reply.code // 100 == 5
    assert len(servers.arrived(2)) == 2


@pytest.mark.parametrize("security", ["implicit", "starttls"])
def test_a_run_of_the_outbox_ends_with_postfixs_own_receipts(
    servers: Servers, tmp_path: Path, security: str
) -> None:
    profile, loop = servers.profile(security), NetworkLoop()
    with BarePractice(tmp_path) as practice:
        practice.add_relay(profile, PASSWORD)
        queued = practice.queue(profile, 60)
        dispatcher = Dispatcher(
            practice.database, practice.outbox, practice.rechecks, practice.audit, practice.clock, loop
        )
        result = dispatcher.run_due()
        rows = practice.rows()
        dispatcher.stop()
    loop.stop()
    assert (dict(result.states), result.stopped) == ({State.ACCEPTED: 60}, None)
    assert all(re.match(r"250 2\.0\.0 Ok: queued as [0-9A-Za-z]+$", row.reply) for row in rows)
    arrived = servers.arrived(60)
    assert len(arrived) == 60
    assert all(sum(row.message_id.encode() in octets for octets in arrived) == 1 for row in queued)

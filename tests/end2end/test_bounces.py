"""A letter leaves through Postfix, is refused behind it, and Postfix's own report comes back by Dovecot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from demo.authority import Authority
from demo.faults import At, Fault
from demo.relay import RecordingRelay, RelaySetup
from desktop.mail.unsealing import Unsealer
from desktop.models import events, mailboxes, messages, received, suppressions
from desktop.models.delivery import Match
from desktop.models.records import Relay, RelayId, State
from desktop.sync.letters import Letter
from desktop.sync.mailbox_imap import Mailbox
from desktop.sync.mailbox_poll import Reader
from desktop.sync.relay import Answer
from desktop.sync.relay_open import open_relay
from tests.practice.office import Practice, practice
from tests.servers.dovecot import PASSWORD, USER, Dovecot, Mailboxes
from tests.servers.postfix import Postfix
from tests.support.mailbox import account, letter, no_token, stands, token

pytestmark = pytest.mark.skipif(
    not (Postfix.possible() and Dovecot.installed()), reason="needs Debian's postfix and dovecot, and root"
)


class World:
    """Postfix, what stands behind it, and the mailbox that its reports come to."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        authority = Authority(folder)
        chain, key = authority.write_server_files()
        self.ca_file = str(authority.ca_file)
        plain = RelaySetup(authority.server_context(), security="stripped", user="", extensions=())
        self.behind = stack.enter_context(RecordingRelay(plain))
        sasl = stack.enter_context(Dovecot())
        self.postfix = stack.enter_context(Postfix(chain, key, sasl.port, self.behind.port))
        self.mailboxes = stack.enter_context(Mailboxes(chain, key))

    def relay(self) -> Relay:
        port = self.postfix.submissions
        return Relay(
            RelayId("1" * 32),
            "p",
            "localhost",
            port,
            "implicit",
            self.ca_file,
            USER,
            "office@harbor.example",
            None,
        )

    def report(self) -> bytes:
        """What Postfix sends back to the sender."""
        until = time.monotonic() + 30
        while not self.behind.received and time.monotonic() < until:
            time.sleep(0.05)
        return self.behind.received.pop().wire


class Marks:
    async def before_data(self, letter: Letter) -> bool:
        return True

    def dot_written(self, letter: Letter) -> None: ...

    def reply(self, letter: Letter, answer: Answer) -> None: ...


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(stack, tmp_path)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("refusal", "stopped"),
    [("550 5.1.1 no such user here", True), ("552 5.2.2 mailbox is full", False)],
)
def test_postfix_reports_and_the_right_message_moves(
    world: World, office: Practice, refusal: str, stopped: bool
) -> None:
    row, other = letter(office), letter(office)
    wire = office.db.read(lambda tx: messages.wire(tx, row.id))
    world.behind.faults.append(Fault(At.RCPT, refusal, times=1))
    answer = asyncio.run(
        _send(world.relay(), Letter("office@harbor.example", row.address, wire, envelope_id=token(row)))
    )
    assert answer.reply.code == 250
    world.mailboxes.at = (office.clock.now()).timestamp()
    world.mailboxes.deliver(world.report())
    reader = Reader(office.db, office.audit, office.clock, Unsealer(office.db), no_token)
    try:
        one = account(office, world.mailboxes, world.ca_file)
        with closing(Mailbox.open(reader.access(one))) as mailbox:
            current = office.db.read(lambda tx: mailboxes.get(tx, one.id))
            assert current is not None
            look = reader.look(current, mailbox)
    finally:
        reader.worker.close()
    assert (look.counts, look.matched) == ({"bounce": 1}, 1)
    (kept,) = office.db.read(lambda tx: received.of_message(tx, row.id))
    assert kept.matched is Match.ENVELOPE_ID
    assert (stands(office, row.id).state, stands(office, other.id).state) == (State.BOUNCED, State.ACCEPTED)
    (event,) = office.db.read(lambda tx: events.of_message(tx, row.id))
    assert event.details["status"] == refusal.split()[1]
    assert len(office.db.read(suppressions.listing)) == stopped


async def _send(relay: Relay, one: Letter) -> Answer:
    connection = await open_relay(relay, PASSWORD)
    try:
        return await connection.send(one, Marks(), None)
    finally:
        await connection.quit()

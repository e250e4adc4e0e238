"""From the server's word that something came to the conversation that somebody reads (way 3 of the desk)."""

from __future__ import annotations

import imaplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.authority import Authority
from desktop.mail.unsealing import Unsealer
from desktop.models import conversations, mailboxes, tasks
from desktop.models.correspondence import Conversation, Urgency
from desktop.models.delivery import MailAccount
from desktop.sync.mailbox_poll import Reader
from desktop.sync.mailbox_watch import MailboxWatch
from tests.practice.office import Practice, practice
from tests.servers.dovecot import PASSWORD, USER, Mailboxes
from tests.support.mailbox import account, no_token, reminder, reply
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not Mailboxes.installed(), reason="needs Debian's dovecot")

BUSY = 15.0
"""Seconds that a machine may need which builds and tests beside it; alone it needs less than two."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as made:
        yield made


@pytest.fixture
def server(authority: Authority, office: Practice) -> Iterator[Mailboxes]:
    with Mailboxes(*authority.write_server_files()) as made:
        yield made


@pytest.fixture
def watch(office: Practice) -> Iterator[MailboxWatch]:
    reader = Reader(office.db, office.audit, office.clock, Unsealer(office.db), no_token)
    made = MailboxWatch(office.db, reader)
    yield made
    made.stop()


@contextmanager
def patients_provider(server: Mailboxes, authority: Authority) -> Iterator[imaplib.IMAP4]:
    """Whoever puts mail into the mailbox while the program waits there."""
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    with imaplib.IMAP4_SSL("localhost", server.imaps, ssl_context=context) as line:
        line.login(USER, PASSWORD)
        yield line


def inbox(office: Practice) -> list[Conversation]:
    user = office.session.user
    return office.db.read(lambda tx: conversations.listing(tx, "inbox", user, limit=10))


def polled(office: Practice, one: MailAccount) -> bool:
    found = office.db.read(lambda tx: mailboxes.get(tx, one.id))
    return found is not None and found.polled_at is not None


def test_a_reply_is_in_its_conversation_with_what_it_asks_as_soon_as_the_server_tells(
    office: Practice,
    server: Mailboxes,
    watch: MailboxWatch,
    authority: Authority,
    record_property: Callable[[str, object], None],
) -> None:
    row = reminder(office, office.person())
    one = account(office, server, str(authority.ca_file))
    watch.start()
    assert until(lambda: polled(office, one))
    time.sleep(1)  # it waits in IDLE now
    took = []
    with patients_provider(server, authority) as line:
        for number, words in enumerate(("What time is it?", "Can I move it to Thursday?", "My chest hurts")):
            mark = office.db.read(conversations.mark)
            line.append("INBOX", "", "", reply(row, words))
            begun = time.monotonic()
            assert until(lambda mark=mark: office.db.read(conversations.mark) != mark)  # type: ignore[misc]
            took.append(time.monotonic() - begun)
            (found,) = inbox(office)
            assert found.turn == number + 2
            time.sleep(0.5)
    assert found.ask is not None
    assert (found.ask.code, found.urgency, found.unseen) == ("ask-urgent", Urgency.URGENT, True)
    assert [task.kind for task in office.db.read(tasks.open_ones)] == ["move"]
    assert min(took) < BUSY, took
    record_property("seconds", [round(one, 2) for one in took])

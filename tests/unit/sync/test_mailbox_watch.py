"""A mailbox that is watched: what goes wrong is seen, and nothing ends its reading for good."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from demo.authority import Authority
from desktop.errors import VaultError
from desktop.mail.parsing_worker import ParsingWorker
from desktop.mail.returned_values import Understood
from desktop.mail.unsealing import Unsealer
from desktop.models import mailboxes
from desktop.models.delivery import AccountId, Auth, MailAccount, ReceivedState
from desktop.models.records import State
from desktop.sync.mailbox_imap import MailboxError
from desktop.sync.mailbox_poll import Reader
from desktop.sync.mailbox_watch import MailboxWatch
from tests.practice.office import Practice, practice
from tests.servers.dovecot import PASSWORD, Mailboxes
from tests.support.mailbox import account, bounce, kept, letter, reply, stands
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not Mailboxes.installed(), reason="needs Debian's dovecot")
POISON = b"Subject: one that nobody foresaw\r\n\r\npoison\r\n"


class Asked:
    """What gives tokens in a test: the first is stale until another is asked for `instead_of` it."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.refused: list[str] = []

    def __call__(self, owner: str, *, instead_of: str = "") -> str:
        if instead_of:
            self.refused.append(instead_of)
            self.tokens.pop(0)
        return self.tokens[0]


class Stumbling(ParsingWorker):
    """A reader with a bug that one mail brings out."""

    def read(self, data: bytes) -> Understood:
        if b"poison" in data:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return super().read(data)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as made:
        yield made


@pytest.fixture
def server(authority: Authority, office: Practice) -> Iterator[Mailboxes]:
    with Mailboxes(*authority.write_server_files()) as made:
        made.at = office.clock.now().timestamp()
        yield made


@pytest.fixture
def asked() -> Asked:
    return Asked("")


@pytest.fixture
def reader(office: Practice, asked: Asked) -> Iterator[Reader]:
    made = Reader(office.db, office.audit, office.clock, Unsealer(office.db), asked)
    yield made
    made.worker.close()


@pytest.fixture
def watch(office: Practice, reader: Reader) -> Iterator[MailboxWatch]:
    made = MailboxWatch(office.db, reader)
    yield made
    made.stop()


@pytest.fixture
def bugs(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What came to the last resort."""
    found: list[BaseException] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: found.append(args.exc_value))
    return found


def now(office: Practice, one: MailAccount) -> MailAccount:
    found = office.db.read(lambda tx: mailboxes.get(tx, one.id))
    assert found is not None
    return found


def trouble(office: Practice, one: MailAccount) -> str:
    reason = now(office, one).trouble
    return reason.code if reason else ""


def change(office: Practice, one: MailAccount, **changes: object) -> None:
    new = replace(now(office, one), **changes)  # type: ignore[arg-type]
    office.db.write(lambda tx: mailboxes.update(tx, new))


def watching() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "mailbox"]


def test_a_bug_while_reading_is_told_shown_and_ends_the_reading_of_no_other_mail(
    office: Practice,
    server: Mailboxes,
    reader: Reader,
    watch: MailboxWatch,
    authority: Authority,
    bugs: list[BaseException],
) -> None:
    reader.worker = Stumbling()
    row = letter(office)
    one = account(office, server, str(authority.ca_file))
    server.deliver(bounce(row), POISON, reply(row, "When shall I come?"))
    watch.start()
    assert until(lambda: bugs and not watching())
    assert trouble(office, one) == "mailbox-fault"
    for _ in range(2):  # by itself after a pause; at once where somebody asks for it
        watch.refresh(one.id)
        assert until(lambda: trouble(office, one) == "" or not watching())
    assert until(lambda: trouble(office, one) == "")
    assert [type(bug) for bug in bugs] == [UnicodeEncodeError] * 2
    assert stands(office, row.id).state is State.BOUNCED
    waiting = kept(office, ReceivedState.NEW)
    assert sorted(b"poison" in each.raw for each in waiting) == [False, True]


def test_a_bug_is_not_met_again_every_minute(
    office: Practice,
    server: Mailboxes,
    reader: Reader,
    watch: MailboxWatch,
    authority: Authority,
    bugs: list[BaseException],
) -> None:
    reader.worker = Stumbling()
    account(office, server, str(authority.ca_file))
    server.deliver(POISON)
    watch.start()
    assert until(lambda: bugs and not watching())
    watch.start()
    assert watching()
    time.sleep(1.0)
    assert len(bugs) == 1


def test_a_disk_in_trouble_blames_no_mail(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = letter(office)
    one = account(office, server, str(authority.ca_file))
    server.deliver(bounce(row))

    def full(*_: object) -> None:
        raise VaultError("disk-full")

    for _ in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(office.db, "write", full)
            with pytest.raises(VaultError), closing(reader.open(now(office, one))) as mailbox:
                reader.look(now(office, one), mailbox)
    with closing(reader.open(now(office, one))) as mailbox:
        assert reader.look(now(office, one), mailbox).matched == 1


def test_a_corrected_password_is_tried_at_once_and_not_after_the_long_pause(
    office: Practice, server: Mailboxes, watch: MailboxWatch, authority: Authority
) -> None:
    row = letter(office)
    one = account(office, server, str(authority.ca_file))
    office.db.write(lambda tx: mailboxes.set_password(tx, one.id, "wrong"))
    server.deliver(bounce(row))
    watch.start()
    assert until(lambda: trouble(office, one) == "mailbox-sign-in-failed")
    office.db.write(lambda tx: mailboxes.set_password(tx, one.id, PASSWORD))
    watch.refresh(one.id)
    assert until(lambda: stands(office, row.id).state is State.BOUNCED, 25)
    assert until(lambda: trouble(office, one) == "")


def test_a_change_while_waiting_for_mail_is_no_trouble(
    office: Practice, server: Mailboxes, watch: MailboxWatch, authority: Authority
) -> None:
    row = letter(office)
    one = account(office, server, str(authority.ca_file), folder="Reports")
    server.deliver(b"Subject: one\r\n\r\nhello\r\n", folder="Reports")
    watch.start()
    assert until(lambda: "IDLE" in server.log() or now(office, one).last_uid == 1)
    time.sleep(0.5)
    change(office, one, folder="INBOX", uid_validity=0, last_uid=0)
    server.deliver(bounce(row))
    seen: list[str] = []
    watch.refresh(one.id)

    def arrived() -> bool:
        seen.append(trouble(office, one))
        return stands(office, row.id).state is State.BOUNCED

    assert until(arrived)
    assert set(seen) == {""}


def test_a_mailbox_is_not_read_past_the_end_of_its_agreement_while_its_line_stays_open(
    office: Practice, server: Mailboxes, watch: MailboxWatch, authority: Authority
) -> None:
    row, later = letter(office), letter(office)
    one = account(office, server, str(authority.ca_file))
    server.deliver(bounce(row))
    watch.start()
    assert until(lambda: stands(office, row.id).state is State.BOUNCED)
    time.sleep(1.0)  # it waits for news by now
    change(office, one, baa=None)
    server.deliver(bounce(later))
    time.sleep(3.0)
    assert stands(office, later.id).state is State.ACCEPTED


def oauth(office: Practice, server: Mailboxes, authority: Authority) -> MailAccount:
    return account(office, server, str(authority.ca_file), auth=Auth.OAUTH)


def test_a_token_that_the_server_refuses_is_renewed_once(
    office: Practice, server: Mailboxes, reader: Reader, asked: Asked, authority: Authority
) -> None:
    server.take_tokens("fresh")
    one = oauth(office, server, authority)
    asked.tokens = ["stale", "fresh", "never"]
    with closing(reader.open(one)) as mailbox:
        assert mailbox.select("INBOX") > 0
    assert asked.refused == ["stale"]


def test_a_token_that_is_refused_twice_is_trouble(
    office: Practice, server: Mailboxes, reader: Reader, asked: Asked, authority: Authority
) -> None:
    server.take_tokens("fresh")
    one = oauth(office, server, authority)
    asked.tokens = ["stale", "stale too", "fresh"]
    with pytest.raises(MailboxError) as caught:
        reader.open(one)
    assert caught.value.code == "mailbox-sign-in-failed"
    assert asked.refused == ["stale"]


def test_a_password_that_is_refused_is_tried_once(
    office: Practice, server: Mailboxes, reader: Reader, asked: Asked, authority: Authority
) -> None:
    one = account(office, server, str(authority.ca_file))
    with pytest.raises(MailboxError):
        reader.open(one, "wrong")
    assert asked.refused == []
    assert AccountId(one.id) == one.id

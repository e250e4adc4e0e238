"""Reading a real Dovecot over TLS: once, by UID, one folder, nothing marked or lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from demo.authority import Authority
from desktop.mail.mimetree import MAIL_BYTES
from desktop.mail.unsealing import Unsealer
from desktop.models import entries, events, mailboxes, received, suppressions
from desktop.models.delivery import EventKind, MailAccount, Match, ReceivedState
from desktop.models.names import address_key
from desktop.models.records import Message, State
from desktop.sync.mailbox_imap import Access, Fetched, Mailbox, MailboxError, Step
from desktop.sync.mailbox_poll import Look, Reader
from desktop.sync.mailbox_watch import MailboxWatch
from tests.practice.office import Practice, practice
from tests.servers.dovecot import PASSWORD, USER, Mailboxes
from tests.support.mailbox import account, bounce, kept, letter, no_token, reminder, reply, stands, token

pytestmark = pytest.mark.skipif(not Mailboxes.installed(), reason="needs Debian's dovecot")


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
def reader(office: Practice) -> Iterator[Reader]:
    made = Reader(office.db, office.audit, office.clock, Unsealer(office.db), no_token)
    yield made
    made.worker.close()


def access(server: Mailboxes, authority: Authority, security: str = "implicit", **changes: str) -> Access:
    values: dict[str, object] = {
        "host": "localhost",
        "port": server.imaps if security == "implicit" else server.imap,
        "security": security,
        "ca_file": str(authority.ca_file),
        "user": USER,
        "secret": PASSWORD,
        **changes,
    }
    return Access(**values)  # type: ignore[arg-type]


def looked(office: Practice, reader: Reader, one: MailAccount) -> Look:
    """As the program does it: the account as it stands now, a connection of its own."""
    current = office.db.read(lambda tx: mailboxes.get(tx, one.id))
    assert current is not None
    with closing(Mailbox.open(reader.access(current))) as mailbox:
        return reader.look(current, mailbox)


@pytest.mark.parametrize("security", ["implicit", "starttls"])
def test_both_ways_of_tls_sign_in_and_see_the_folder(
    server: Mailboxes, authority: Authority, security: str
) -> None:
    server.deliver(b"Subject: one\r\n\r\nhello\r\n")
    with closing(Mailbox.open(access(server, authority, security))) as mailbox:
        assert mailbox.select("INBOX") > 0
        (uid,) = mailbox.new(0)
        ((fetched,),) = list(mailbox.fetch([uid]))
        assert fetched.raw == b"Subject: one\r\n\r\nhello\r\n"
        assert mailbox.new(uid) == []
        assert mailbox.can_idle


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "wrong"}, "mailbox-sign-in-failed"),
        ({"ca_file": ""}, "mailbox-certificate"),
        ({"host": "127.0.0.2"}, "mailbox-unreachable"),
        ({"ca_file": "/nowhere/ca.pem"}, "mailbox-ca-unreadable"),
    ],
)
def test_what_is_wrong_has_its_own_name(
    server: Mailboxes, authority: Authority, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(MailboxError) as caught:
        Mailbox.open(access(server, authority, **changes))
    assert caught.value.code == code


def test_a_folder_that_is_not_there_is_said_to_be_missing(server: Mailboxes, authority: Authority) -> None:
    with closing(Mailbox.open(access(server, authority))) as mailbox:
        with pytest.raises(MailboxError) as caught:
            mailbox.select("Reports")
        assert caught.value.code == "mailbox-no-folder"


def test_a_bounce_is_matched_once_and_stops_its_address(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    row, other = letter(office), letter(office)
    one = account(office, server, str(authority.ca_file))
    server.deliver(bounce(row, envelope=token(row)), bounce(other, "5.2.2"))
    look = looked(office, reader, one)
    assert (look.counts, look.matched) == ({"bounce": 2}, 2)
    assert looked(office, reader, one).counts == {}
    assert [stands(office, each.id).state for each in (row, other)] == [State.BOUNCED] * 2
    keys = [address_key(each.address) for each in (row, other)]
    assert list(office.db.read(lambda tx: suppressions.live(tx, keys))) == keys[:1]
    (filed,) = office.db.read(lambda tx: received.of_message(tx, row.id))
    assert (filed.matched, filed.state, filed.raw) == (Match.ENVELOPE_ID, ReceivedState.DONE, b"")


def test_mail_that_is_numbered_anew_is_not_counted_again(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    row, late = letter(office), letter(office)
    one = account(office, server, str(authority.ca_file))
    server.deliver(bounce(row), reply(row, "When shall I come?"))
    first = looked(office, reader, one)
    assert first.counts.total() == 2
    before = office.db.read(lambda tx: mailboxes.get(tx, one.id))
    server.number_anew()
    server.deliver(bounce(late))
    again = looked(office, reader, one)
    after = office.db.read(lambda tx: mailboxes.get(tx, one.id))
    assert before is not None
    assert after is not None
    assert after.uid_validity != before.uid_validity
    assert again.counts == {"bounce": 1}
    assert len(office.db.read(lambda tx: events.of_message(tx, row.id))) == 2
    assert stands(office, late.id).state is State.BOUNCED


def test_a_new_mailbox_without_recent_mail_is_not_read_from_its_beginning_by_the_second_look(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    now = office.clock.now().timestamp()
    server.at = now - 20 * 86_400
    server.deliver(*[b"Subject: old\r\n\r\nold\r\n"] * 3)
    one = account(office, server, str(authority.ca_file))
    assert [looked(office, reader, one).counts.total() for _ in range(2)] == [0, 0]
    server.at = now
    server.deliver(b"Subject: new\r\n\r\nnew\r\n")
    assert looked(office, reader, one).counts.total() == 1


def test_a_line_that_drops_while_mail_is_numbered_anew_files_nothing_twice(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = account(office, server, str(authority.ca_file))
    row = letter(office)
    server.deliver(*[reply(row, "When shall I come?") for _ in range(5)])
    looked(office, reader, one)
    server.number_anew()
    monkeypatch.setattr("desktop.sync.mailbox_imap.PORTION_MAILS", 1)
    whole = Mailbox.fetch

    def dropped(self: Mailbox, uids: list[int]) -> Iterator[list[Fetched]]:
        yield next(whole(self, uids))
        raise MailboxError("mailbox-dropped", Step.FOLDER)

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "fetch", dropped)
        with pytest.raises(MailboxError):
            looked(office, reader, one)
    assert looked(office, reader, one).counts.total() == 0
    assert len(office.db.read(received.listing)) == 5


def test_trouble_does_not_count_as_having_read(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    one = account(office, server, str(authority.ca_file))
    looked(office, reader, one)
    before = office.clock.now()
    office.clock.pass_(seconds=10 * 86_400)
    reader.trouble(one.id, MailboxError("mailbox-sign-in-failed", Step.LOGIN, host="localhost"))
    after = office.db.read(lambda tx: mailboxes.get(tx, one.id))
    assert after is not None
    assert after.polled_at == before
    assert after.trouble is not None
    server.at = office.clock.now().timestamp() - 7 * 86_400
    server.deliver(b"Subject: while the password was wrong\r\n\r\nhello\r\n")
    server.number_anew()
    assert looked(office, reader, one).counts.total() == 1


def test_a_folder_that_is_numbered_anew_before_tidying_loses_nothing(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(bounce(letter(office)))
    select = Mailbox.select

    def other(self: Mailbox, folder: str, *, change: bool = False) -> int:
        return select(self, folder, change=change) + change

    monkeypatch.setattr(Mailbox, "select", other)
    looked(office, reader, account(office, server, str(authority.ca_file), tidy=True))
    assert server.kept() == 1


def test_nothing_is_marked_as_read_and_nothing_deleted(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    row = letter(office)
    server.deliver(bounce(row), b"Subject: hello\r\n\r\nhello\r\n")
    looked(office, reader, account(office, server, str(authority.ca_file)))
    assert server.kept() == 2
    assert not [path.name for path in (server.folder / "mail" / "cur").iterdir() if "S" in path.name[-6:]]


def test_tidy_deletes_reports_that_were_matched_and_nothing_else(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    row = letter(office)
    forged = bounce(row, original="Message-ID: <aaaaaaaaaaaaaaaaaaaaaaaaaa@harbor.example>")
    server.deliver(bounce(row), forged, reply(row, "Thank you"), b"Subject: hello\r\n\r\nhello\r\n")
    look = looked(office, reader, account(office, server, str(authority.ca_file), tidy=True))
    assert look.counts["bounce"] == 1
    assert server.kept() == 3


def test_a_plain_yes_confirms_the_visit_and_a_question_waits_for_a_person(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    maria = office.person()
    row = reminder(office, maria)
    one = account(office, server, str(authority.ca_file))
    server.deliver(reply(row, "Yes, thank you!\nMaria"), reply(row, "Yes, but can I come at three?"))
    looked(office, reader, one)
    kinds = [event.kind for event in office.db.read(lambda tx: events.of_message(tx, row.id))]
    assert sorted(kinds) == [EventKind.CONFIRMED, EventKind.REPLIED]
    (waiting,) = kept(office, ReceivedState.NEW)
    assert (waiting.person, waiting.message) == (maria.id, row.id)
    assert b"can I come at three" in waiting.raw


def with_a_scan(row: Message, octets: int) -> bytes:
    """A reply with a file of so many octets."""
    lines = reply(row, "Please see the scan.").split(b"Content-Type: text/plain; charset=utf-8")
    scan = b"QUJD" * (octets // 4)
    return (
        lines[0]
        + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain; charset=utf-8"
        + lines[1]
        + b"\r\n--m\r\nContent-Type: image/jpeg; name=scan.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b"\r\n".join(scan[at : at + 72] for at in range(0, len(scan), 72))
        + b"\r\n--m--\r\n"
    )


def test_a_file_of_ten_megabytes_is_kept_whole_and_listed(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    row = letter(office)
    mail = with_a_scan(row, 10 * 1024 * 1024)
    server.deliver(mail)
    looked(office, reader, account(office, server, str(authority.ca_file)))
    (waiting,) = office.db.read(lambda tx: received.of_message(tx, row.id))
    assert (waiting.raw, waiting.details["size"]) == (mail, len(mail))
    assert "cut" not in waiting.details
    entry = office.db.read(lambda tx: entries.of_received(tx, waiting.id))
    assert entry is not None
    assert [(file.name, file.size) for file in entry.files] == [("scan.jpg", 10 * 1024 * 1024 // 4 * 3)]


def test_a_mail_of_fifty_megabytes_costs_its_beginning_and_says_so(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    row = letter(office)
    server.deliver(reply(row, "Please see the scan.") + b"x" * 70 + b"\r\n" * 25_000_000)
    looked(office, reader, account(office, server, str(authority.ca_file)))
    (waiting,) = kept(office, ReceivedState.NEW)
    assert int(waiting.details["size"]) > 50_000_000
    assert len(waiting.raw) == MAIL_BYTES
    assert waiting.details["cut"] == 1


def test_new_mail_is_read_while_waiting_and_waiting_ends_at_once(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    row, later = letter(office), letter(office)
    account(office, server, str(authority.ca_file))
    server.deliver(bounce(row))
    watch = MailboxWatch(office.db, reader)
    assert not bool(watch.reads_mail)
    watch.start()
    try:
        assert bool(watch.reads_mail)
        assert _until(lambda: stands(office, row.id).state is State.BOUNCED)
        server.deliver(bounce(later))
        assert _until(lambda: stands(office, later.id).state is State.BOUNCED)
    finally:
        watch.stop()
    assert _until(lambda: not [each for each in threading.enumerate() if each.name == "mailbox"])
    assert not bool(watch.reads_mail)


def test_a_mailbox_without_agreement_is_not_read(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority
) -> None:
    account(office, server, str(authority.ca_file), baa=None)
    watch = MailboxWatch(office.db, reader)
    watch.start()
    assert not bool(watch.reads_mail)
    watch.stop()
    assert "Login:" not in server.log()


def test_a_lost_server_is_said_and_found_again(
    office: Practice, server: Mailboxes, reader: Reader, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.sync.mailbox_watch.AGAIN", 0.2)
    row = letter(office)
    one = account(office, server, str(authority.ca_file), port=1)
    watch = MailboxWatch(office.db, reader)
    watch.start()
    try:

        def trouble() -> str:
            found = office.db.read(lambda tx: mailboxes.get(tx, one.id))
            return found.trouble.code if found and found.trouble else ""

        assert _until(lambda: trouble() == "mailbox-unreachable")
        server.deliver(bounce(row))
        current = office.db.read(lambda tx: mailboxes.get(tx, one.id))
        assert current is not None
        office.db.write(
            lambda tx: mailboxes.update(tx, type(current)(**{**vars(current), "port": server.imaps}))
        )
        assert _until(lambda: stands(office, row.id).state is State.BOUNCED)
        assert _until(lambda: trouble() == "")
    finally:
        watch.stop()


def _until(true: object, seconds: float = 20.0) -> bool:
    assert callable(true)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False

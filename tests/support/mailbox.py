"""Messages of ours that stand where a test wants them, and what comes back about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from desktop.mail.incoming import Arrived, Filed, file_all
from desktop.mail.letters import Draft
from desktop.mail.returned_reading import from_json, to_json, understand
from desktop.models import mailboxes, messages, received
from desktop.models.database import Tx
from desktop.models.delivery import AccountId, Auth, MailAccount, Received, ReceivedState
from desktop.models.ids import new_id
from desktop.models.records import Baa, Label, Message, MessageId, Person, State
from tests.practice.office import TUESDAY, Practice
from tests.servers.dovecot import PASSWORD, USER, Mailboxes


def letter(office: Practice, person: Person | None = None, state: State = State.ACCEPTED) -> Message:
    """A letter that stands in `state`; to somebody new unless to `person`."""
    person = person or office.person(email=f"{new_id()[:12]}@mail.example")
    draft = Draft(person.id, "Hello", "A text.", label=Label.ROUTINE)
    frozen = office.letters.seal(office.db.read(lambda tx: office.letters.prepare(tx, draft)), office.sealer)
    row = office.db.write(lambda tx: office.outbox.enqueue(tx, frozen, office.session))
    office.db.write(lambda tx: messages.move(tx, row.id, State.QUEUED, state))
    return stands(office, row.id)


def reminder(office: Practice, person: Person) -> Message:
    """An accepted reminder of tomorrow's visit."""
    office.visit(person)
    plan = office.db.read(lambda tx: office.reminders.plan(tx, TUESDAY))
    sealed = office.reminders.seal(plan)
    (found,) = office.db.write(lambda tx: office.reminders.enqueue(tx, sealed, office.session)).messages
    office.db.write(lambda tx: messages.move(tx, found.id, State.QUEUED, State.ACCEPTED))
    return stands(office, found.id)


def stands(office: Practice, message: MessageId) -> Message:
    row = office.db.read(lambda tx: messages.get(tx, message))
    if row is None:
        raise LookupError(message)
    return row


def token(row: Message) -> str:
    return row.message_id[1:].partition("@")[0]


def bounce(
    row: Message, status: str = "5.1.1", action: str = "failed", recipient: str = "", **more: str
) -> bytes:
    """A report as Postfix writes it; `more` are `envelope`, `original` and `text`."""
    address = recipient or row.address
    mark = new_id()[:8]
    original = more.get("original", f"Message-ID: {row.message_id}")
    envelope = f"Original-Envelope-Id: {more['envelope']}\n" if "envelope" in more else ""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: office@harbor.example
Message-ID: <{mark}@mx.example.net>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="b{mark}"

--b{mark}
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net. {more.get("text", "")}

--b{mark}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
{envelope}
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--b{mark}
Content-Type: message/rfc822

{original}
From: office@harbor.example
To: {address}
Subject: A message from the practice

--b{mark}--
""".replace("\n", "\r\n").encode()


def reply(row: Message, text: str, sender: str = "", head: str = "") -> bytes:
    """What a person answers in their mail program, with the quote below."""
    return f"""\
From: Maria <{sender or row.address}>
To: office@harbor.example
Message-ID: <{new_id()}@mail.example>
In-Reply-To: {row.message_id}
References: {row.message_id}
Subject: Re: A message from the practice
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
{head}
{text}

On Mon, Nov 23, 2026 at 9:00 AM Harbor Clinic <office@harbor.example> wrote:
> Your visit is on Tuesday. No reply is needed.
""".replace("\n", "\r\n").encode()


def a_box(office: Practice) -> AccountId:
    """A mailbox that mail is put on file from, without a server."""
    one = MailAccount(
        AccountId(new_id()),
        *("Office", "imap.example", 993, "implicit", "", "office", Auth.PASSWORD),
        *("office@harbor.example", "INBOX", "", 5, False, None, office.clock.now()),
    )
    office.db.write(lambda tx: mailboxes.add(tx, one, "secret"))
    return one.id


def arrives(
    office: Practice, box: AccountId, *mails: bytes, at: datetime | None = None, first: int = 0
) -> Filed:
    """These mails, as fetched and understood, put on file together."""
    when = at or office.clock.now() + timedelta(minutes=1)
    first = first or 1 + len(office.db.read(received.listing))
    made = [
        Arrived(uid, when, len(raw), from_json(to_json(understand(raw))), raw)
        for uid, raw in enumerate(mails, start=first)
    ]
    now = office.clock.now()
    return office.db.write(lambda tx: file_all(tx, office.audit, box, 1, made, now))


def kept(office: Practice, state: ReceivedState | None = None) -> list[Received]:
    """What is on file, with its bytes."""

    def look(tx: Tx) -> list[Received]:
        found = (received.get(tx, one.id) for one in received.listing(tx, state=state))
        return [one for one in found if one is not None]

    return office.db.read(look)


def no_token(owner: str, *, instead_of: str = "") -> str:
    """For mailboxes that are opened by their password."""
    return ""


def account(office: Practice, server: Mailboxes, ca_file: str, **changes: object) -> MailAccount:
    """The mailbox of `server`, kept in the practice."""
    values: dict[str, object] = {
        "id": AccountId(new_id()),
        "name": "Office",
        "host": "localhost",
        "port": server.imaps,
        "security": "implicit",
        "ca_file": ca_file,
        "user": USER,
        "auth": Auth.PASSWORD,
        "address": "office@harbor.example",
        "folder": "INBOX",
        "sent_folder": "",
        "minutes": 5,
        "tidy": False,
        "baa": Baa("Mail Inc.", office.clock.now().date() - timedelta(days=30), None, "mail"),
        "made_at": office.clock.now(),
        **changes,
    }
    one = MailAccount(**values)  # type: ignore[arg-type]
    office.db.write(lambda tx: mailboxes.add(tx, one, PASSWORD))
    return one

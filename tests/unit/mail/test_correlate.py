"""G29: which message a report is about; what is forged, leaked or late moves nothing and stops nobody."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import update

from desktop.mail.events import note_all
from desktop.mail.returned_parts import READ_BYTES
from desktop.models import appointments, events, messages, receipts, received, suppressions, tasks
from desktop.models.delivery import (
    AccountId,
    DeliveryEvent,
    EventKind,
    Match,
    Received,
    ReceivedState,
)
from desktop.models.records import AppointmentId, Message, State, VisitStatus
from desktop.models.tables_mail import message
from tests.practice.office import Practice
from tests.support.mailbox import a_box, arrives, bounce, kept, letter, reminder, reply, stands, token


@pytest.fixture
def box(office: Practice) -> AccountId:
    return a_box(office)


def only(office: Practice) -> Received:
    (row,) = kept(office)
    return row


def stopped(office: Practice) -> int:
    return len(office.db.read(suppressions.listing))


def untouched(office: Practice, row: Message) -> bool:
    return stopped(office) == 0 and stands(office, row.id).state is State.ACCEPTED


WAYS = [
    (Match.ENVELOPE_ID, lambda row: bounce(row, envelope=token(row), original="X: y")),
    (Match.MESSAGE_ID, lambda row: bounce(row)),
    (Match.HEADER, lambda row: bounce(row, original=f"X-Reference: {token(row)}")),
    (
        Match.BOUNDARY,
        lambda row: bounce(row, original=f'Content-Type: multipart/mixed; boundary="=_{token(row)}"'),
    ),
    (
        Match.RETURN_PATH,
        lambda row: (
            b"Delivered-To: office+"
            + token(row).encode()
            + b"@harbor.example\r\n"
            + bounce(row, original="X: y")
        ),
    ),
]


@pytest.mark.parametrize(("how", "make"), WAYS, ids=[how.value for how, _ in WAYS])
def test_any_one_token_is_enough(office: Practice, box: AccountId, how: Match, make: object) -> None:
    row = letter(office)
    assert callable(make)
    assert arrives(office, box, make(row)).matched == 1
    assert stands(office, row.id).state is State.BOUNCED
    assert only(office).matched is how
    assert stopped(office) == 1


def test_a_relay_that_rewrites_the_message_id_is_known_by_its_own_name(
    office: Practice, box: AccountId
) -> None:
    """As Amazon SES: neither Message-ID nor ENVID of ours comes back."""
    row = letter(office)
    ref = "0100018f7a1b2c3d-4e5f6a7b-8c9d-4e0f-a1b2-c3d4e5f6a7b8-000000"
    now = office.clock.now()
    office.db.write(lambda tx: receipts.put_many(tx, [(row.id, ref, now)]))
    arrives(office, box, bounce(row, original=f"Message-ID: <{ref}@email.amazonses.com>"))
    assert stands(office, row.id).state is State.BOUNCED
    assert only(office).matched is Match.RELAY_REF


def test_a_short_queue_id_could_be_guessed_and_is_left_to_a_person(office: Practice, box: AccountId) -> None:
    row = letter(office)
    now = office.clock.now()
    office.db.write(lambda tx: receipts.put_many(tx, [(row.id, "4F2A91C3D0", now)]))
    arrives(office, box, bounce(row, original="Message-ID: <4F2A91C3D0@mx.example.net>"))
    assert untouched(office, row)
    assert only(office).details["doubt"] == "weak-name"


def test_a_thousand_forged_bounces_stop_nobody(office: Practice, box: AccountId) -> None:
    rows = [letter(office) for _ in range(3)]
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    forged = []
    for number in range(1000):
        guess = "".join(secrets.choice(alphabet) for _ in range(26))
        row = rows[number % 3]
        forged.append(
            bounce(
                row, envelope=guess, original=f"Message-ID: <{guess}@harbor.example>\nX-Reference: {guess}"
            )
        )
    filed = arrives(office, box, *forged)
    assert (filed.matched, filed.counts) == (0, {"foreign": 1000})
    assert all(untouched(office, row) for row in rows)
    assert not office.db.read(lambda tx: received.listing(tx, state=ReceivedState.NEW))


def test_a_token_that_leaked_stops_no_other_address(office: Practice, box: AccountId) -> None:
    """Somebody was handed Maria's mail and writes a report about Carlos with her token."""
    marias, carlos = letter(office), letter(office)
    arrives(office, box, bounce(marias, recipient=carlos.address))
    assert untouched(office, marias)
    assert untouched(office, carlos)
    row = only(office)
    assert (row.state, row.details["doubt"]) == (ReceivedState.NEW, "other-recipient")


def test_a_report_that_names_two_of_our_messages_moves_none(office: Practice, box: AccountId) -> None:
    one, two = letter(office), letter(office)
    arrives(office, box, bounce(one, envelope=token(two)))
    assert untouched(office, one)
    assert untouched(office, two)
    assert only(office).details["doubt"] == "two-messages"


def test_the_address_alone_is_nothing(office: Practice, box: AccountId) -> None:
    row = letter(office)
    arrives(office, box, bounce(row, original="Message-ID: <somebody@else.example>"))
    assert untouched(office, row)
    assert only(office).message is None


@pytest.mark.parametrize("days", [-1, 60])
def test_a_bounce_before_the_message_or_long_after_it_is_doubted(
    office: Practice, box: AccountId, days: int
) -> None:
    row = letter(office)
    arrives(office, box, bounce(row), at=office.clock.now() + timedelta(days=days))
    assert untouched(office, row)
    assert only(office).details["doubt"] == "too-late"


def test_who_has_answered_is_not_stopped_by_a_bounce(office: Practice, box: AccountId) -> None:
    row = letter(office)
    now = office.clock.now()
    told = DeliveryEvent(EventKind.PICKED_UP, now, "storage", "1", row.id, row.person)
    office.db.write(lambda tx: note_all(tx, office.audit, [told], now))
    arrives(office, box, bounce(row))
    assert untouched(office, row)
    assert only(office).details["doubt"] == "contradiction"


def test_a_message_that_never_left_cannot_bounce(office: Practice, box: AccountId) -> None:
    row = letter(office, state=State.CANCELLED)
    arrives(office, box, bounce(row))
    assert stopped(office) == 0
    assert stands(office, row.id).state is State.CANCELLED


def test_mail_about_what_is_being_sent_waits(office: Practice, box: AccountId) -> None:
    row, other = letter(office, state=State.DOT_SENT), letter(office)
    filed = arrives(office, box, bounce(other), bounce(row), bounce(other, "4.4.1", "delayed"))
    assert filed.upto == 1
    assert len(office.db.read(received.listing)) == 1
    office.db.write(lambda tx: messages.move(tx, row.id, State.DOT_SENT, State.ACCEPTED))
    assert arrives(office, box, bounce(row), first=2).upto == 2
    assert stands(office, row.id).state is State.BOUNCED


def test_a_reply_from_another_address_is_for_a_person_and_no_answer(office: Practice, box: AccountId) -> None:
    row = reminder(office, office.person())
    arrives(office, box, reply(row, "Yes", sender="somebody@else.example"))
    assert office.db.read(lambda tx: events.of_message(tx, row.id)) == []
    assert only(office).state is ReceivedState.NEW


def test_a_yes_to_a_visit_that_was_moved_is_no_yes(office: Practice, box: AccountId) -> None:
    row = reminder(office, office.person())
    visit = office.db.read(lambda tx: appointments.get(tx, AppointmentId(row.source)))
    assert visit is not None
    office.change_visit(visit, status=VisitStatus.CANCELLED)
    arrives(office, box, reply(row, "Yes"))
    (event,) = office.db.read(lambda tx: events.of_message(tx, row.id))
    assert event.kind is EventKind.REPLIED
    assert only(office).state is ReceivedState.NEW


def test_a_no_is_a_task_and_stays_for_a_person(office: Practice, box: AccountId) -> None:
    row = reminder(office, office.person())
    arrives(office, box, reply(row, "No puedo ir"))
    (event,) = office.db.read(lambda tx: events.of_message(tx, row.id))
    assert (event.kind, event.details["appointment"]) == (EventKind.DECLINED, row.source)
    assert [one.source for one in office.db.read(lambda tx: tasks.open_ones(tx, "declined"))] == [row.id]
    assert only(office).state is ReceivedState.NEW


def beside(row: Message, part: bytes) -> bytes:
    """A yes with one more part in its mail."""
    mail = reply(row, "Yes").replace(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain\r\n\r\n",
    )
    return mail + b"\r\n--m\r\nContent-Type: " + part + b"\r\n--m--\r\n"


@pytest.mark.parametrize(
    "part",
    [
        b"application/pdf\r\n\r\nscan",
        b"text/plain; name=note.txt\r\n\r\nBut I cannot come before 11.",
        b"text/html; name=note.html\r\n\r\n<p>But I cannot come before 11.</p>",
    ],
)
def test_a_file_beside_a_yes_is_for_a_person(office: Practice, box: AccountId, part: bytes) -> None:
    row = reminder(office, office.person())
    arrives(office, box, beside(row, part))
    (event,) = office.db.read(lambda tx: events.of_message(tx, row.id))
    assert event.kind is EventKind.REPLIED
    assert only(office).state is ReceivedState.NEW


def test_a_yes_in_two_forms_is_one_yes(office: Practice, box: AccountId) -> None:
    row = reminder(office, office.person())
    mail = beside(row, b"text/html\r\n\r\n<p>Yes</p><blockquote>Your visit</blockquote>")
    arrives(office, box, mail.replace(b"multipart/mixed", b"multipart/alternative"))
    (event,) = office.db.read(lambda tx: events.of_message(tx, row.id))
    assert event.kind is EventKind.CONFIRMED


def test_a_yes_in_a_mail_that_was_not_read_whole_confirms_nothing(office: Practice, box: AccountId) -> None:
    row = reminder(office, office.person())
    arrives(office, box, reply(row, "Yes") + b"\r\n" * (READ_BYTES // 2))
    (event,) = office.db.read(lambda tx: events.of_message(tx, row.id))
    assert event.kind is EventKind.REPLIED
    assert only(office).state is ReceivedState.NEW


@pytest.mark.parametrize(
    "subject",
    ["I am on vacation that week", "Estoy de vacaciones, cambiar cita", "Re: Automatic reply: your question"],
)
def test_a_patient_who_is_away_is_read_and_her_mail_stays_on_the_server(
    office: Practice, box: AccountId, subject: str
) -> None:
    row = letter(office)
    mail = reply(row, "Can we move my visit? I feel worse.")
    filed = arrives(office, box, mail.replace(b"Re: A message from the practice", subject.encode("utf-8")))
    found = only(office)
    assert (found.kind, found.state, filed.tidy) == ("message", ReceivedState.NEW, [])
    assert b"I feel worse" in found.raw


def test_only_reports_by_servers_are_ever_deleted(office: Practice, box: AccountId) -> None:
    row = letter(office)
    away = reply(
        row, "Back on Monday. If urgent, I am in the hospital.", head="Auto-Submitted: auto-replied\n"
    )
    assert arrives(office, box, bounce(letter(office)), away).tidy == [1]


def test_a_failure_notice_that_a_patient_sends_on_is_read(office: Practice, box: AccountId) -> None:
    """By its words it is a server's; by its address it is hers."""
    maria = office.person()
    mail = (
        f"From: {maria.email}\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n"
        "550 5.1.1 user unknown\r\nI got this when I wrote to you. My chest hurts.\r\n"
    ).encode()
    filed = arrives(office, box, mail)
    found = only(office)
    assert (found.state, found.person, found.raw, filed.tidy) == (ReceivedState.NEW, maria.id, mail, [])


def test_mail_from_an_address_that_two_people_share_is_read(office: Practice, box: AccountId) -> None:
    for _ in range(2):
        office.person(email="family@mail.example")
    mail = b"From: family@mail.example\r\nSubject: Today\r\n\r\nMy chest hurts, may I come today?\r\n"
    arrives(office, box, mail)
    found = only(office)
    assert (found.state, found.person, found.raw) == (ReceivedState.NEW, None, mail)
    assert found.details["words"] == "My chest hurts, may I come today?"


@pytest.mark.parametrize("text", ["Stop", "Remove me"])
def test_stop_in_answer_to_a_letter_is_read(office: Practice, box: AccountId, text: str) -> None:
    """She may mean the letters, the visits or the medicine: only news ends by itself."""
    row = letter(office)
    arrives(office, box, reply(row, text))
    found = only(office)
    assert (found.kind, found.state) == ("unsubscribe", ReceivedState.NEW)
    assert text.encode() in found.raw


@pytest.mark.parametrize(
    ("subject", "text", "state"),
    [
        ("Re: news", "Stop", ReceivedState.DONE),
        ("unsubscribe", "Thank you", ReceivedState.DONE),
        ("unsubscribe", "And please call me, I feel worse.", ReceivedState.NEW),
        ("Re: news", "Stop\n\n> Dear Maria\n\nthe tablets, or not?", ReceivedState.NEW),
    ],
)
def test_stop_in_answer_to_news_is_done_if_nothing_else_is_said(
    office: Practice, box: AccountId, subject: str, text: str, state: ReceivedState
) -> None:
    row = letter(office)
    office.db.write(lambda tx: tx.connection.execute(update(message).values(kind="campaign")))
    arrives(
        office, box, reply(row, text).replace(b"Re: A message from the practice", subject.encode("utf-8"))
    )
    assert only(office).state is state


@pytest.mark.parametrize("field", ["From: {}x@shop.example", "From: <x@shop.example>\r\nMessage-ID: <q{}@b>"])
def test_half_a_character_in_a_strangers_header_ends_no_reading(
    office: Practice, box: AccountId, field: str
) -> None:
    head = field.format("=?utf-7?q?+2AA-?=")
    arrives(office, box, f"{head}\r\nSubject: hi\r\n\r\nhello\r\n".encode())
    assert only(office).state is ReceivedState.DONE


def test_what_shops_write_to_many_is_not_kept_and_what_patients_write_is(
    office: Practice, box: AccountId
) -> None:
    maria = office.person()
    strange = b"From: offer@shop.example\r\nList-Id: <news.shop.example>\r\nSubject: Buy\r\n\r\nBuy now\r\n"
    hers = f"From: {maria.email}\r\nSubject: A question\r\n\r\nWhen do you open?\r\n".encode()
    arrives(office, box, strange, hers)
    new, done = kept(office)
    assert (new.person, new.state, new.raw) == (maria.id, ReceivedState.NEW, hers)
    assert (done.person, done.state, done.raw, done.sender) == (None, ReceivedState.DONE, b"", "")

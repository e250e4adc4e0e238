"""What comes back, in the forms in which mail servers and people send it."""

from __future__ import annotations

import random

import pytest

from desktop.mail.returned import Kind, Returned, classify
from desktop.mail.returned_text import is_hard

WHO = "maria@example.com"


def crlf(text: str) -> bytes:
    return text.strip("\n").replace("\n", "\r\n").encode()


def report(fields: str, original: str = "Message-ID: <a1@practice.example>", outer: str = "") -> bytes:
    """A delivery report as Postfix writes it."""
    return crlf(f"""
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: office@practice.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
{outer}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="b1"

This is a MIME-encapsulated message.

--b1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Original-Envelope-Id: tok-77

{fields}

--b1
Content-Type: message/rfc822

{original}
From: office@practice.example
To: {WHO}
Subject: A message from the practice

hello
--b1--
""")


def dsn(action: str, status: str, diagnostic: str = "", **more: str) -> bytes:
    fields = [f"Final-Recipient: rfc822; {WHO}", f"Action: {action}", f"Status: {status}"]
    if diagnostic:
        fields.append(f"Diagnostic-Code: smtp; {diagnostic}")
    fields += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return report("\n".join(fields))


@pytest.mark.parametrize(
    ("status", "diagnostic", "hard"),
    [
        ("5.1.1", "550 5.1.1 <maria@example.com>: Recipient address rejected: User unknown", True),
        ("5.1.2", "Host or domain name not found. Name service error", True),
        ("5.1.10", "556 5.1.10 recipient address has null MX", True),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", True),
        ("5.0.0", "550 no such user here", True),
        ("5.0.0", "550 5.1.1 user unknown", True),
        ("5.4.4", "Host not found", True),
        ("5.0.0", "551 not local", True),
        ("5.2.2", "552 5.2.2 Mailbox full", False),
        ("5.0.0", "552 mailbox is full, user unknown to us as active", False),
        ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", False),
        ("5.7.1", "550 5.7.1 Message rejected as spam", False),
        ("5.7.26", "550-5.7.26 Unauthenticated email is not accepted due to DMARC policy", False),
        ("5.4.7", "Delivery time expired: connection timed out", False),
        ("5.0.0", "554 transaction failed", False),
        ("4.4.1", "connection refused", False),
    ],
)
def test_a_bounce_is_hard_only_where_the_address_is_gone(status: str, diagnostic: str, hard: bool) -> None:
    found = classify(dsn("failed", status, diagnostic))
    assert found.kind is Kind.BOUNCE
    (one,) = found.recipients
    assert (one.address, one.action, one.hard) == (WHO, "failed", hard)


def test_a_report_tells_its_recipient_status_original_and_envelope() -> None:
    found = classify(dsn("failed", "5.1.1", "550 5.1.1 User unknown"))
    assert found.recipients == (Returned(WHO, "failed", "5.1.1", True),)
    assert (found.original, found.envelope) == ("<a1@practice.example>", "tok-77")


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("delayed", "4.4.1", Kind.DELAY),
        ("delivered", "2.0.0", Kind.DELIVERED),
        ("relayed", "2.1.9", Kind.DELIVERED),
        ("expanded", "2.0.0", Kind.DELIVERED),
        ("Failed (user unknown)", "5.1.1 (bad mailbox)", Kind.BOUNCE),
    ],
)
def test_reports_of_other_ends(action: str, status: str, kind: Kind) -> None:
    found = classify(dsn(action, status))
    assert found.kind is kind
    assert found.recipients[0].hard is (kind is Kind.BOUNCE)


def test_one_report_about_several_people_keeps_them_apart() -> None:
    both = (
        "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; b@example.com\nAction: delayed\nStatus: 4.2.2\n"
        "Diagnostic-Code: smtp; 452 4.2.2\n over quota"
    )
    found = classify(report(both))
    assert found.kind is Kind.BOUNCE
    assert [(one.address, one.action, one.hard) for one in found.recipients] == [
        ("a@example.com", "failed", True),
        ("b@example.com", "delayed", False),
    ]


def test_the_address_that_was_written_to_wins_over_where_it_was_forwarded() -> None:
    one = dsn("failed", "5.1.1", Original_Recipient="rfc822;maria+2Blab@example.com")
    assert classify(one).recipients[0].address == "maria+lab@example.com"


def test_a_report_without_action_is_read_by_its_status() -> None:
    assert classify(report(f"Final-Recipient: rfc822; {WHO}\nStatus: 4.2.0")).kind is Kind.DELAY
    assert classify(report(f"Final-Recipient: rfc822; {WHO}\nStatus: 5.1.1")).kind is Kind.BOUNCE


def test_header_fields_alone_name_the_original() -> None:
    one = dsn("failed", "5.1.1").replace(b"message/rfc822", b"text/rfc822-headers")
    assert classify(one).original == "<a1@practice.example>"


QMAIL = crlf(f"""
From: MAILER-DAEMON@mail.example.net
To: office@practice.example
Subject: failure notice

Hi. This is the qmail-send program at mail.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{WHO}>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 unknown user

--- Below this line is a copy of the message.

Message-ID: <q7@practice.example>
""")
EXIM = crlf(f"""
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: office@practice.example
X-Failed-Recipients: {WHO}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its recipients.

  {WHO}
    host mx.example.com: 550 No such recipient here
""")
EXIM_DELAY = crlf("""
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: office@practice.example
Subject: Warning: message 1abc delayed 24 hours

This message was created automatically by mail delivery software.
No action is required on your part. Delivery attempts will continue.

  maria@example.com
    host mx.example.com: 451 greylisted, try again later
""")
EXCHANGE = crlf(f"""
From: postmaster@hospital.example
To: office@practice.example
Subject: Undeliverable: A message from the practice

Your message did not reach some or all of the intended recipients.
{WHO}
The e-mail account does not exist at the organization. #5.1.1
""")
SPANISH = crlf(f"""
From: Mail Delivery Subsystem <mailer-daemon@correo.example>
To: office@practice.example
Subject: =?utf-8?Q?Mensaje_no_entregado?=
Content-Type: text/plain; charset=utf-8

No se ha encontrado la dirección {WHO}
550 5.1.1 usuario desconocido
""")
FULL = crlf(f"""
From: MAILER-DAEMON@mail.example.net
To: office@practice.example
Subject: failure notice

<{WHO}>:
552 5.2.2 Mailbox is full
""")


@pytest.mark.parametrize(
    ("mail", "hard"), [(QMAIL, True), (EXIM, True), (EXCHANGE, True), (SPANISH, True), (FULL, False)]
)
def test_bounces_without_a_report_are_read_from_their_words(mail: bytes, hard: bool) -> None:
    found = classify(mail)
    assert found.kind is Kind.BOUNCE
    assert [(one.address, one.hard) for one in found.recipients] == [(WHO, hard)]


def test_a_warning_in_words_is_a_delay() -> None:
    found = classify(EXIM_DELAY)
    assert found.kind is Kind.DELAY
    assert found.recipients == (Returned(WHO, "delayed", "", False),)


def test_the_original_is_found_in_the_copy_below_a_notice() -> None:
    assert classify(QMAIL).original == "<q7@practice.example>"


def typed(report_type: str, part: str, fields: str) -> bytes:
    return crlf(f"""
From: feedback@mailhost.example
To: office@practice.example
Subject: report
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report_type}; boundary=x

--x
Content-Type: text/plain

words
--x
Content-Type: {part}

{fields}
--x
Content-Type: message/rfc822

Message-ID: <c3@practice.example>
Subject: news

hello
--x--
""")


def test_a_complaint_names_who_complained() -> None:
    fields = f"Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: <{WHO}>"
    found = classify(typed("feedback-report", "message/feedback-report", fields))
    assert found.kind is Kind.COMPLAINT
    assert found.recipients[0].address == WHO
    assert found.original == "<c3@practice.example>"


@pytest.mark.parametrize(("kind", "expected"), [("not-spam", Kind.MESSAGE), ("opt-out", Kind.UNSUBSCRIBE)])
def test_other_feedback_is_no_complaint(kind: str, expected: Kind) -> None:
    found = classify(typed("feedback-report", "message/feedback-report", f"Feedback-Type: {kind}"))
    assert found.kind is expected


def test_a_receipt_is_no_more_than_that() -> None:
    fields = (
        f"Final-Recipient: rfc822;{WHO}\nOriginal-Message-ID: <m9@practice.example>\n"
        "Disposition: manual-action/MDN-sent-manually; displayed"
    )
    found = classify(typed("disposition-notification", "message/disposition-notification", fields))
    assert (found.kind, found.original) == (Kind.RECEIPT, "<m9@practice.example>")
    assert found.recipients == (Returned(WHO, "displayed", "", False),)


def plain(subject: str, text: str, extra: str = "") -> bytes:
    head = f"From: Maria <{WHO}>\nTo: office@practice.example\nSubject: {subject}\n{extra}"
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    "mail",
    [
        plain("Out of Office: your message", "I am back on Monday."),
        plain("Respuesta automática: cita", "Estoy de viaje."),
        plain("hello", "away", "Auto-Submitted: auto-replied (vacation)\n"),
        plain("hello", "away", "X-Autoreply: yes\n"),
        plain("hello", "away", "Precedence: auto_reply\n"),
    ],
)
def test_an_absence_is_an_automatic_reply(mail: bytes) -> None:
    found = classify(mail)
    assert found.kind is Kind.AUTO_REPLY
    assert found.recipients[0].address == WHO


@pytest.mark.parametrize(
    "mail",
    [
        plain("unsubscribe", ""),
        plain("Re: Unsubscribe.", "thank you"),
        plain("Re: Our autumn letter", "STOP\n\nOn Monday the practice wrote:\n> Dear Maria"),
        plain("Re: carta", "Darme de baja\n\nEl lunes la consulta escribió:\n> Hola"),
        plain("Re: letter", "Please remove me."),
    ],
)
def test_the_short_words_that_mean_no_more_are_understood(mail: bytes) -> None:
    found = classify(mail)
    assert (found.kind, found.recipients[0].address) == (Kind.UNSUBSCRIBE, WHO)


@pytest.mark.parametrize(
    "mail",
    [
        plain("Re: visit", "Can I stop taking the tablets before the visit?"),
        plain("Re: visit", "Please remove the stitches on Tuesday, I cannot come on Monday."),
        plain("My father's mail came back", "He got: 550 5.1.1 user unknown. Can you check his address?"),
        plain("Undeliverable", "I got this back when I wrote to you, what is wrong?"),
        plain("Question", "hello", "Auto-Submitted: no\n"),
        b"",
        b"\x00\xff\xfe",
        b"no header at all",
    ],
)
def test_what_people_write_stays_a_message(mail: bytes) -> None:
    assert classify(mail).kind is Kind.MESSAGE


def test_a_report_that_somebody_forwards_to_us_is_not_a_report_of_ours() -> None:
    inner = dsn("failed", "5.1.1").decode()
    forwarded = (
        "From: maria@example.com\r\nSubject: Fwd: what is this?\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\n"
        "I got this.\r\n--out\r\nContent-Type: message/rfc822\r\n\r\n" + inner + "\r\n--out--\r\n"
    )
    assert classify(forwarded.encode()).kind is Kind.MESSAGE


def test_nesting_without_end_and_a_hundred_thousand_parts_are_read_as_far_as_it_goes() -> None:
    deep = b"From: a@example.com\r\n"
    for level in range(600):
        deep += f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n".encode()
    wide = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000
    for data in (deep, wide, deep + wide):
        assert classify(data).kind is Kind.MESSAGE


def test_g29_mutated_reports_never_raise_and_stay_bounded() -> None:
    """A fixed small budget; anything at any byte."""
    pick = random.Random(29)
    seeds = [dsn("failed", "5.1.1", "550 user unknown"), QMAIL, EXIM, SPANISH, plain("stop", "stop")]
    pieces = [b"\r\n", b"\n\n", b"--b1\r\n", b"=?utf-8?q?", b";\x00=", b"\xff" * 9]
    for _ in range(1_500):
        data = bytearray(pick.choice(seeds))
        for _ in range(pick.randrange(1, 12)):
            at = pick.randrange(len(data))
            if pick.random() < 0.3:
                data[at:at] = pick.choice(pieces)
            else:
                data[at] = pick.randrange(256)
        for one in classify(bytes(data)).recipients:
            assert len(one.address) < 330
            assert one.status == "" or one.status[0] in "245"


def test_a_word_for_the_address_does_not_hide_that_the_mailbox_is_full() -> None:
    assert not is_hard("5.2.2", "user unknown")
    assert not is_hard("", "450 4.1.1 user unknown in virtual table")
    assert is_hard("", "550 5.1.1 user unknown")

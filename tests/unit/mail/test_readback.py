"""What relays do to mail: one fixture for each habit, made of the same message."""

from __future__ import annotations

import pytest

from desktop.mail.readback import CODES, UNREADABLE, compare

FIELDS = (
    b"From: Elm Street <office@elm.example>\r\n"
    b"To: staff@mail.example\r\n"
    b"Subject: Delivery check\r\n"
    b"Message-ID: <abcdefghijklmnopqrstuvwxyz@elm.example>\r\n"
    b"X-Reference: abcdefghijklmnopqrstuvwxyz\r\n"
    b"MIME-Version: 1.0\r\n"
)
TEXT = (
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    b"This is a check.\r\nSee https://elm.example/help please.\r\n"
)
SENT = FIELDS + TEXT
ON_THE_WAY = (
    b"Return-Path: <office@elm.example>\r\n"
    b"Received: from relay.example by mx.example; Mon, 23 Nov 2026 16:00:00 +0000\r\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; d=elm.example;\r\n\ts=one; b=abc\r\n"
    b"Authentication-Results: mx.example; dkim=pass header.d=elm.example\r\n"
)
PAGE = (
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nOpen the page.\r\n"
    b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjc="
    b"\r\n--b--\r\n"
)
SEALED = (
    b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    b"--b\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\nabc\r\n--b--\r\n"
)
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>This is a check.</p></body></html>\r\n"


def test_what_arrived_as_it_was_sent_has_no_changes() -> None:
    for entity in (TEXT, PAGE, SEALED, HTML):
        assert compare(FIELDS + entity, ON_THE_WAY + FIELDS + entity) == ()


def test_line_ends_and_trailing_spaces_are_no_change() -> None:
    assert compare(SENT, (ON_THE_WAY + SENT).replace(b"\r\n", b"\n").replace(b"check.\n", b"check. \n")) == ()


CHANGES: tuple[tuple[str, bytes, bytes, bytes, bytes], ...] = (
    ("footer", TEXT, b"please.\r\n", b"please.\r\n\r\n--\r\nSent with SuperRelay\r\n", b""),
    ("text", TEXT, b"This is", b"[EXTERNAL] This is", b""),
    ("links", TEXT, b"https://elm.example/help", b"https://click.relay.example/x?u=1", b""),
    ("message-id", TEXT, b"<abcdefghijklmnopqrstuvwxyz@elm.example>", b"<0100-1@email.amazonses.com>", b""),
    ("sender", TEXT, b"office@elm.example>\r\nTo", b"bounce@relay.example>\r\nTo", b""),
    ("subject", TEXT, b"Subject: ", b"Subject: [SPAM?] ", b""),
    ("reference", TEXT, b"X-Reference: abc", b"X-Dropped: abc", b""),
    ("charset", TEXT, b"charset=utf-8", b"charset=us-ascii", b""),
    ("encoding", TEXT, b"Encoding: 7bit", b"Encoding: quoted-printable", b""),
    ("pixel", HTML, b"</body>", b'<img src="https://t.relay.example/o.gif" width=1></body>', b""),
    ("attachment", PAGE, b"JVBERi0xLjc=", b"JVBERi0xLjg=", b""),
    ("sealed", SEALED, b"\r\nabc\r\n", b"\r\nabd\r\n", b""),
    ("dkim-missing", TEXT, b"DKIM-Signature", b"X-Spam-Status", b""),
    ("dkim-domain", TEXT, b"d=elm.example;", b"d=relay.example;", b""),
    ("headers", TEXT, b"", b"", b"List-Unsubscribe: <https://relay.example/u>\r\n"),
)


@pytest.mark.parametrize(("code", "entity", "old", "new", "more"), CHANGES, ids=[one[0] for one in CHANGES])
def test_each_habit_has_its_name(code: str, entity: bytes, old: bytes, new: bytes, more: bytes) -> None:
    sent = FIELDS + entity
    received = more + (ON_THE_WAY + sent).replace(old, new, 1) if old else more + ON_THE_WAY + sent
    found = compare(sent, received)
    assert f"readback-{code}" in found
    beside = {"sender": {"readback-sender"}, "reference": {"readback-reference", "readback-headers"}}
    assert set(found) <= beside.get(code, {f"readback-{code}"})


def test_a_page_that_was_put_beside_the_text() -> None:
    both = (
        b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n'
        + TEXT
        + b"--b\r\n"
        + HTML
        + b"--b--\r\n"
    )
    assert compare(SENT, ON_THE_WAY + FIELDS + both) == ("readback-page-added",)


def test_a_sealed_message_in_a_footer_cannot_be_opened() -> None:
    wrapped = (
        b'Content-Type: multipart/mixed; boundary="c"\r\n\r\n--c\r\n'
        + SEALED
        + b"\r\n--c\r\n"
        + TEXT
        + b"--c--\r\n"
    )
    found = compare(FIELDS + SEALED, ON_THE_WAY + FIELDS + wrapped)
    assert found == ("readback-footer", "readback-sealed")
    taken = FIELDS + TEXT
    assert "readback-sealed" in compare(FIELDS + SEALED, ON_THE_WAY + taken)


def test_a_subdomain_of_the_practice_may_sign() -> None:
    signed = ON_THE_WAY.replace(b"d=elm.example;", b"d=mail.elm.example;")
    assert compare(SENT, signed + SENT) == ()


@pytest.mark.parametrize(
    "received",
    [b"", b"\x00" * 100, b"Content-Type: text/plain; charset=no-such\r\n\r\nx", bytes(range(256)) * 10],
    ids=["nothing", "zeros", "charset", "binary"],
)
def test_whatever_comes_back_is_answered(received: bytes) -> None:
    assert set(compare(SENT, received)) <= set(CODES)


def test_a_mail_of_a_thousand_parts_or_levels_is_not_compared() -> None:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    wide = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + part * 1000 + b"--b--\r\n"
    assert compare(SENT, wide) == (UNREADABLE,)
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(600)
    )
    assert compare(SENT, deep + TEXT) == (UNREADABLE,)
    assert compare(SENT, b"x" * (25 * 1024 * 1024 + 1)) == (UNREADABLE,)

"""The second look finds what a broken writer could do."""

from __future__ import annotations

import pytest

from desktop.mail.reread import Meant, MisreadError, reread

MEANT = Meant("maria@mail.example", "office@harbor.example", "Message from Café", "<a@harbor.example>")
GOOD = (
    b"Date: Mon, 23 Nov 2026 16:05:00 +0000\r\n"
    b'From: "Harbor Clinic"\r\n <office@harbor.example>\r\n'
    b"To: maria@mail.example\r\n"
    b"Message-ID: <a@harbor.example>\r\n"
    b"Subject: =?utf-8?B?TWVzc2FnZSBmcm9tIA==?=\r\n =?utf-8?B?Q2Fmw6k=?=\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain\r\n"
    b"\r\nHello\r\n"
)


def test_a_message_that_says_what_was_meant_passes() -> None:
    reread(GOOD, MEANT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"To: maria@mail.example", b"To: maria@mail.example, eve@evil.example"),
        (b"To: maria@mail.example", b"To: Maria <maria@mail.example>"),
        (b"To: maria@mail.example", b"To: maria@mail.example\r\nTo: eve@evil.example"),
        (b"To: maria@mail.example", b"To: maria@mail.example\r\nBcc: eve@evil.example"),
        (b"To: maria@mail.example", b"To: maria@mail.example\r\nCc: eve@evil.example"),
        (b"To: maria@mail.example", b"To: maria@mail.example\r\nReply-To: eve@evil.example"),
        (b"To: maria@mail.example\r\n", b""),
        (b"<office@harbor.example>", b"<eve@evil.example>"),
        (b"<office@harbor.example>", b"<office@harbor.example>, <eve@evil.example>"),
        (b"<a@harbor.example>", b"<b@harbor.example>"),
        (b"Q2Fmw6k=", b"Q2FmZQ=="),
        (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"),
        (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nno header\r\n"),
        (b"Hello\r\n", b"Hello\n"),
        (b"Hello\r\n", b"Hel\rlo\r\n"),
        (b"Hello\r\n", b"Hello"),
        (b"Hello\r\n", b"Hell\xf6\r\n"),
        (b"Hello\r\n", b"Hell\x00\r\n"),
        (b"Hello\r\n", b"x" * 999 + b"\r\n"),
    ],
)
def test_any_difference_is_found(old: bytes, new: bytes) -> None:
    assert old in GOOD
    with pytest.raises(MisreadError):
        reread(GOOD.replace(old, new), MEANT)


def test_an_automatic_message_may_say_so() -> None:
    wire = GOOD.replace(b"MIME-Version", b"Auto-Submitted: auto-generated\r\nMIME-Version")
    reread(wire, Meant(MEANT.address, MEANT.sender, MEANT.subject, MEANT.message_id, automatic=True))


ASKED = Meant(MEANT.address, MEANT.sender, MEANT.subject, MEANT.message_id, asked=(("X-Portal", "on"),))


def test_a_field_for_the_relay_must_be_there_as_it_was_asked_for() -> None:
    reread(GOOD.replace(b"MIME-Version", b"X-Portal: on\r\nMIME-Version"), ASKED)
    for other in (b"", b"X-Portal: off\r\n", b"X-Portal: on\r\nx-portal: on\r\n", b"X-Other: on\r\n"):
        with pytest.raises(MisreadError):
            reread(GOOD.replace(b"MIME-Version", other + b"MIME-Version"), ASKED)

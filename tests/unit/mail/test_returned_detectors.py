"""Bounces in the forms that only the list of old servers' forms knows."""

from __future__ import annotations

import random

import pytest

from desktop.mail.returned import Kind, Returned, classify
from tests.unit.mail.test_returned import WHO, crlf

UNUSUAL = crlf("""
From: MAILER-DAEMON@radio.example
To: office@practice.example
Subject: About your mail
Content-Type: multipart/mixed; boundary="b1"

--b1
Content-Type: text/plain

The following recipients did not receive this message:

<maria@example.com>

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; radio.example

--b1--
""")


def test_a_form_that_only_the_list_of_old_servers_knows_is_a_bounce_and_stops_no_address() -> None:
    found = classify(UNUSUAL)
    assert (found.kind, found.recipients) == (Kind.BOUNCE, (Returned(WHO, "failed", "", False),))


def test_what_a_person_wrote_is_never_asked_of_that_list() -> None:
    by_a_person = UNUSUAL.replace(b"MAILER-DAEMON@radio.example", b"Maria <maria@example.com>")
    by_a_person = by_a_person.replace(b"message/delivery-status", b"text/x-notes")
    assert classify(by_a_person).kind is Kind.MESSAGE


def test_the_list_chokes_on_hostile_mail_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(7)
    for _ in range(200):
        data = bytearray(UNUSUAL)
        for _ in range(6):
            data[chance.randrange(len(data))] = chance.randrange(256)
        classify(bytes(data))
    assert not caplog.records

"""Why a message did not arrive: each line is what a real kind of server says, and its one cause."""

from __future__ import annotations

import pytest

from desktop.mail.failure import cause
from desktop.models.records import Reason, State

REPLIES = (
    ("550 5.1.1 <x@example.org>: Recipient address rejected: User unknown", "address-unknown", True),
    ("550-5.1.1 The email account that you tried to reach does not exist.", "address-unknown", True),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", "domain-unknown", True),
    ("556 5.1.10 Recipient address has null MX", "domain-unknown", True),
    ("550 5.1.2 bad destination system", "domain-unknown", True),
    ("551 5.1.6 mailbox has moved", "address-moved", True),
    ("552 5.2.2 The email account that you tried to reach is over quota", "mailbox-full", False),
    ("452 4.2.2 mailbox full", "mailbox-full", False),
    ("550 5.2.1 account is disabled", "mailbox-closed", False),
    ("552 5.3.4 message size exceeds limit", "too-big", False),
    ("552 5.2.3 message too large", "too-big", False),
    ("554 5.4.4 unable to route: no mail hosts for domain", "domain-unknown", True),
    ("4.4.7 message expired", "expired", False),
    ("421 4.4.2 timeout", "no-answer", False),
    ("550 5.7.1 Message rejected as spam by content filtering", "spam", False),
    ("554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", "spam", False),
    ("550 5.7.26 unauthenticated mail is prohibited", "sender-unproven", False),
    ("550 5.7.1 Email rejected per DMARC policy", "sender-unproven", False),
    ("550 5.7.30 REQUIRETLS support required", "encryption", False),
    ("550 5.7.509 Access denied", "policy", False),
    ("550 5.7.1 Delivery not authorized", "policy", False),
    ("552 message size exceeds fixed limit", "too-big", False),
    ("550 no such user here", "address-unknown", True),
    ("550 Mailbox is full", "mailbox-full", False),
    ("571 refused", "other", False),
    ("", "other", False),
)


@pytest.mark.parametrize(("reply", "word", "hard"), REPLIES, ids=[one[0][:40] for one in REPLIES])
def test_the_cause_of_a_reply(reply: str, word: str, hard: bool) -> None:
    found = cause(State.FAILED, None, reply)
    assert (found.reason.code, found.hard) == (f"failure-{word}", hard)


def test_a_report_knows_more_than_the_relay_and_the_newest_code_counts_first() -> None:
    found = cause(State.BOUNCED, Reason("bounced"), "250 2.0.0 Ok: queued as 4XYZ", ("5.2.2", "5.1.1"))
    assert found.reason.code == "failure-mailbox-full"
    assert not found.hard


def test_an_acceptance_is_never_read_as_a_cause() -> None:
    assert cause(State.BOUNCED, Reason("bounced"), "250 2.1.5 Ok").reason.code == "failure-other"


def test_where_servers_say_nothing_the_programs_own_word_counts() -> None:
    for own, word in (
        ("address-refused", "address-unknown"),
        ("relay-sender-refused", "sender-refused"),
        ("gave-up", "expired"),
    ):
        assert cause(State.FAILED, Reason(own), "").reason.code == f"failure-{word}"
    assert cause(State.COMPLAINED, None, "550 5.1.1").reason.code == "failure-complained"
    assert cause(State.EXPIRED, Reason("too-late"), "").reason.code == "failure-too-late"


def test_numbers_in_the_text_are_no_status_codes() -> None:
    assert cause(State.FAILED, None, "554 rejected by 10.5.1.1 see 192.5.1.12").reason.code == "failure-other"

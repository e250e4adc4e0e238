"""Replies that say later: how long the next try waits at least."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desktop.mail.retries import GREYLISTED, THROTTLED, is_throttled, least_wait, network_is_back
from desktop.models import messages
from desktop.models.database import Tx
from desktop.models.records import Reason, State
from tests.practice.office import MONDAY, Practice
from tests.support.kept import a_message

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        ("450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted", GREYLISTED),
        ("451 4.7.1 Please try again later", GREYLISTED),
        ("451 4.7.1 Greylisting in action, please come back in 00:04:59", 299 * SECOND),
        ("450 4.2.0 Greylisted, see http://postgrey.example/help/b.example.html", GREYLISTED),
        ("451 Greylisted, please try again in 300 seconds", 300 * SECOND),
        ("451 4.3.2 Please try again in 15 minutes", 15 * MINUTE),
        ("421 4.7.0 Try again later, closing connection; wait 2 hours", 2 * HOUR),
        ("450 4.7.1 retry in 99999 minutes", 4 * HOUR),
        ("452 4.2.2 Mailbox full", 0 * SECOND),
        ("451 4.3.0 Error: queue file write error", 0 * SECOND),
        ("550 5.7.1 Greylisted, try again in 300 seconds", 0 * SECOND),
        ("250 2.0.0 OK wait 3 minutes", 0 * SECOND),
        ("", 0 * SECOND),
    ],
)
def test_a_greylisting_server_is_not_asked_again_too_soon(reply: str, wait: timedelta) -> None:
    assert least_wait(reply) == wait


@pytest.mark.parametrize(
    "reply",
    [
        "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents it",
        "454 4.7.0 Too many messages, slow down",
        "421 4.7.28 Our system has detected an unusual rate of unsolicited mail",
        "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
        "454 Throttling failure: Maximum sending rate exceeded.",
        "451 4.7.500 Server busy. Too many connections",
        "452 4.3.1 submission rate limit reached",
    ],
)
def test_450_and_454_throttling_is_no_failure_and_half_the_list_is_mailed_later(reply: str) -> None:
    assert is_throttled(reply)
    assert least_wait(reply) == THROTTLED


@pytest.mark.parametrize(
    "reply",
    [
        "450 4.7.1 Greylisted: too many new senders",
        "550 5.7.1 Too many messages",
        "452 4.2.2 Mailbox full",
        "",
    ],
)
def test_a_recipients_trouble_and_a_final_no_are_not_our_speed(reply: str) -> None:
    assert not is_throttled(reply)


def test_hostile_replies_are_read_quickly() -> None:
    for reply in (
        "450 " + "too " * 5000,
        "450 wait " + "x" * 20_000,
        "450 exceed " * 2000,
        "450 again" * 3000,
    ):
        assert least_wait(reply) in (timedelta(), THROTTLED)


def test_when_the_network_returns_what_waited_for_it_is_tried_at_once(office: Practice) -> None:
    """The outbox does not stay full for hours after the computer was offline."""
    person = office.person().id
    later = MONDAY + HOUR
    usual = {"state": State.DEFERRED, "not_before": MONDAY, "next_try": later, "window": ""}
    cut = a_message(person, source="1", reason=Reason("connection-broke"), **usual)
    asked = a_message(person, source="2", reason=Reason("relay-asks-later"), **usual)

    def put(tx: Tx) -> int:
        for row in (cut, asked):
            messages.insert(tx, row, b"wire", "{}")
        return network_is_back(tx, MONDAY)

    assert office.db.write(put) == 1
    due = office.db.read(lambda tx: messages.due(tx, MONDAY, 10))
    assert [row.id for row in due] == [cut.id]

"""`failures`, `suppressions`, `delivery-check` and `feed`: forms, errors, wrong use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.shell import ENCRYPTING, Shell

NOBODY = "0" * 32
CHECKS = {"accounts", "due", "advice", "rounds"}
CHECK = {"id", "address", "provider", "device", "form", "at", "state", "placed", "opened", "changes"}
FEED = {"relay", "name", "adapter", "url", "enabled", "polled_at", "trouble"}


@pytest.fixture
def relay(desk: Shell) -> str:
    return str(desk("relay", "add", given=ENCRYPTING)["id"])


def error(desk: Shell, *words: str, given: Any = None) -> str:
    document = desk(*words, given=given) if given is not None else desk(*words)
    assert desk.code == 1, desk.err
    return str(document["error"]["code"])


def test_a_message_that_did_not_fail_or_is_not_there(desk: Shell, relay: str) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    letter = {"person": person, "subject": "Your visit", "text": "All is well.", "label": "routine"}
    message = str(desk("message", "send", given=letter)["id"])
    assert error(desk, "failures", "show", message) == "not-failed"
    assert error(desk, "failures", "phone", NOBODY) == "message-unknown"
    checked = {"way": "phone", "result": "same"}
    assert error(desk, "failures", "check", message, given=checked) == "not-failed"
    assert error(desk, "failures", "check", message, given={**checked, "way": "guess"}) == "value-not-allowed"


def test_a_document_without_its_words_is_wrong_use(desk: Shell) -> None:
    desk("failures", "check", NOBODY, given={"way": "phone"})
    assert (desk.code, desk.out) == (2, "")
    desk("delivery-check", "accounts", given={"accounts": ["staff@example.org"]})
    assert (desk.code, desk.out) == (2, "")
    desk(
        "feed", "set", given={"relay": NOBODY, "adapter": "plain", "url": "https://x.example/", "enabled": 1}
    )
    assert (desk.code, desk.out) == (2, "")


def test_nothing_is_stopped_yet(desk: Shell) -> None:
    assert desk("suppressions", "list") == {"suppressions": []}
    assert error(desk, "suppressions", "lift", NOBODY, "--way", "phone") == "suppression-unknown"
    desk("suppressions", "lift", NOBODY)
    assert desk.code == 2


def test_a_delivery_check_from_mailboxes_to_ticks(desk: Shell, relay: str) -> None:
    assert error(desk, "delivery-check", "start") == "no-staff-accounts"
    accounts = {"accounts": [{"address": "ana@mail.example.com", "provider": "Example", "device": "phone"}]}
    shown = desk("delivery-check", "accounts", given=accounts)
    assert set(shown) == CHECKS
    assert (shown["due"], shown["accounts"]) == (True, accounts["accounts"])
    (round_,) = desk("delivery-check", "start")["rounds"]
    assert {line["form"] for line in round_} == {"tls", "html", "pdf"}
    assert all(set(line) == CHECK for line in round_)
    page = next(line for line in round_ if line["form"] == "html")
    shown = desk("delivery-check", "tick", page["id"], "spam")
    assert [one["code"] for one in shown["advice"]] == ["advice-form-stopped"]
    assert not shown["due"]
    assert error(desk, "delivery-check", "tick", NOBODY, "inbox") == "delivery-check-unknown"
    assert error(desk, "delivery-check", "read-back") == "read-back-no-mailbox"


def test_a_feed_is_off_until_it_is_turned_on_and_its_secret_never_comes_out(desk: Shell, relay: str) -> None:
    given = {"relay": relay, "adapter": "plain", "url": "https://127.0.0.1:1/events", "secret": "feed-secret"}
    line = desk("feed", "set", given=given)
    assert set(line) == FEED
    assert line["enabled"] is False
    assert error(desk, "feed", "poll", relay) == "feed-off"
    desk("feed", "set", given={**given, "secret": "", "enabled": True})
    assert "feed-secret" not in desk.out
    line = desk("feed", "poll", relay)
    assert line["trouble"]["code"] == "feed-unreachable"
    (listed,) = desk("feed", "list")["feeds"]
    assert (listed["polled_at"], listed["trouble"]) == (line["polled_at"], line["trouble"])
    elsewhere = {**given, "url": "https://elsewhere.example/", "secret": ""}
    assert error(desk, "feed", "set", given=elsewhere) == "feed-secret-needed"
    assert error(desk, "feed", "set", given={**given, "relay": NOBODY}) == "relay-unknown"

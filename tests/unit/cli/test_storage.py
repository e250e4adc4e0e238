"""`storage …`, `pickups …` and `relay onward`: their forms, their errors and wrong use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.shell import RELAY, Shell

BAA = {"counterparty": "Store Inc.", "signed": "2026-01-01", "expires": "2027-01-01", "scope": "storage"}
STORAGE = {
    "name": "Locked files",
    "kind": "webdav",
    "url": "https://127.0.0.1:9/locked/",
    "user": "office",
    "public_url": "https://127.0.0.1:9/locked/",
    "baa": BAA,
    "secret": "storage-secret-of-the-test",
    "days": 30,
}
LINE = {"id", "name", "kind", "url", "public_url", "days", "access_log", "retired_at", "problem"}
NOTHING = "0" * 32


def refused(desk: Shell, *words: str, given: Any = None) -> str:
    """The code of what a command is refused with."""
    answer = desk(*words, given=given)
    assert (desk.code, set(answer["error"])) == (1, {"code", "message", "hint"})
    assert answer["error"]["message"]
    return str(answer["error"]["code"])


def wrong(desk: Shell, *words: str, given: Any = None) -> None:
    answer = desk(*words, given=given)
    assert (desk.code, answer) == (2, None), given
    assert desk.err


@pytest.fixture
def relay(desk: Shell) -> str:
    return str(desk("relay", "add", given=RELAY)["id"])


def test_a_storage_is_added_listed_and_retired(desk: Shell) -> None:
    added = desk("storage", "add", given=STORAGE)
    assert set(added) == {"id"}
    (line,) = desk("storage", "list")["storages"]
    assert set(line) == LINE
    assert (line["id"], line["problem"], line["access_log"], line["retired_at"]) == (
        *(added["id"], None, None, None),
    )
    assert "secret" not in desk.out
    (retired,) = desk("storage", "retire", added["id"])["storages"]
    assert retired["retired_at"]
    assert refused(desk, "storage", "retire", NOTHING) == "storage-unknown"


def test_a_storage_without_an_agreement_is_kept_and_says_so(desk: Shell) -> None:
    desk("storage", "add", given={**STORAGE, "baa": None})
    (line,) = desk("storage", "list")["storages"]
    assert set(line["problem"]) == {"code", "words"}


def test_a_test_that_fails_is_an_answer_with_its_step(desk: Shell) -> None:
    added = desk("storage", "add", given=STORAGE)
    answer = desk("storage", "test", given={**STORAGE, "secret": ""})
    assert (desk.code, set(answer)) == (0, {"ok", "steps", "id"})
    assert (answer["ok"], answer["id"]) == (False, added["id"])
    assert all(set(step) == {"code", "words"} for step in answer["steps"])


@pytest.mark.parametrize(
    "change",
    [
        {"name": 5},
        {"kind": None},
        {"url": ["https://127.0.0.1"]},
        {"days": "30"},
        {"days": True},
        {"baa": "signed"},
        {"baa": {**BAA, "signed": "last year"}},
        {"baa": {**BAA, "signed": 2026}},
        {"baa": {**BAA, "expires": 2027}},
        {"secret": 5},
        {"access_log": 5},
        {"ca_file": {}, "secret": ["x"]},
    ],
)
def test_a_document_that_is_not_right_is_wrong_use(desk: Shell, change: dict[str, Any]) -> None:
    wrong(desk, "storage", "add", given={**STORAGE, **change})
    assert desk("storage", "list") == {"storages": []}


def test_a_storage_that_cannot_be_is_refused(desk: Shell) -> None:
    for change in ({"kind": "ftp"}, {"url": "http://127.0.0.1/locked/"}, {"days": 0}):
        refused(desk, "storage", "add", given={**STORAGE, **change})
    assert desk("storage", "list") == {"storages": []}


def test_pickups_are_listed_and_unknown_ones_refused(desk: Shell) -> None:
    assert desk("pickups", "list") == {"pickups": []}
    assert refused(desk, "pickups", "revoke", NOTHING) == "pickup-unknown"


def test_onward_changes_what_it_names_and_leaves_the_rest(desk: Shell, relay: str) -> None:
    before = desk("relay", "list")["relays"][0]
    shown = desk("relay", "onward", relay, given={"how": "account", "verifies": True})
    assert (set(shown), shown["required_tls"]) == (set(before), "account")
    shown = desk("relay", "onward", relay, given={"enforces": ["mta-sts", "dane"]})
    assert shown["required_tls"] == "account"
    portal = {"trigger": "header", "name": "X-Portal", "value": "yes", "reports": []}
    assert desk("relay", "onward", relay, given={"portal": portal})["id"] == relay
    assert desk("relay", "onward", relay, given={"portal": None, "how": None})["required_tls"] is None


def test_onward_refuses_what_it_does_not_know(desk: Shell, relay: str) -> None:
    assert refused(desk, "relay", "onward", NOTHING, given={"how": "account"}) == "relay-unknown"
    refused(desk, "relay", "onward", relay, given={"how": "by-asking"})
    refused(desk, "relay", "onward", relay, given={"enforces": ["hope"]})
    refused(desk, "relay", "onward", relay, given={"portal": {"trigger": "bell", "value": "x"}})


@pytest.mark.parametrize(
    "given",
    [
        {"how": 5},
        {"how": ["account"]},
        {"name": 5},
        {"verifies": "yes"},
        {"enforces": "dane"},
        {"enforces": 5},
        {"enforces": [5]},
        {"portal": "header"},
        {"portal": {"value": "x"}},
        {"portal": {"trigger": "header", "value": "x", "name": 5}},
        {"portal": {"trigger": "header", "value": "x", "reports": "read"}},
        {"unheard": 1},
        [],
    ],
)
def test_an_onward_document_is_read_strictly(desk: Shell, relay: str, given: Any) -> None:
    wrong(desk, "relay", "onward", relay, given=given)


@pytest.mark.parametrize(
    "words",
    [
        ("storage",),
        ("storage", "retire"),
        ("storage", "list", "all"),
        ("pickups", "revoke"),
        ("relay", "onward"),
        ("protect",),
        ("protect", "explain"),
        ("protect", "explain", "--person", "x"),
        ("protect", "plan", "--date", "tomorrow"),
        ("content", "check"),
        ("envelope", "open"),
        ("keys", "import", "x", "--person", "y"),
        ("keys", "confirm", "x"),
        ("keys", "confirm", "x", "--test", "--fingerprint", "y"),
        ("keys", "rotate", "--kind", "pem"),
        ("keys", "publish"),
        ("keys", "inspect"),
    ],
)
def test_words_that_make_no_command_are_wrong_use(desk: Shell, words: tuple[str, ...]) -> None:
    wrong(desk, *words)
    assert "Traceback" not in desk.err


def test_rich_documents_are_never_waited_for(desk: Shell, relay: str) -> None:
    for words in (("storage", "add"), ("storage", "test"), ("relay", "onward", relay), ("protect", "set")):
        wrong(desk, *words)

"""`people household|mailbox|duplicates|merge|apart|unmerge`: forms, errors, and documents read strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import Shell

NOBODY = "0" * 32


@pytest.fixture
def zoe(desk: Shell) -> str:
    return str(desk("people", "search", "Zoraida")["people"][0]["id"])


@pytest.fixture
def bo(desk: Shell) -> str:
    return str(desk("people", "search", "Bo")["people"][0]["id"])


def test_a_mailbox_is_set_made_confidential_and_ended(desk: Shell, zoe: str) -> None:
    def mailbox(shown: Any) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in shown["mailboxes"] if one["address"] == "m@example.com")
        return found

    said = {"address": "m@example.com", "confidential": True}
    assert mailbox(desk("people", "mailbox", zoe, given=said))["counts"]
    assert desk("people", "mailbox", zoe, given={"family": "apart"})["family"] == "apart"
    ended = desk("people", "mailbox", zoe, given={"address": "m@example.com", "end": True})
    assert mailbox(ended)["ended"]
    assert desk("people", "household", zoe) == ended


@pytest.mark.parametrize(
    "given",
    [
        {"address": "m@example.com", "confidential": "yes"},
        {"address": "m@example.com", "confidental": True},
        {"address": "m@example.com", "end": "true"},
        {"address": "m@example.com", "end": False},
        {"address": "m@example.com", "reader": "boss"},
        {"address": 5},
        {"end": True},
        {"family": 7},
        {"family": "apart", "address": "m@example.com"},
        {},
    ],
)
def test_a_slip_in_a_document_never_sets_another_mailbox(
    desk: Shell, zoe: str, given: dict[str, Any]
) -> None:
    before = desk("people", "household", zoe)
    desk("people", "mailbox", zoe, given=given)
    assert desk.code == 2
    assert "valid" not in desk.err
    assert desk("people", "household", zoe) == before


def test_two_records_are_one_and_two_again(desk: Shell, zoe: str, bo: str) -> None:
    done = desk("people", "merge", zoe, bo)
    assert set(done) == {"merge", "kept", "gone", "moved", "consent", "cancelled"}
    assert desk("people", "show", bo)["error"]["code"] == "person-unknown"
    (line,) = desk("people", "duplicates")["merges"]
    assert (line["merge"], line["undo"]) == (done["merge"], True)
    back = desk("people", "unmerge", done["merge"])
    assert back == {"merge": done["merge"], "kept": zoe, "restored": bo, "stayed": 0}
    assert desk("people", "unmerge", done["merge"])["error"]["code"] == "merge-undone"
    assert desk("people", "show", bo)["id"] == bo


def test_who_is_alike_is_offered_until_they_are_two_people(desk: Shell, zoe: str) -> None:
    twin = {"first_name": "Zoraida", "last_name": "Canaryfield", "birth_date": "1961-04-02"}
    other = desk("people", "add", "--anyway", given=twin)["added"]["id"]
    (pair,) = desk("people", "duplicates", "--look")["pairs"]
    assert {pair["first"]["id"], pair["second"]["id"]} == {zoe, other}
    assert all(set(one) == {"code", "words"} for one in pair["reasons"])
    assert desk("people", "apart", zoe, other)["pairs"] == []
    assert desk("people", "duplicates", "--look")["pairs"] == []


def test_nobody_and_oneself_are_known_errors(desk: Shell, zoe: str, tmp_path: Path) -> None:
    assert desk("people", "household", NOBODY)["error"]["code"] == "person-unknown"
    assert desk("people", "merge", zoe, zoe)["error"]["code"] == "merge-same"
    assert desk("people", "merge", zoe, NOBODY)["error"]["code"] == "person-unknown"
    assert desk("people", "apart", zoe, zoe)["error"]["code"] == "merge-same"
    assert desk("people", "unmerge", NOBODY)["error"]["code"] == "merge-unknown"
    (tmp_path / "note.txt").write_bytes(b"she said so")
    said = {"address": "p@example.com", "reader": "proxy", "document": str(tmp_path / "note.txt")}
    assert desk("people", "mailbox", zoe, given=said)["error"]["code"] == "proof-kind"
    proxy = desk("people", "mailbox", zoe, given={"address": "p@example.com", "reader": "proxy"})
    assert proxy["error"]["code"] == "proxy-needs-document"

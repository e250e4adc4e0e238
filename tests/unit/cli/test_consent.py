"""`consent`: its forms, its errors and wrong use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import Shell

SCAN = b"%PDF-1.7 a scan"


def person(desk: Shell, name: str = "Zoraida") -> str:
    return str(desk("people", "search", name)["people"][0]["id"])


def counts(answer: dict[str, Any]) -> dict[str, str]:
    return {one["use"]: one["counts"] for one in answer["uses"]}


def test_a_yes_a_no_and_their_history(desk: Shell, tmp_path: Path) -> None:
    who, scan = person(desk), tmp_path / "form.pdf"
    scan.write_bytes(SCAN)
    assert set(counts(desk("consent", "show", who)).values()) == {"unknown"}
    bare = desk("consent", "record", who, "care", "given")
    assert (bare["error"]["code"], desk.code) == ("consent-proof-needed", 1)
    given = desk("consent", "record", who, "marketing", "given", "--file", str(scan))
    assert counts(given)["marketing"] == "given"
    noted = desk("consent", "record", who, "care", "given", given={"note": "said at the desk"})
    assert counts(noted)["care"] == "given"
    refused = desk("consent", "record", who, "care", "refused", "--how", "by-phone")
    assert set(counts(refused).values()) == {"refused"}
    entries = desk("consent", "history", who)["entries"]
    assert [(one["use"], one["state"]) for one in entries] == [
        ("care", "refused"),
        ("care", "given"),
        ("marketing", "given"),
    ]
    assert [one["proof"]["kind"] if one["proof"] else None for one in entries] == [None, "spoken", "form"]


def test_a_written_permission_is_kept_and_taken_back(desk: Shell, tmp_path: Path) -> None:
    who, scan = person(desk), tmp_path / "form.pdf"
    scan.write_bytes(SCAN)
    form = {"what": "name", "recipient": "us", "aim": "news", "expires_event": "end of care"}
    lacking = desk("consent", "authorize", who, "--file", str(scan), given=form)
    assert lacking["error"]["code"] == "permission-incomplete"
    signed = {**form, "signed_on": "2026-11-01", "signed_by": "Z. C.", "copy_given": True}
    kept = desk("consent", "authorize", who, "--file", str(scan), given=signed)
    (line,) = kept["permissions"]
    assert (counts(kept)["marketing"], line["problem"]) == ("given", None)
    ended = desk("consent", "revoke", line["id"])
    assert counts(ended)["marketing"] == "refused"
    assert ended["permissions"][0]["problem"]["code"] == "permission-revoked"
    assert desk("consent", "revoke", line["id"])["error"]["code"] == "permission-over"


def test_a_batch_is_tried_entered_and_undone(desk: Shell, tmp_path: Path) -> None:
    column, blank = tmp_path / "intake.csv", tmp_path / "blank.pdf"
    column.write_bytes(b"MRN,OK,On\n1001,yes,2026-11-01\n1002,no,2026-11-01\n7777,yes,2026-11-01\n")
    blank.write_bytes(SCAN)
    heads = {"answer": "OK", "on": "On", "external_id": "MRN", "wording": "v1"}
    words = ("consent", "batch", str(column), "--form", str(blank))
    tried = desk(*words, "--dry-run", given=heads)
    assert (tried["batch"], tried["given"], tried["refused"], tried["same"]) == (None, 1, 1, 0)
    assert [(one["line"], one["reason"]["code"]) for one in tried["left_out"]] == [(4, "person-not-known")]
    assert desk("consent", "batch")["batches"] == []
    done = desk(*words, given=heads)
    assert (done["given"], done["batch"]["signed"], done["batch"]["undone"]) == (1, True, None)
    undone = desk("consent", "undo", done["batch"]["id"])
    assert (undone["withdrawn"], undone["refusals"], undone["changed_since"]) == (1, 1, 0)
    assert desk("consent", "batch")["batches"][0]["undone"] is not None


@pytest.mark.parametrize(
    "words",
    [
        ("record", "0" * 32, "love", "given"),
        ("record", "0" * 32, "care", "perhaps"),
        ("record", "0" * 32, "care", "refused", "--on", "yesterday"),
        ("ask", "0" * 32),
        ("form", "0" * 32),
    ],
)
def test_other_words_are_wrong_use(desk: Shell, words: tuple[str, ...]) -> None:
    desk("consent", *words)
    assert desk.code == 2


def test_nobody_and_nothing_are_known_errors(desk: Shell) -> None:
    nobody = "0" * 32
    assert desk("consent", "show", nobody)["error"]["code"] == "person-unknown"
    assert desk("consent", "prove", nobody)["error"]["code"] == "message-unknown"
    assert desk("consent", "undo", nobody)["error"]["code"] == "batch-unknown"
    assert desk("consent", "revoke", nobody)["error"]["code"] == "permission-unknown"
    assert desk("consent", "ask", person(desk, "Ned"), "care")["error"]["code"] == "consent-no-address"


@pytest.mark.parametrize(
    "said", [{"note": None}, {"note": 5}, {"note": ""}, {"notes": "yes"}, {"note": ["yes"]}]
)
def test_a_yes_is_never_proved_by_an_empty_or_misspelt_note(desk: Shell, said: dict[str, Any]) -> None:
    who = person(desk)
    desk("consent", "record", who, "care", "given", given=said)
    assert desk.code in {1, 2}
    assert counts(desk("consent", "show", who))["care"] == "unknown"


def test_null_is_no_element_of_a_written_permission(desk: Shell, tmp_path: Path) -> None:
    who, scan = person(desk), tmp_path / "form.pdf"
    scan.write_bytes(SCAN)
    form = {"what": "name", "recipient": "us", "aim": "news", "expires_event": None}
    signed = {**form, "signed_on": "2026-11-01", "signed_by": None, "copy_given": True}
    lacking = desk("consent", "authorize", who, "--file", str(scan), given=signed)
    assert lacking["error"]["code"] == "permission-incomplete"
    desk("consent", "authorize", who, "--file", str(scan), given={**form, "copy_given": "yes"})
    assert desk.code == 2
    assert counts(desk("consent", "show", who))["marketing"] == "unknown"


def test_people_read_words_and_the_id_that_revoking_takes(desk: Shell, tmp_path: Path) -> None:
    who, scan = person(desk), tmp_path / "form.pdf"
    scan.write_bytes(SCAN)
    assert desk.words("consent", "history", who) == "No answer is on record.\n"
    signed = {"what": "name", "recipient": "us", "aim": "news", "expires_event": "end of care"}
    signed |= {"signed_on": "2026-11-01", "signed_by": "Z. C."}
    kept = desk("consent", "authorize", who, "--file", str(scan), given={**signed, "copy_given": True})
    said = desk.words("consent", "show", who)
    assert "News and offers: Yes" in said
    assert kept["permissions"][0]["id"] in said
    assert "News and offers  Yes  in person" in desk.words("consent", "history", who)

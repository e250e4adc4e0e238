"""The command line in its fixed forms: each command a process of its own over one practice."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.main import HANDLERS
from tests.made_practice import VISITS
from tests.support.shell import Shell, Terminal


def test_the_main_job_by_commands(desk: Shell, relay: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    relay_id = desk("relay", "add", given=relay())["id"]
    tested = desk("relay", "test", relay_id)
    assert tested["ok"]
    assert all(set(step) == {"step", "ok", "words"} for step in tested["steps"])
    (tmp_path / "visits.csv").write_bytes(VISITS)
    imported = desk("appointments", "import", str(tmp_path / "visits.csv"), "--whole", "--confirm")
    assert imported["created"] == 3
    assert imported["cancelled"] == []
    preview = desk("reminders", "preview")
    assert [line["method"] for line in preview["reminders"]] == ["tls", "tls"]
    assert preview["excluded"][0]["reason"]["code"] == "no-address"
    assert all(set(one) == {"code", "words"} for line in preview["reminders"] for one in line["reasons"])
    sent = desk("reminders", "send", "--date", "2026-11-24")
    assert [line["state"] for line in sent["reminders"]] == ["queued", "queued"]
    desk.clock.move(11)
    done = desk("outbox", "run")
    assert done["counts"] == {"accepted": 2}
    assert {line["state"] for line in desk("outbox", "list")["messages"]} == {"accepted"}
    verdict = desk("audit", "verify")
    assert (desk.code, verdict["ok"], verdict["first_bad"], verdict["class"]) == (0, True, None, "ok")
    assert verdict["records"] > 10


def test_a_person_is_found_shown_and_changed(desk: Shell) -> None:
    found = desk("people", "search", "zoraida")["people"]
    assert [set(one) for one in found] == [{"id", "name", "email"}]
    assert len(desk("people", "search", "")["people"]) == 3
    changed = desk("people", "set", found[0]["id"], given={"language": "es", "detail": "minimal"})
    assert (changed["language"], changed["detail"]) == ("es", "minimal")
    assert desk("people", "show", found[0]["id"]) == changed


def test_a_wrong_value_names_what_is_allowed(desk: Shell) -> None:
    person = desk("people", "search", "zoraida")["people"][0]["id"]
    error = desk("people", "set", person, given={"status": "sleeping"})["error"]
    assert desk.code == 1
    assert "deceased" in error["message"] + error["hint"]
    assert desk("people", "show", person)["status"] == "active"


def test_a_password_card_is_shown_once_and_opens_the_letter(
    desk: Shell, relay: Callable[[], dict[str, Any]], tmp_path: Path
) -> None:
    desk("relay", "add", given=relay())
    person = desk("people", "search", "zoraida")["people"][0]["id"]
    card = desk("people", "passphrase", person, given={"handed_over": "Ana", "how": "in-person"})
    assert set(card) == {"passphrase"}
    paper = tmp_path / "result.txt"
    paper.write_text("for you alone")
    letter = {"person": person, "subject": "Result", "text": "Here it is", "attachments": [str(paper)]}
    sent = desk("message", "send", given=letter)
    assert (sent["method"], sent["state"]) == ("envelope", "queued")
    missing = desk("message", "send", given={**letter, "attachments": [str(tmp_path / "no.pdf")]})
    assert (desk.code, missing["error"]["code"]) == (1, "file-missing")
    for name in ("x" * 300, "no\0name"):
        refused = desk("message", "send", given={**letter, "attachments": [name]})
        assert (desk.code, refused["error"]["code"]) == (1, "file-not-readable")


def test_a_bad_key_file_is_an_answer_and_not_a_failure(desk: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "no.key"
    bad.write_bytes(b"hello")
    line = desk("keys", "inspect", str(bad), str(tmp_path / "absent"))
    assert desk.code == 0
    assert [one["usable"] for one in line] == [False, False]
    person = desk("people", "search", "zoraida")["people"][0]["id"]
    error = desk("keys", "import", str(bad), "--person", person, "--fingerprint", "0" * 40)["error"]
    assert (desk.code, error["code"]) == (1, "key-unreadable")


def test_lines_are_judged_one_by_one(shell: Shell) -> None:
    answers = shell.plain("address", "check", source=io.StringIO("a@example.org\nb@@example.org\n"))
    assert [one["ok"] for one in answers] == [True, False]
    answers = shell.plain("password", "check", source=io.StringIO("short\nquiet harbour seven lanterns\n"))
    assert [one["ok"] for one in answers] == [False, True]
    assert shell.code == 0


def test_an_envelope_that_is_none_says_so(shell: Shell, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html></html>")
    answer = shell("envelope", "open", str(page), given={"passphrase": "six words"})
    assert (shell.code, answer["ok"], answer["reason"]["code"]) == (0, False, "envelope-unreadable")


def test_the_log_is_handed_out_with_a_reason(desk: Shell, tmp_path: Path) -> None:
    target = tmp_path / "log.jsonl"
    words = ("audit", "export", "--format", "jsonl", "--to", str(target), "--reason", "yearly review")
    answer = desk(*words)
    assert answer == {"file": str(target), "records": answer["records"]}
    shown = [line for line in target.read_text().splitlines() if line.startswith('{"hash":')]
    assert len(shown) == answer["records"]
    assert "Canaryfield" not in target.read_text()
    assert desk(*words)["error"]["code"] == "file-exists"


def test_confirm_needed_stores_nothing(desk: Shell, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_bytes(VISITS)
    desk("appointments", "import", str(tmp_path / "visits.csv"), "--whole", "--confirm")
    (tmp_path / "less.csv").write_bytes(b"\n".join(VISITS.splitlines()[:2]))
    error = desk("appointments", "import", str(tmp_path / "less.csv"), "--whole")["error"]
    assert (desk.code, error["code"]) == (1, "confirm-needed")
    assert len(desk("reminders", "preview")["excluded"]) == 3


def test_without_a_token_nothing_is_told(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEALWELL_TOKEN")
    error = desk("people", "search", "")["error"]
    assert (desk.code, error["code"]) == (1, "no-token")
    assert set(error) == {"code", "message", "hint"}
    monkeypatch.setenv("SEALWELL_TOKEN", "x" * 43)
    assert desk("people", "search", "")["error"]["code"] == "session-ended"


def test_signing_out_ends_the_token(desk: Shell) -> None:
    desk("signout")
    assert desk.code == 0
    assert desk("people", "search", "")["error"]["code"] == "session-ended"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense",),
        ("people",),
        ("people", "import"),
        ("reminders", "send", "--date", "tomorrow"),
        ("audit", "export", "--format", "xml", "--to", "x", "--reason", "y"),
        ("appointments", "import", "x", "--whole", "--changes"),
    ],
)
def test_wrong_use_ends_with_2(shell: Shell, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    if words[:1] == ("reminders",):
        monkeypatch.setenv("SEALWELL_TOKEN", shell.sign_in()["token"])
    shell(*words)
    assert shell.code == 2
    assert shell.out == ""


def test_empty_standard_input_without_stdin_is_wrong_use_and_never_a_wait(shell: Shell) -> None:
    for command in ("signin", "init"):
        shell.plain(command, "--practice", str(shell.folder))
        assert shell.code == 2


@pytest.mark.parametrize("raw", ["", "[]", "{", '{"user": "ana"}', '{"user": 1, "password": "", "code": ""}'])
def test_a_document_of_another_form_is_wrong_use(shell: Shell, raw: str) -> None:
    source = io.StringIO(raw)
    shell.plain("signin", "--stdin", "--json", "--practice", str(shell.folder), source=source)
    assert shell.code == 2


def test_options_stand_before_or_after_the_command(shell: Shell) -> None:
    before = shell.plain("--json", "--practice", str(shell.folder), "doctor")
    after = shell.plain("doctor", "--practice", str(shell.folder), "--json")
    assert before == after
    assert {"check", "ok", "words"} == set(before["checks"][0])


def test_prompts_do_not_wait_for_answers_that_lines_need(shell: Shell) -> None:
    shell.plain("address", "check", source=Terminal("a@example.org\n"))
    assert shell.code == 2


def test_secrets_are_never_arguments() -> None:
    assert not any("password" in word or "token" in word for word in HANDLERS if word != "password check")


def test_an_error_says_its_reason_in_words_and_not_as_a_code(desk: Shell) -> None:
    person = desk("people", "search", "zoraida")["people"][0]["id"]
    error = desk("people", "set", person, given={"email": "no@@address"})["error"]
    assert error["code"] in ("address-unusable", "value-unusable")
    assert "bad-address" not in error["message"] + error["hint"]

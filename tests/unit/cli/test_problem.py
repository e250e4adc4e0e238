"""`problem`: everything that it holds is printed, it names nobody, and it never overwrites a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.cli.commands import TOKEN_VARIABLE
from desktop.paths import PracticeFolder
from tests.made_practice import USER
from tests.support.shell import Shell

CANARIES = ("maria", "zoraida", "canaryfield", "example.", "/home/")
"""People of the practice, an address and a path, in small letters."""


@pytest.fixture
def logged(desk: Shell) -> Shell:
    """Its log holds what the rule forbids, as if a library had written it."""
    folder = PracticeFolder(desk.folder)
    with folder.log.open("a", encoding="utf-8") as log:
        log.write("2026-11-23T16:00:00.000+00:00 ERROR desktop.office.local bug for Maria Lopez\n")
        log.write("maria.lopez@example.com in /home/maria\n")
    return desk


def test_it_counts_what_there_is_and_names_nobody(logged: Shell) -> None:
    made = logged("problem")
    assert logged.code == 0
    assert made["practice"]["users"] == "1"
    assert made["checks"]
    assert made["left_out"] == 2
    everything = (logged.out + logged.words("problem")).lower()
    assert [one for one in (*CANARIES, USER.lower()) if one in everything] == []


def test_what_is_saved_is_what_was_shown(logged: Shell, tmp_path: Path) -> None:
    shown = logged.words("problem", "--out", str(tmp_path / "report.txt"))
    assert (tmp_path / "report.txt").read_text("utf-8") == shown
    document = logged("problem", "--out", str(tmp_path / "report.json"))
    assert json.loads((tmp_path / "report.json").read_bytes()) == document


def test_a_file_that_is_there_stays_as_it_is(desk: Shell, tmp_path: Path) -> None:
    there = tmp_path / "report.txt"
    there.write_text("something else")
    assert desk("problem", "--out", str(there))["error"]["code"] == "file-exists"
    assert desk.code != 0
    assert there.read_text() == "something else"


def test_without_a_sign_in_it_tells_of_the_computer_and_nothing_of_the_practice(
    desk: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE)
    made = desk("problem")
    assert desk.code == 0
    assert made["program"]["version"]
    assert "practice" not in made


def test_a_sign_in_that_ended_is_said_and_makes_no_report(desk: Shell, tmp_path: Path) -> None:
    desk("signout")
    refused = desk("problem", "--out", str(tmp_path / "report.txt"))
    assert refused["error"]["code"] == "session-ended"
    assert not (tmp_path / "report.txt").exists()

"""Checkpoints, the state of the log, the page and a gap explained, by command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop.audit.note import read_checkpoint
from tests.support.shell import Shell


def test_a_checkpoint_is_printed_and_its_note_goes_into_a_file(desk: Shell, tmp_path: Path) -> None:
    made = desk("audit", "checkpoint", "--to", str(tmp_path / "checkpoint.txt"))
    assert desk.code == 0
    seen = read_checkpoint((tmp_path / "checkpoint.txt").read_text("utf-8"), made["vkey"])
    assert (seen.size, seen.root.hex()) == (made["size"], made["root"])
    assert made["file"] == str(tmp_path / "checkpoint.txt")
    desk("audit", "checkpoint", "--to", str(tmp_path / "checkpoint.txt"))
    assert (desk.code, "file-exists" in desk.out) == (1, True)
    desk("audit", "checkpoint", "--to", str(tmp_path / "none" / "checkpoint.txt"))
    assert (desk.code, "file-not-written" in desk.out) == (1, True)


def test_a_checkpoint_without_a_file_is_printed_alone(desk: Shell) -> None:
    assert desk("audit", "checkpoint")["file"] is None


def test_the_state_names_its_witnesses_and_the_page_becomes_one(desk: Shell, tmp_path: Path) -> None:
    state = desk("audit", "state")
    assert (desk.code, state["gap"], state["stale"]) == (0, None, False)
    assert [one["kind"] for one in state["witnesses"]] == ["keyring"]
    made = desk("audit", "witness", "--to", str(tmp_path / "page.txt"))
    assert made["records"] > 0
    kinds = {one["kind"]: one for one in desk("audit", "state")["witnesses"]}
    assert kinds["paper"]["size"] == made["records"]
    assert "outside" in kinds["paper"]["words"]


def test_a_gap_is_told_refuses_changes_and_ends_with_a_cause(desk: Shell, tmp_path: Path) -> None:
    """This computer has no key store: the marks' own key tells."""
    folder = desk.folder
    old = tmp_path / "practice.db.old"
    desk("signout")
    shutil.copy2(folder / "practice.db", old)
    desk.sign_in()
    desk.clock.move(16 * 60 - 30)
    desk("signout")
    shutil.copy2(old, folder / "practice.db")
    desk.sign_in()
    state = desk("audit", "state")
    assert desk.code == 1
    assert (state["gap"]["kind"], state["gap"]["witness"]) == ("rolled-back", "marks")
    assert str(state["gap"]["first"]) in state["gap"]["words"]
    desk("people", "import", str(tmp_path / "people.csv"))
    assert (desk.code, "log-gap" in desk.out) == (1, True)
    words = ("--cause", "restored-backup", "--reason", "The disk was exchanged")
    state = desk("audit", "explain-gap", *words)
    assert (desk.code, state["gap"]) == (0, None)
    desk("people", "import", str(tmp_path / "people.csv"))
    assert desk.code == 0
    desk("audit", "explain-gap", *words)
    assert (desk.code, "no-gap" in desk.out) == (1, True)


@pytest.mark.parametrize("words", [(), ("--cause", "because", "--reason", "x"), ("--cause", "unknown")])
def test_a_gap_is_explained_with_a_known_cause_and_a_reason(desk: Shell, words: tuple[str, ...]) -> None:
    desk("audit", "explain-gap", *words)
    assert desk.code == 2

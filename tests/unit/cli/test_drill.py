"""`backup drill`, `backup kit`, `backup new-key`: the forms that scripts rely on, errors, wrong use."""

from __future__ import annotations

import getpass
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import Shell, Terminal

DRILL = {
    *("id", "ok", "reason", "target", "backup", "seconds", "records", "sampled", "key_proven", "report"),
}


@pytest.fixture
def key(desk: Shell, tmp_path: Path) -> str:
    """Of a practice with a backup in a folder."""
    (tmp_path / "drive").mkdir()
    place = {"name": "Drive", "kind": "usb", "address": str(tmp_path / "drive")}
    desk("backup", "target", "add", given=place)
    made = desk("backup", "new-key")
    assert set(made) == {"recovery_key"}
    desk("backup", "create")
    desk.print_papers()
    return str(made["recovery_key"])


def asked(desk: Shell, key: str) -> list[str]:
    answer = desk("backup", "drill", "--asks")
    assert set(answer) == {"groups"}
    return [key.split("-")[number - 1] for number in answer["groups"]]


def refused(desk: Shell, *words: str, given: Any = None) -> str:
    answer = desk(*words, given=given)
    assert (desk.code, set(answer["error"])) == (1, {"code", "message", "hint"})
    return str(answer["error"]["code"])


def test_a_drill_by_command(desk: Shell, key: str, tmp_path: Path) -> None:
    to = tmp_path / "drill.pdf"
    done = desk("backup", "drill", "--to", str(to), given={"typed": asked(desk, key)})
    assert set(done) == DRILL
    assert (desk.code, done["ok"], done["reason"], done["key_proven"]) == (0, True, None, True)
    assert done["report"].startswith("sealwell.local/")
    assert to.read_bytes().startswith(b"%PDF")
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    listed = desk("backup", "list")
    assert listed["drill_due"] is not None


def test_a_failed_drill_is_exit_1_and_says_why(desk: Shell, key: str, tmp_path: Path) -> None:
    wrong = desk("backup", "drill", given={"typed": ["AAAA", "BBBB"]})
    assert (desk.code, wrong["ok"], wrong["reason"]["code"]) == (1, False, "drill-key-wrong")
    assert set(wrong["reason"]) == {"code", "words"}
    (tmp_path / "drive").rename(tmp_path / "drawer")
    away = desk("backup", "drill", given={"typed": asked(desk, key)})
    assert (desk.code, away["reason"]["code"]) == (1, "target-not-connected")


def test_at_a_terminal_the_groups_are_asked_for_unseen(
    desk: Shell, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: list[str] = []
    groups = asked(desk, key)

    def prompt(words: str, stream: object = None) -> str:
        prompts.append(words)
        return groups[len(prompts) - 1]

    monkeypatch.setattr(getpass, "getpass", prompt)
    done = desk.plain("backup", "drill", "--json", "--practice", str(desk.folder), source=Terminal())
    assert (desk.code, done["ok"]) == (0, True)
    assert len(prompts) == 2
    assert prompts[0].startswith("Group ")


@pytest.mark.parametrize("given", [{}, {"typed": "AAAA"}, {"typed": [1, 2]}, {"typed": None}])
def test_a_document_that_is_none_is_wrong_use(desk: Shell, key: str, given: dict[str, Any]) -> None:
    assert (desk("backup", "drill", given=given), desk.code) == (None, 2)


def test_without_input_or_backup_nothing_begins(desk: Shell, key: str) -> None:
    assert (desk("backup", "drill"), desk.code) == (None, 2)
    assert refused(desk, "backup", "drill", given={"typed": ["AAAA"]}) == "drill-typed-missing"
    nowhere = ("backup", "drill", "--target", "0" * 32)
    assert refused(desk, *nowhere, given={"typed": ["AAAA", "BBBB"]}) == "target-unknown"


def test_the_kit_is_written_with_and_without_the_key_and_never_over_a_file(
    desk: Shell, key: str, tmp_path: Path
) -> None:
    to = tmp_path / "kit.pdf"
    assert desk("backup", "kit", "--to", str(to)) == {"file": str(to)}
    assert refused(desk, "backup", "kit", "--to", str(to)) == "file-exists"
    again = ("backup", "kit", "--with-key", "--to", str(tmp_path / "key.pdf"))
    assert refused(desk, *again, given={"recovery_key": "AAAA"}) == "recovery-key-mistyped"
    assert desk(*again, given={"recovery_key": key}) == {"file": again[-1]}
    assert stat.S_IMODE((tmp_path / "key.pdf").stat().st_mode) == 0o600


def test_a_new_key_opens_and_the_old_one_does_not(desk: Shell, key: str, tmp_path: Path) -> None:
    made = desk("backup", "new-key")["recovery_key"]
    kit = ("backup", "kit", "--with-key", "--to", str(tmp_path / "kit.pdf"))
    assert refused(desk, *kit, given={"recovery_key": key}) == "recovery-key-wrong"
    assert desk(*kit, given={"recovery_key": made}) == {"file": kit[-1]}

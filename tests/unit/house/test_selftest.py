"""The self-test: every part works here, can fail, and says what to do then (docs/formats/self-test.md)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop import program, selftest
from desktop.crypto import devicekey, openpgp
from desktop.errors import SealwellError, VaultError
from desktop.models import keyed
from desktop.selftest import ABSENT, FAILED, OK, PARTS, attempt
from desktop.texts import LANGUAGES, Texts

PAGE = Path(__file__).parents[3] / "docs" / "formats" / "self-test.md"


def outcome(name: str) -> selftest.Tried:
    selftest._drawing.cache_clear()
    return attempt(name, PARTS[name])


@pytest.mark.parametrize("name", sorted(PARTS))
def test_every_part_works_here_or_is_not_needed(name: str) -> None:
    tried = outcome(name)
    assert tried.result in ((OK, ABSENT) if name in ("keyring", "gpg") else (OK,)), tried


def fails(error: Exception) -> Callable[..., Any]:
    def failing(*_: object, **__: object) -> Any:
        raise error

    return failing


@pytest.mark.parametrize(
    ("name", "where", "what"),
    [
        ("calculations", "desktop.crypto.selftest.self_test", VaultError("self-test-failed", part="hkdf")),
        ("database", "desktop.models.trial.keyed", VaultError("database-no-cipher")),
        ("keyring", "desktop.crypto.devicekey.system_store", VaultError("keyring-locked")),
        ("openpgp", "pysequoia.encrypt", RuntimeError("broken")),
        ("gpg", "desktop.crypto.openpgp.OwnKeyring", SealwellError("gpg-failed")),
        ("translations", "desktop.texts.Texts.codes", FileNotFoundError("es.mo")),
        ("templates", "desktop.mail.template_design.Design", RuntimeError("broken")),
        ("time", "desktop.mail.holidays.is_holiday", ModuleNotFoundError("holidays.countries")),
        ("workers", "desktop.program.subprocess.Popen", OSError("no more processes")),
        ("fonts", "desktop.program.subprocess.Popen", OSError("no more processes")),
        ("sorting", "desktop.program.subprocess.Popen", OSError("no more processes")),
        ("window", "desktop.program.subprocess.Popen", OSError("no more processes")),
    ],
)
def test_every_part_can_fail_and_ends_no_other(
    monkeypatch: pytest.MonkeyPatch, name: str, where: str, what: Exception
) -> None:
    monkeypatch.setattr(where, fails(what))
    tried = outcome(name)
    assert tried.result == FAILED
    assert tried.detail
    for language in LANGUAGES:
        assert len(selftest._line(Texts(language), tried).splitlines()) == 3


def test_no_part_is_untried() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == list(PARTS)


def test_a_file_that_is_not_encrypted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "_PLAIN", b"")
    assert outcome("database").detail == "Wrong: the file is not encrypted"


def test_a_wrong_key_that_opens_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = keyed.keyed
    monkeypatch.setattr(selftest, "token_bytes", lambda size: b"k" * size)
    assert outcome("database").detail == "Wrong: a wrong key opened the file"
    assert keyed.keyed is right


def test_where_there_is_no_keyring_and_no_gpg_nothing_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devicekey, "system_store", lambda: None)
    monkeypatch.setattr(openpgp, "OwnKeyring", fails(SealwellError("gpg-missing")))
    assert [outcome(name).result for name in ("keyring", "gpg")] == [ABSENT, ABSENT]


def test_a_window_that_ends_its_process_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    assert outcome("window").detail == "Wrong: the window cannot be opened here"


def test_a_worker_of_backups_that_dies_at_its_start_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    command = program.command

    def incomplete(*words: str) -> list[str]:
        """As where the installed program lacks a module."""
        return [sys.executable, "-c", "import no_such_module"] if "backup" in words else command(*words)

    monkeypatch.setattr(program, "command", incomplete)
    assert outcome("workers").detail == "Wrong: the maker of backups did not start"


def test_the_outcome_is_said_and_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        selftest, "PARTS", {"time": lambda: "", "keyring": fails(selftest.Absent("no store"))}
    )
    assert selftest.self_test(["--report", str(tmp_path / "report.json")], "en") == 0
    written = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert (written["format"], written["version"], written["passed"]) == ("sealwell-self-test", 1, True)
    assert written["program"] == {"version": program.build().version, "commit": "", "date": ""}
    assert [one["result"] for one in written["parts"]] == [OK, ABSENT]
    assert "not there" in capsys.readouterr().out


def test_where_there_is_no_terminal_the_report_is_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(selftest, "PARTS", {"time": fails(selftest.Wrong("clock"))})
    monkeypatch.setattr("sys.stdout", None)
    assert selftest.self_test(["--report", str(tmp_path / "report.json")], "es") == 1
    assert not json.loads((tmp_path / "report.json").read_text("utf-8"))["passed"]

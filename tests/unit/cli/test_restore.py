"""`restore`: its forms, its errors and wrong use; no practice, no token."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.made_practice import PASSWORD, USER, MovedClock
from tests.support.backed import NEW_PASSWORD, WHY, Shelf, fresh_backups
from tests.support.shell import Shell, Terminal

FORM = {"folder", "name", "made_at", "records", "waiting", "seconds", "recovery_key"}
OPENING = {"user": USER, "password": PASSWORD, "reason": WHY}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return fresh_backups(tmp_path_factory.mktemp("backed"))


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.delenv("SEALWELL_TOKEN", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Shell(tmp_path / "own", MovedClock(), monkeypatch)


def refused(bare: Shell, *words: str, given: Any) -> str:
    answer = bare.bare("restore", *words, given=given)
    assert (bare.code, set(answer["error"])) == (1, {"code", "message", "hint"})
    return str(answer["error"]["code"])


def wrong(bare: Shell, *words: str, given: Any) -> None:
    assert bare.bare("restore", *words, given=given) is None
    assert bare.code == 2
    assert bare.err


def test_from_a_file_with_the_password(bare: Shell, shelf: Shelf, tmp_path: Path) -> None:
    file, to = shelf.folder / shelf.names[0], tmp_path / "new"
    done = bare.bare("restore", str(file), "--to", str(to), given=OPENING)
    assert (bare.code, set(done)) == (0, FORM)
    assert (done["folder"], done["name"], done["waiting"], done["recovery_key"]) == (
        *(str(to), file.name, 2, None),
    )
    said = bare.err.splitlines()
    assert said
    assert all(line.endswith(" percent done") for line in said)
    assert refused(bare, str(file), "--to", str(to), given=OPENING) == "restore-in-place"


@pytest.mark.parametrize("words", [(), ("--newest",)])
def test_from_a_folder_the_newest(bare: Shell, shelf: Shelf, tmp_path: Path, words: tuple[str, ...]) -> None:
    place = shelf.folder / shelf.names[0] if words else shelf.root
    done = bare.bare("restore", str(place), "--to", str(tmp_path / "new"), *words, given=OPENING)
    assert done["name"] == shelf.names[-1]


def test_with_the_recovery_key_into_the_practices_own_folder(bare: Shell, shelf: Shelf) -> None:
    opening = {**OPENING, "password": NEW_PASSWORD, "recovery_key": shelf.recovery_key}
    target = {"kind": "usb", "address": str(shelf.root)}
    done = bare("restore", shelf.names[1], given={**opening, "target": target})
    assert (bare.code, done["folder"]) == (0, str(bare.folder))
    assert done["recovery_key"] not in (None, shelf.recovery_key)
    assert shelf.recovery_key not in bare.out + bare.err
    assert NEW_PASSWORD not in bare.out + bare.err


def test_for_people_it_says_what_waits_and_shows_the_key_once(
    bare: Shell, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = iter([NEW_PASSWORD, shelf.recovery_key, ""])
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: next(secrets))
    keyboard = Terminal(f"{USER}\n{WHY}\n")
    with suppress(json.JSONDecodeError):  # it is for people
        bare.plain("restore", str(shelf.root), "--to", str(tmp_path / "new"), source=keyboard)
    assert bare.code == 0
    lines = bare.out.splitlines()
    assert str(tmp_path / "new") in lines[0]
    assert lines[1].startswith("2 messages wait")
    assert lines[2].startswith("New recovery key")


def test_what_lies_there_is_listed_without_any_secret(bare: Shell, shelf: Shelf) -> None:
    listed = bare.bare("restore", str(shelf.root), "--list", given={})
    assert set(listed) == {"backups", "host_key", "fingerprint"}
    assert [(one["name"], one["whole"], one["complete"]) for one in listed["backups"]] == [
        (shelf.names[1], False, True),
        (shelf.names[0], True, True),
    ]
    with suppress(json.JSONDecodeError):
        bare.plain("restore", str(shelf.root), "--list")
    assert [line.split()[0] for line in bare.out.splitlines()] == [*reversed(shelf.names)]


def test_what_is_wrong_is_said(bare: Shell, shelf: Shelf, tmp_path: Path) -> None:
    to = ("--to", str(tmp_path / "new"))
    file = str(shelf.folder / shelf.names[1])
    assert refused(bare, file, *to, given={**OPENING, "password": "wrong"}) == "restore-password-wrong"
    assert refused(bare, file, *to, given={**OPENING, "user": "eve"}) == "restore-no-slot"
    assert refused(bare, str(tmp_path / "a.sealwell"), *to, given=OPENING) == "backup-missing"
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(file, alone)
    assert refused(bare, str(alone), *to, given=OPENING) == "backup-chain-broken"
    assert not (tmp_path / "new").exists()


def test_wrong_use(bare: Shell, shelf: Shelf, tmp_path: Path) -> None:
    to = ("--to", str(tmp_path / "new"))
    wrong(bare, given=OPENING)
    wrong(bare, str(shelf.root), *to, given={"user": USER, "password": PASSWORD})
    wrong(bare, str(shelf.root), *to, given={**OPENING, "password": 7})
    for target in (
        *("usb", None, {"kind": "usb"}, {"kind": "tape", "address": "/"}, {"kind": "usb", "address": 7}),
        {"kind": "usb", "address": str(shelf.root), "port": 22},
    ):
        wrong(bare, "newest", *to, given={**OPENING, "target": target})
    assert not (tmp_path / "new").exists()

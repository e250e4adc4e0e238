"""`emergency`, `move` and `retire`: their forms, their errors and wrong use."""

from __future__ import annotations

import io
import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from tests.made_practice import PASSWORD, USER, VISITS
from tests.support.retired import SAME_DISK
from tests.support.shell import Shell, begin

WHY = "The computer broke down in the night"
OPENING = {"user": USER, "password": PASSWORD, "reason": WHY}


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def code_of(shell: Shell, *words: str, given: object = None) -> str:
    answer = shell(*words, given=given)
    assert (shell.code, set(answer["error"])) == (1, {"code", "message", "hint"})
    return str(answer["error"]["code"])


@pytest.fixture
def booked(desk: Shell, tmp_path: Path) -> Shell:
    file, now = tmp_path / "visits.csv", desk.clock.now().timestamp()
    file.write_bytes(VISITS)
    os.utime(file, (now, now))
    assert desk("appointments", "import", str(file), "--whole")["created"] == 3
    desk("signout")
    return desk


def test_the_day_of_a_practice_that_nobody_has_open(booked: Shell) -> None:
    shown = booked("emergency", "--day", "2026-11-24", given=OPENING)
    assert booked.code == 0
    assert set(shown) == {"practice", "day", "visits", "calls", "damage", "recorded", "file"}
    assert (shown["practice"], shown["day"], shown["damage"]) == ("Elm Street", "2026-11-24", [])
    assert (shown["recorded"], shown["file"]) == (True, None)
    assert [one["name"] for one in shown["visits"]] == [
        *("Zoraida Canaryfield", "Bo Nightingale", "Ned Noaddress"),
    ]
    assert set(shown["visits"][0]) == {"day", "at", "name", "phone", "kind", "provider", "why"}
    assert shown["calls"][-1]["why"]["code"] == "no-address"


def test_as_lines_and_as_a_paper(booked: Shell, tmp_path: Path) -> None:
    booked.print_papers()
    to = tmp_path / "today.pdf"
    shown = booked("emergency", "--to", str(to), given=OPENING)
    assert shown["file"] == str(to)
    assert to.read_bytes() == b"%PDF-1.7"
    assert code_of(booked, "emergency", "--to", str(to), given=OPENING) == "file-exists"
    words = ("emergency", "--day", "2026-11-24", "--practice", str(booked.folder), "--stdin")
    with suppress(json.JSONDecodeError):
        booked.plain(*words, source=io.StringIO(json.dumps(OPENING)))
    assert "09:30  Zoraida Canaryfield" in booked.out


def test_by_the_recovery_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell, made = begin(tmp_path / "practice", monkeypatch)
    (shell.folder / "vault.keys").write_bytes(os.urandom(100))
    given = {"user": USER, "recovery_key": made["recovery_key"], "reason": WHY}
    shown = shell("emergency", "--recovery", given=given)
    assert {"kind": "file", "what": "vault.keys", "lost": 0} in shown["damage"]
    assert code_of(shell, "emergency", "--recovery", given={**given, "recovery_key": "AAAA"}) == (
        "recovery-key-mistyped"
    )


def test_wrong_use_and_refusals(booked: Shell) -> None:
    assert code_of(booked, "emergency", given={**OPENING, "reason": " "}) == "reason-missing"
    assert code_of(booked, "emergency", given={**OPENING, "password": "wrong"}) == "wrong-password"
    assert booked("emergency", given={"user": USER, "reason": WHY}) is None
    assert booked.code == 2
    assert booked("emergency", "--day", "tomorrow", given=OPENING) is None
    assert booked.code == 2
    booked.plain("emergency", "--practice", str(booked.folder), source=io.StringIO(""))
    assert booked.code == 2
    assert booked("retire", given={"practice": "Elm Street", "reason": WHY}) is None
    assert booked.code == 2


def test_moving_is_planned_and_settled(desk: Shell) -> None:
    plan = desk("move", "plan")
    assert set(plan) == {"ready", "freshness", "items"}
    assert plan["ready"] is False
    assert {"item", "done", "reason"} == set(plan["items"][0])
    assert desk("move", "arrival") == {"items": []}
    assert code_of(desk, "move", "settle", "outbox") == "arrival-item-unknown"


def test_a_computer_is_retired_once_everything_lies_outside(
    desk: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "certificate.pdf"
    given = {"practice": "Elm Street", "reason": "It is old"}
    desk.print_papers()
    assert code_of(desk, "retire", "--to", str(to), given=given) == "retire-not-saved"
    place = tmp_path / "shelf"
    place.mkdir()
    desk.sign_in()
    desk("backup", "target", "add", given={"name": "Shelf", "kind": "folder", "address": str(place)})
    assert desk.code == 0
    assert code_of(desk, "retire", "--to", str(to), given={**given, "practice": "Elm"}) == (
        "practice-name-wrong"
    )
    assert code_of(desk, "retire", "--to", str(to), given=given) == "retire-same-disk"
    monkeypatch.setattr(SAME_DISK, lambda path, folder: False)
    done = desk("retire", "--to", str(to), given=given)
    assert (desk.code, done["certificate"], done["left"]) == (0, str(to), [])
    assert to.read_bytes() == b"%PDF-1.7"
    assert code_of(desk, "people", "search", "Bo") in ("session-ended", "vault-missing")
    assert list(place.rglob("*.sealwell"))

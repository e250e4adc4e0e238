"""`backup`: the forms that scripts rely on, with a folder as the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import Shell

BACKUP = {"id", "name", "made_at", "whole", "bytes", "records", "sha256"}
LINE = {
    *("id", "name", "kind", "address", "user", "every_hours", "own", "last", "last_at", "bytes", "behind"),
    *("next_at", "tried_at", "trouble", "problem", "same_disk", "retired_at"),
}
NOTHING = "0" * 32


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "drive").mkdir()
    return {"name": "Drive", "kind": "usb", "address": str(tmp_path / "drive")}


@pytest.fixture
def target(desk: Shell, place: dict[str, Any]) -> str:
    return str(desk("backup", "target", "add", given=place)["id"])


def refused(desk: Shell, *words: str, given: Any = None) -> str:
    answer = desk(*words, given=given)
    assert (desk.code, set(answer["error"])) == (1, {"code", "message", "hint"})
    return str(answer["error"]["code"])


def wrong(desk: Shell, *words: str, given: Any = None) -> None:
    answer = desk(*words, given=given)
    assert (desk.code, answer) == (2, None), given
    assert desk.err


def test_a_place_is_tried_added_changed_listed_and_retired(desk: Shell, place: dict[str, Any]) -> None:
    tested = desk("backup", "target", "test", given=place)
    assert set(tested) == {"ok", "steps", "host_key", "fingerprint"}
    assert tested["ok"], tested
    added = desk("backup", "target", "add", given=place)
    assert set(added) == LINE
    assert (added["kind"], added["last"], added["every_hours"]) == ("usb", None, 0)
    changed = desk("backup", "target", "change", added["id"], given={**place, "every_hours": 24})
    assert (changed["id"], changed["every_hours"]) == (added["id"], 24)
    assert desk("backup", "target", "test", added["id"])["ok"]
    (line,) = desk("backup", "target", "list")["targets"]
    assert set(line) == LINE
    assert desk("backup", "target", "list", added["id"]) == {"backups": []}
    (retired,) = desk("backup", "target", "retire", added["id"])["targets"]
    assert retired["retired_at"]


def test_one_is_made_listed_and_looked_into(desk: Shell, target: str, tmp_path: Path) -> None:
    made = desk("backup", "create")
    assert (set(made), desk.code) == ({"backup", "copied", "failed"}, 0)
    assert set(made["backup"]) == BACKUP
    assert (made["copied"], made["failed"]) == ([target], [])
    shown = desk("backup", "list")
    assert shown["freshness"]["state"] == "fresh"
    assert shown["freshness"]["words"]
    (one,) = shown["backups"]
    assert one["copies"][0]["target"] == target
    name = made["backup"]["name"]
    (stored,) = desk("backup", "target", "list", target)["backups"]
    assert (stored["name"], stored["complete"]) == (name, True)
    (file,) = (tmp_path / "drive").glob("*/*.sealwell")
    for words in ((str(file),), ("--target", target), ("--target", target, name)):
        found = desk("backup", "verify", *words)
        assert (found["ok"], found["reason"], desk.code) == (True, None, 0)
        assert found["records"] == made["backup"]["records"]
    file.write_bytes(file.read_bytes()[:-1])
    found = desk("backup", "verify", str(file))
    assert (found["ok"], found["reason"]["code"], desk.code) == (False, "backup-cut", 1)


def test_where_no_place_takes_it_the_command_fails_and_says_so(
    desk: Shell, target: str, tmp_path: Path
) -> None:
    (tmp_path / "drive").rename(tmp_path / "pulled-out")
    made = desk("backup", "create")
    assert (made["copied"], desk.code) == ([], 1)
    assert made["backup"] is not None
    assert made["failed"][0]["reason"]["code"] == "target-not-connected"
    (line,) = desk("backup", "target", "list")["targets"]
    assert (line["trouble"]["code"], line["behind"]) == ("target-not-connected", 1)


def test_wrong_use_and_what_there_is_not(desk: Shell, place: dict[str, Any], tmp_path: Path) -> None:
    wrong(desk, "backup", "verify")
    wrong(desk, "backup", "target", "retire")
    wrong(desk, "backup", "target", "change")
    wrong(desk, "backup", "target", "test", NOTHING)
    for broken in ({**place, "kind": "tape"}, {**place, "secrets": "x"}, {"name": "x"}, {**place, "baa": 1}):
        wrong(desk, "backup", "target", "add", given=broken)
    assert refused(desk, "backup", "target", "retire", NOTHING) == "target-unknown"
    assert refused(desk, "backup", "verify", "--target", NOTHING) == "target-unknown"
    assert refused(desk, "backup", "verify", str(tmp_path / "none.sealwell")) == "file-missing"

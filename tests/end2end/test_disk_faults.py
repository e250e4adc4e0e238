"""G27: the disk fails at its Nth write: nothing corrupt, no committed row lost, a clear message."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from desktop.texts import Texts
from tests.support.disk_fault import BROKEN, FULL, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the disk fails by LD_PRELOAD")

KNOWN = {"disk-full", "database-unwritable"}
HUNDREDS = 500


def told(
    what: str, folder: Path, error: int, numbers: Sequence[int], seconds: float = 100
) -> list[dict[str, Any]]:
    asked = (what, str(folder), str(error), *map(str, numbers))
    said = run("tests.end2end.fault_runner", *asked, under=folder, seconds=seconds)
    found = [json.loads(line) for line in said.splitlines()]
    assert [one["n"] for one in found] == list(numbers)
    return found


def clear(code: str) -> bool:
    """An error that people can mend, with what to do."""
    return code in KNOWN and bool(Texts("en").say(f"error.{code}.hint"))


def rows_hold(found: dict[str, Any]) -> None:
    done = found["committed"]
    assert all(found["there"][:done]), found
    assert sum(found["there"]) <= done + 1, found  # the one that nobody was told of may have made it
    assert done == len(found["there"]) or clear(found["code"]), found


def backups_hold(found: dict[str, Any]) -> None:
    assert found["stands"], found
    assert found["left"] == [], found
    assert found["grown"] != bool(found["code"]), found
    assert not found["code"] or clear(found["code"]), found


@pytest.mark.parametrize("error", [FULL, BROKEN])
def test_a_row_that_was_committed_outlives_a_disk_that_fails(tmp_path: Path, error: int) -> None:
    found = told("rows", tmp_path, error, range(1, HUNDREDS, 50))
    assert any(one["code"] for one in found)
    for one in found:
        rows_hold(one)


@pytest.mark.parametrize("error", [FULL, BROKEN])
def test_a_backup_on_a_disk_that_fails_is_none_and_the_earlier_one_stays(tmp_path: Path, error: int) -> None:
    found = told("backups", tmp_path, error, (1, 3, 7, 30))
    assert any(one["code"] for one in found)
    for one in found:
        backups_hold(one)


@pytest.mark.soak
@pytest.mark.parametrize("error", [FULL, BROKEN])
def test_rows_at_each_of_the_first_five_hundred_writes(tmp_path: Path, error: int) -> None:
    for one in told("rows", tmp_path, error, range(1, HUNDREDS + 1), 1800):
        rows_hold(one)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("error", [FULL, BROKEN])
def test_backups_at_each_of_the_first_five_hundred_writes(tmp_path: Path, error: int) -> None:
    for one in told("backups", tmp_path, error, range(1, HUNDREDS + 1), 3500):
        backups_hold(one)

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


def committed_rows(folder: Path, error: int, numbers: Sequence[int]) -> list[dict[str, Any]]:
    said = run("tests.end2end.fault_runner", str(folder), str(error), *map(str, numbers), under=folder)
    return [json.loads(line) for line in said.splitlines()]


def holds(found: dict[str, Any]) -> None:
    done = found["committed"]
    assert all(found["there"][:done]), found["n"]
    assert sum(found["there"]) <= done + 1, found["n"]  # the one that nobody was told of may have made it
    if done < len(found["there"]):
        assert found["code"] in KNOWN
        assert Texts("en").say(f"error.{found['code']}.hint")


@pytest.mark.parametrize("error", [FULL, BROKEN])
def test_a_row_that_was_committed_outlives_a_disk_that_fails(tmp_path: Path, error: int) -> None:
    found = committed_rows(tmp_path, error, range(1, 501, 25))
    assert any(one["committed"] < len(one["there"]) for one in found)
    for one in found:
        holds(one)


@pytest.mark.soak
@pytest.mark.parametrize("error", [FULL, BROKEN])
def test_at_each_of_the_first_five_hundred_writes(tmp_path: Path, error: int) -> None:
    found = committed_rows(tmp_path, error, range(1, 501))
    assert len(found) == 500
    for one in found:
        holds(one)

"""`kill -9` and a failing disk while a practice is brought back: all of it is there afterwards, or none."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.office.values_entry import NewPractice
from desktop.paths import PracticeFolder
from desktop.texts import Texts
from tests.made_practice import PASSWORD, USER
from tests.support.backed import NEW_PASSWORD, Bare, Shelf, by_recovery_key, fresh_backups
from tests.support.disk_fault import BROKEN, FULL, run

ROOT = Path(__file__).resolve().parents[2]
MODULE = "tests.end2end.restore_runner"
KILLED = -signal.SIGKILL if sys.platform != "win32" else 1

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return fresh_backups(tmp_path_factory.mktemp("backed"))


@dataclass
class Scene:
    shelf: Shelf
    root: Path

    @property
    def to(self) -> Path:
        return self.root / "new"

    @property
    def folder(self) -> PracticeFolder:
        return PracticeFolder(self.to)

    def start(self, step: int) -> int:
        """How many steps there were; 0 where it died."""
        given = ("kill", str(self.shelf.root), str(self.to), self.shelf.recovery_key, str(step))
        done = subprocess.run(
            [sys.executable, "-m", MODULE, *given],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.stdout.startswith("ready\n")
        if done.returncode == KILLED:
            return 0
        assert done.returncode == 0
        return int(done.stdout.split()[1])

    def bare(self) -> Bare:
        return Bare(self.shelf, self.root)

    def looks_like_a_practice(self) -> bool:
        """Either all of it is there, and its new password opens it, or nobody takes it for one."""
        if self.folder.exists():
            bare = self.bare()
            office, session = bare.signed_in(password=NEW_PASSWORD, folder=self.to)
            assert office.verify_audit(session).ok
            bare.close()
            return True
        assert not self.bare().office(folder=self.to).practice_exists()
        return False

    def again(self) -> None:
        """Whatever was left, the next restore into the same folder succeeds and leaves nothing else."""
        bare = self.bare()
        bare.office().restore(by_recovery_key(self.shelf.where, self.to, self.shelf.recovery_key))
        office, session = bare.signed_in(password=NEW_PASSWORD, folder=self.to)
        assert office.verify_audit(session).ok
        bare.close()
        assert not self.folder.restoring.exists()
        assert not self.folder.pending_keys.exists()


def points(shelf: Shelf, root: Path) -> int:
    return Scene(shelf, root / "counted").start(0)


@pytest.mark.timeout(240)
def test_killed_at_any_step_nothing_is_left_that_looks_like_a_practice(shelf: Shelf, tmp_path: Path) -> None:
    steps = points(shelf, tmp_path)
    chance = random.Random(8)
    there = []
    for step in [2, *sorted(chance.sample(range(3, steps - 40), 2)), steps - 33, steps - 21, steps - 5]:
        scene = Scene(shelf, tmp_path / str(step))
        assert scene.start(step) == 0
        there.append(scene.looks_like_a_practice())
        if not there[-1]:
            scene.again()
    assert there == sorted(there)
    assert set(there) == {True, False}


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_at_each_step(shelf: Shelf, tmp_path: Path) -> None:
    for step in range(1, points(shelf, tmp_path) + 1):
        scene = Scene(shelf, tmp_path / str(step))
        assert scene.start(step) == 0
        if not scene.looks_like_a_practice():
            scene.again()


def test_a_set_up_in_the_same_folder_sweeps_what_a_killed_restore_left(shelf: Shelf, tmp_path: Path) -> None:
    scene = Scene(shelf, tmp_path)
    assert scene.start(points(shelf, tmp_path) - 21) == 0
    assert {path.name for path in scene.to.iterdir()} >= {".restoring", "setup.keys", "practice.db"}
    office = scene.bare().office(folder=scene.to)
    office.create_practice(NewPractice("Oak Street", "America/Denver", USER, password=PASSWORD))
    office.close()
    assert not scene.folder.restoring.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the disk fails by LD_PRELOAD")
@pytest.mark.parametrize("error", [FULL, BROKEN])
def test_a_disk_that_fails_at_any_write_leaves_nothing(shelf: Shelf, tmp_path: Path, error: int) -> None:
    (whole,) = faulty(shelf, tmp_path / "counted", error, (10**6,))
    assert (whole["code"], whole["left"]) == ("", ["new"])
    chance = random.Random(error)
    chosen = [1, 2, *sorted(chance.sample(range(3, whole["asked"]), 5)), whole["asked"]]
    for found in faulty(shelf, tmp_path / "bad", error, chosen):
        if found["code"]:
            assert found["left"] == [], found
            assert not Texts("en").say(f"error.{found['code']}").startswith("error."), found


def faulty(shelf: Shelf, root: Path, error: int, numbers: Sequence[int]) -> list[dict[str, Any]]:
    root.mkdir()
    given = ("fault", str(shelf.root), str(root / "new"), shelf.recovery_key, str(error))
    said = run(MODULE, *given, *map(str, numbers), under=root, seconds=100)
    return [json.loads(line) for line in said.splitlines()]

"""G17: `kill -9` while the vault key is changed: one vault opens, with all rows, and only one."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.crypto.vault import unlock
from desktop.errors import VaultError
from desktop.paths import PracticeFolder
from tests.support.renewal import BEN, BEN_PASSWORD, Renewal

ROOT = Path(__file__).resolve().parents[2]
RUNNER = Path(__file__).with_name("rotation_runner.py")
ROWS = 150
KILLED = -signal.SIGKILL if sys.platform != "win32" else 1

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9")


class Scene:
    """The same practice again and again, each time with another death."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _, vault_key, _ = Renewal.make(folder / "made", ROWS)
        self.vault_key = vault_key.hex()

    def start(self, last: int) -> subprocess.Popen[bytes]:
        root = self.folder / "practice"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.folder / "made", root)
        child = subprocess.Popen(
            [sys.executable, str(RUNNER), str(root), self.vault_key, str(last)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        return child

    def length(self) -> tuple[int, float]:
        """Steps and seconds of a change that nobody disturbs."""
        child = self.start(0)
        began = time.monotonic()
        with child:
            said = child.communicate(timeout=60)[0]
        assert child.returncode == 0
        assert self.epoch() == 2
        return int(said), time.monotonic() - began

    def die_at(self, step: int) -> int:
        child = self.start(step)
        with child:
            child.communicate(timeout=60)
        assert child.returncode == KILLED
        return self.epoch()

    def die_after(self, seconds: float) -> int:
        child = self.start(0)
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        with child:
            child.communicate(timeout=60)
        return self.epoch()

    def epoch(self) -> int:
        """What opens now; Ben does as long as nothing has happened, and then never again."""
        practice = Renewal(PracticeFolder(self.folder / "practice"), ROWS)
        epoch = practice.check()
        assert practice.check() == epoch, "settled once and for all"
        if epoch == 1:
            assert unlock(practice.folder.keys, BEN, BEN_PASSWORD, None).epoch == 1
        else:
            with pytest.raises(VaultError, match="wrong-password"):
                unlock(practice.folder.keys, BEN, BEN_PASSWORD, None)
        return epoch


@pytest.mark.timeout(120)
def test_killed_at_steps_before_and_after_the_one_that_counts(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    steps, _ = scene.length()
    chance = random.Random(1)
    chosen = [2, *sorted(chance.sample(range(3, steps - 4), 3)), steps - 2, steps]
    epochs = [scene.die_at(step) for step in chosen]
    assert epochs == sorted(epochs)
    assert set(epochs) == {1, 2}


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_at_each_step(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    steps, _ = scene.length()
    epochs = [scene.die_at(step) for step in range(1, steps + 1)]
    assert epochs == sorted(epochs)
    assert set(epochs) == {1, 2}


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_at_fifty_random_moments(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    _, seconds = scene.length()
    chance = random.Random(2)
    assert {scene.die_after(chance.uniform(0, seconds)) for _ in range(50)} <= {1, 2}

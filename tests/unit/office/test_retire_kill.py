"""`kill -9` while a computer is retired: a practice that works, or one that nobody can open."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.paths import PracticeFolder
from tests.made_practice import Practice
from tests.support.retired import at_home
from tests.unit.office.test_retire import opens

ROOT = Path(__file__).resolve().parents[3]
SEED = 20261122


def run_until(practice: Practice, to: Path, seconds: float | None) -> float:
    """Let a child retire; kill it `seconds` after it began. How long it took where it was let."""
    practice.clock.move(30)
    given = {
        "folder": str(practice.folder.root),
        "totp_uri": practice.made.totp_uri,
        "to": str(to),
        "seconds": practice.clock.mono() - 1000,
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.retire_runner", json.dumps(given)],
        cwd=ROOT,
        env={
            "PYTHONPATH": str(ROOT),
            "PATH": "/usr/bin:/bin",
            "XDG_RUNTIME_DIR": str(practice.folder.root),
            "XDG_STATE_HOME": str(to.parent),
        },
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        began = time.monotonic()
        if seconds is None:
            assert child.stdout.readline() == b"done\n"
            return time.monotonic() - began
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
    return seconds


def kill_at_points(practice: Practice, tmp_path: Path, kills: int) -> None:
    office, session = practice.signed_in()
    at_home(office, session, tmp_path / "shelf")
    office.create_backup(session)
    practice.close()
    chance, takes, worked = random.Random(SEED), 0.0, []
    for number in range(kills + 1):
        copy = tmp_path / f"computer-{number}" / "practice"
        shutil.copytree(practice.folder.root, copy)
        one = Practice(PracticeFolder(copy), practice.clock, practice.made)
        paper = tmp_path / f"papers-{number}" / "certificate.pdf"
        paper.parent.mkdir()
        if number == 0:
            takes = run_until(one, paper, None)
        else:
            run_until(one, paper, takes * (number - chance.random()) / kills)
        worked.append(opens(one))
        one.close()
        shutil.rmtree(copy)
    assert not worked[0]


def test_killed_while_retiring_it_works_or_nobody_opens_it(practice: Practice, tmp_path: Path) -> None:
    kill_at_points(practice, tmp_path, kills=2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_at_50_points_while_retiring(practice: Practice, tmp_path: Path) -> None:
    kill_at_points(practice, tmp_path, kills=50)

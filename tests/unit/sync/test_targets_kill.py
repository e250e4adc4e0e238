"""The program is killed in the middle of an upload: nothing half counts, and little is moved twice."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from desktop.sync.targets.pieces import Pieced
from tests.support.disk_fault import ROOT
from tests.support.targets import KINDS, MARKER, NAME, Scene, scene_of
from tests.support.upload_runner import PORTION

SIZE = 40 * PORTION + 4321


def killed_at(scene: Scene, source: Path, limit: int) -> int:
    """What a child had moved when it was gone."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.upload_runner", NAME, str(source), str(limit)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps({**asdict(scene.place), "secret": scene.secret}),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == -9, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_in_the_middle_of_an_upload_costs_little(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pieced, "portion", PORTION)
    source = tmp_path / "source"
    source.write_bytes(os.urandom(SIZE))
    points = sorted(random.Random(8).sample(range(2 * PORTION, SIZE - PORTION), 3))
    with scene_of(kind, tmp_path) as scene:
        scene.claimed()
        for point in points:
            moved = killed_at(scene, source, point)
            assert scene.reach(MARKER).names() == []
        seen: list[int] = []
        reached = scene.reach(MARKER)
        reached.put(NAME, source, lambda done, of: not seen.append(done))  # type: ignore[func-returns-value]
        assert reached.names() == [(NAME, SIZE)]
        assert reached.sha256(NAME) == hashlib.sha256(source.read_bytes()).hexdigest()
    # What was on its way when the process was gone, and one portion that may not have been flushed.
    assert moved - seen[0] <= 2 * PORTION + (64 * 32 * 1024 if kind == "sftp" else 0)

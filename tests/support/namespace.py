"""Runs a case of `drive_runner.py` where mounting changes nobody else's drives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.disk_fault import ROOT


def in_a_namespace(case: str, folder: Path, namespaces: str = "-rm") -> Any:
    """What the runner says, where it may mount; a plain user may too, in most systems."""
    made = subprocess.run(
        ["unshare", namespaces, sys.executable, "-m", "tests.support.drive_runner", case, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    if made.returncode != 0 and ("unshare" in made.stderr or "mount" in made.stderr):
        pytest.skip("no right to make a mount namespace")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)

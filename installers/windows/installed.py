"""Setup and MSI on a real Windows: installed silently, tested by the program itself, removed.

    python -m installers.windows.installed FOLDER

Needs nothing but Python; the workflow runs it on a machine that has no Sealwell. The long trial, with a
practice, interruptions and refusals, is `trial.py`'s under Wine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from installers.windows.checks import Checks, expect
from installers.windows.facts import PROGRAMS, VERSION, msi_name, setup_name

_WAIT = 60.0
_LONGEST = 600.0


def main(folder: Path) -> int:
    checks = Checks()
    own = Path(os.environ["LOCALAPPDATA"]) / "Programs" / "Sealwell"
    with checks.check("setup, silent"):
        _run(folder / setup_name(), "/S")
    with checks.check("the program of the setup"):
        _test(own / "app")
    with checks.check("removed"):
        _run(own / "uninstall.exe", "/S")
        _gone(own)  # the uninstaller goes on in a copy of itself
    shared = Path(os.environ["PROGRAMFILES"]) / "Sealwell"
    package = str(folder / msi_name())
    with checks.check("MSI, silent"):
        _run("msiexec.exe", "/i", package, "/qn")
    with checks.check("the program of the MSI"):
        _test(shared)
    with checks.check("MSI removed"):
        _run("msiexec.exe", "/x", package, "/qn")
        _gone(shared)
    return checks.close()


def _test(folder: Path) -> None:
    program = folder / PROGRAMS[0]
    said = _run(program, "--version")
    expect(True, VERSION in said, f"version in {said!r}")
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report.json"
        _run(program, "--self-test", "--report", report)
        expect(True, report.is_file(), "the report is there")


def _run(*command: str | Path) -> str:
    """What it says; raises OSError where it does not end with 0."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False)
    if ran.returncode != 0:
        raise OSError(f"{command[0]} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
    return ran.stdout


def _gone(folder: Path) -> None:
    until = time.monotonic() + _WAIT
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.2)
    expect(False, folder.exists(), f"{folder.name} is there")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

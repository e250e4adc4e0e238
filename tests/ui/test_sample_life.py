"""A look around as a process of its own: what it says where it cannot begin, and what is left of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.source import ROOT

DRIVEN = """
import json, os, shutil, sys, tempfile
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop import app
from desktop.ui.problem.dialog import ProblemDialog
from desktop.ui.sample.making import MakingPage

tempfile.tempdir = sys.argv[1]
said = {}
removed = shutil.rmtree

def remove(path, **given):
    held = [os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd")
            if os.path.lexists(f"/proc/self/fd/{one}")]
    said["held"] = [one for one in held if one.startswith(str(path))]
    removed(path, **given)

shutil.rmtree = remove

def on_the_screen(kind):
    return next((one for one in application.allWidgets() if isinstance(one, kind)), None)

application = QApplication([])
timer = QTimer()
timer.timeout.connect(lambda: look())
timer.start(50)
"""
BROKEN = """
def look():
    page = on_the_screen(MakingPage)
    if page is not None and page.notice.words:
        timer.stop()
        said["words"] = page.notice.words
        page.cancel.click()

root = Path(sys.argv[1]) / "root"
root.mkdir()
(root / "backups").touch()  # as good as a full disk: its folder cannot be made
said["code"] = app._look_around(root, "en")
print(json.dumps(said))
"""
REPORTED = """
def look():
    page, dialog = on_the_screen(MakingPage), on_the_screen(ProblemDialog)
    if page is not None and dialog is None:
        page.window().report_problem()
    if dialog is not None:
        timer.stop()
        said["report"] = dialog.whole.toPlainText()
        dialog.close()
        page.cancel.click()

said["code"] = app.run_sample(())
print(json.dumps(said))
"""


def life(program: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", DRIVEN + program, str(folder)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_a_tour_that_cannot_be_built_is_said_and_the_process_ends(tmp_path: Path) -> None:
    said = life(BROKEN, tmp_path)
    assert "could not be opened" in said["words"]
    assert said["code"] == 0


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A look around of which a report was made, and which was left then."""
    folder = tmp_path_factory.mktemp("temporary")
    return life(REPORTED, folder) | {"left": [one.name for one in folder.iterdir()]}


def test_a_report_from_the_look_around_holds_its_log(reported: dict[str, Any]) -> None:
    assert "INFO desktop started" in reported["report"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system what the process holds")
def test_nothing_holds_the_folder_when_it_is_removed(reported: dict[str, Any]) -> None:
    """Windows removes nothing that is open."""
    assert reported["held"] == []
    assert reported["left"] == []

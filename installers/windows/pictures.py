"""The setup's pages as pictures for the guide: `python -m installers.windows.pictures SETUP`.

A real setup under Wine on a screen of its own (Xvfb), pressed by xdotool, photographed by Qt.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installers.windows.facts import ROOT
from installers.windows.machine import MINUTES, Machine
from installers.windows.trial import wait_until

SHOWN = ROOT / "docs" / "screenshots"
_LANGUAGES = {"": "en_US", "-es": "es_ES"}
_SETTLE = 2.0


def main(setup: Path) -> int:
    with screen() as display:
        os.environ |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        for suffix, language in _LANGUAGES.items():
            with tempfile.TemporaryDirectory(prefix="sealwell-pictures-") as folder:
                settings = {"LC_ALL": f"{language}.UTF-8", "LOCPATH": folder}
                where = f"{folder}/{language}.UTF-8"
                subprocess.run(["localedef", "-i", language, "-f", "UTF-8", where], check=True)
                desk = Machine(Path(folder) / "prefix", display, settings)
                desk.start()
                try:
                    _pages(desk, setup, suffix)
                finally:
                    desk.close()
    return 0


def _pages(desk: Machine, setup: Path, suffix: str) -> None:
    process = desk.start_program(setup)
    _window()
    _take(f"windows-setup-welcome{suffix}")
    _press("Return")
    _take(f"windows-setup-licence{suffix}")
    _press("Return")
    wait_until(
        (desk.local / "Programs" / "Sealwell" / "uninstall.exe").exists, "it is installed", 5 * MINUTES
    )
    time.sleep(_SETTLE * 2)
    _take(f"windows-setup-done{suffix}")
    _press("space", "Return")  # unticks "open it now", then ends
    process.communicate(timeout=MINUTES)
    removal = desk.start_program(desk.local / "Programs" / "Sealwell" / "uninstall.exe")
    _window()
    _take(f"windows-remove{suffix}")
    _press("Escape")
    removal.communicate(timeout=MINUTES)


@contextmanager
def screen() -> Iterator[str]:
    """A screen that nobody sees."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "900x640x24"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def _window() -> None:
    """Waits until the setup shows one."""

    def shows() -> bool:
        asked = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "Sealwell"], capture_output=True, check=False
        )
        return bool(asked.stdout.strip())

    wait_until(shows, "the setup shows its window")
    time.sleep(_SETTLE)


def _press(*keys: str) -> None:
    for key in keys:
        subprocess.run(["xdotool", "key", key], check=True)
        time.sleep(_SETTLE)


def _take(name: str) -> None:
    """In a process of its own: Qt meets each screen once."""
    window = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "Sealwell"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[-1]
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; a = QApplication([]); "
        "a.primaryScreen().grabWindow(int(sys.argv[1])).save(sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", code, window, str(SHOWN / f"{name}.png")], check=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))

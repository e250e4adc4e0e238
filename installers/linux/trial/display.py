"""An X server beside the trials' systems, to which their windows connect; and pictures of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installers.linux.trial.system import Failed

_GRAB = (
    "import sys; from PySide6.QtGui import QGuiApplication as A; a = A(['grab', '-platform', 'xcb']); "
    "sys.exit(not a.primaryScreen().grabWindow(0).save(sys.argv[1]))"
)


@contextmanager
def display() -> Iterator[str]:
    """Its name, such as `:1`. It listens where no file is needed, so every system reaches it."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1240x780x24", "-ac", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        try:
            with os.fdopen(reading) as said:
                yield f":{said.readline().strip()}"
        finally:
            server.terminate()


def window(name: str, wait: float = 180) -> str:
    """The id of the visible window that this display shows. Raises Failed if none comes."""
    until = time.monotonic() + wait
    while time.monotonic() < until:
        found = _xdotool(name, "search", "--onlyvisible", "--class", "sealwell")
        if found:
            time.sleep(1)  # painted, not only there
            return found.split()[0]
        time.sleep(0.2)
    raise Failed("no window came")


def picture(name: str, to: Path) -> Path:
    """A PNG of everything on the display."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-c", _GRAB, str(to)],
        env={**os.environ, "DISPLAY": name},
        check=True,
        capture_output=True,
        timeout=60,
    )
    return to


def _xdotool(name: str, *words: str) -> str:
    asked = subprocess.run(
        ["xdotool", *words], env={**os.environ, "DISPLAY": name}, capture_output=True, text=True, check=False
    )
    return asked.stdout

"""From the start of the process to the sign-in page on the screen.

Ours is the real program (`sealwell-gui --practice DIR`, a practice being there), with the
office loading behind the page. The anchor is a process that opens an empty PySide6 window
of the same size. A child says when its window was painted for the first time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._measure import Table, Target, scratch
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.office.values_entry import NewPractice
from desktop.paths import PracticeFolder

ROUNDS = 9
PATIENCE = 60.0


def main() -> int:
    table = Table(
        f"start: process start to the sign-in page, {ROUNDS} rounds",
        "a process that shows an empty PySide6 window",
    )
    with scratch() as folder:
        practice = PracticeFolder(folder / "practice")
        office = build_office(practice, SystemClock(), params=lambda: FLOOR, device_store=lambda: None)
        office.create_practice(NewPractice("Bench", "UTC", "ana", password="quiet harbour seven lanterns"))
        office.close()
        _measure(table, "offscreen", practice.root, {"QT_QPA_PLATFORM": "offscreen"})
        if shutil.which("Xvfb"):
            with _screen() as display:
                _measure(table, "xcb", practice.root, {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display})
        else:
            table.note("xcb: not measured, there is no Xvfb")
    return table.end()


def _measure(table: Table, name: str, practice: Path, platform: dict[str, str]) -> None:
    environment = {**os.environ, **platform, "PYTHONUTF8": "1"}
    ours, anchor = [], []
    for number in range(ROUNDS + 1):
        real = _shown("benchmarks._start_real", environment, "--practice", str(practice))
        empty = _shown("benchmarks._start_empty", environment)
        if number:  # the first round fills the system's file cache
            ours.append(real * 1000)
            anchor.append(empty * 1000)
    table.line(name, ours, anchor, unit="ms", target=Target(2))


def _shown(module: str, environment: dict[str, str], *arguments: str) -> float:
    """Seconds until the child's window is painted; then the child is ended."""
    command = [sys.executable, "-m", module, *arguments]
    began = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=_ROOT) as child:
        limit = threading.Timer(PATIENCE, child.kill)
        limit.start()
        said = child.stdout.readline() if child.stdout else b""
        seconds = time.perf_counter() - began
        limit.cancel()
        child.kill()
    if said != b"shown\n":
        raise RuntimeError(f"{module} showed no window")
    return seconds


@contextmanager
def _screen() -> Iterator[str]:
    """A screen in memory, on a display number that is free."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            number = server.stdout.readline() if server.stdout else b""
            yield f":{number.decode().strip()}"
        finally:
            server.terminate()


_ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    sys.exit(main())

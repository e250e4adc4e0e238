"""Peak memory with 100,000 people, from the end of the key derivation on.

A fresh process signs in to a practice of 100,000 people, shows the window with the People
page, searches hundreds of times, and reads the whole list page by page. Its peak resident
memory (the kernel's VmHWM, counted anew when the derivation has ended) is the figure; the
anchor is the same of a process with an empty PySide6 window. The derivation's own peak is
beside it: its 256 MiB are what guessing a password must cost, and are given back at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks._measure import Table, Target, scratch
from benchmarks._people import EVERYBODY, as_csv, rows

ROUNDS = 3
LIMIT = 300
"""MiB."""
_ROOT = Path(__file__).resolve().parent.parent
_EMPTY = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.resize(1240, 780)
window.show()
application.processEvents()
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def main() -> int:
    if not Path("/proc/self/clear_refs").exists():
        print("memory: the kernel's peak can only be counted anew on Linux; not measured")
        return 0
    table = Table(
        f"memory: {EVERYBODY:,} people, peak resident memory of the process, {ROUNDS} rounds",
        "a process that shows an empty PySide6 window",
    )
    with scratch() as folder:
        practice = str(folder / "practice")
        (folder / "people.csv").write_bytes(as_csv(rows(EVERYBODY)))
        made = _child("import", practice, str(folder / "people.csv"))
        rounds = [
            _child("window", practice, str(made["ahead"] + 60 * (number + 1)), feed=made["totp_uri"])["peaks"]
            for number in range(ROUNDS)
        ]
    empty = [int(_run("-c", _EMPTY)) / 1024 for _ in range(ROUNDS)]

    def of(name: str) -> list[float]:
        return [peaks[name] / 1024 for peaks in rounds]

    limit = Target(LIMIT, of="figure")
    table.line("window and People page shown", of("shown"), empty, unit="MiB")
    table.line("  and hundreds of searches", of("searched"), empty, unit="MiB")
    table.line("  and the whole list read", of("listed"), empty, unit="MiB", target=limit)
    table.line("key derivation, before", of("derivation"), empty, unit="MiB")
    table.line("importing them all", [made["peaks"]["import"] / 1024], empty[:1], unit="MiB")
    return table.end()


def _child(*arguments: str, feed: str = "") -> Any:
    return json.loads(_run("-m", "benchmarks._memory_child", *arguments, feed=feed))


def _run(*arguments: str, feed: str = "") -> str:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        input=feed,
        env=environment,
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())

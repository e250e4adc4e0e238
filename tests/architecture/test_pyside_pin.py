"""PySide6 6.12.0 loses a reference of None on each call that answers nothing, and aborts."""

from __future__ import annotations

import subprocess
import sys

CALLS = 20_000
PROGRAM = f"""
import sys
from PySide6.QtCore import QObject
thing = QObject()
before = sys.getrefcount(None)
for _ in range({CALLS}):
    thing.setObjectName("x")
    thing.blockSignals(False)
print(before - sys.getrefcount(None))
"""


def test_calls_into_qt_lose_no_reference_of_none() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    assert abs(int(done.stdout)) < CALLS // 100

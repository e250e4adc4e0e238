"""The clipboard of a real X server: Qt's offscreen platform does not know who owns its own."""

from __future__ import annotations

import os
import subprocess
import sys

COPIER = """
from PySide6.QtGui import QGuiApplication
from desktop.ui.clipboard import forget_clipboard
application = QGuiApplication([])
QGuiApplication.clipboard().setText("Zoraida Canaryfield")
before = QGuiApplication.clipboard().text()
forget_clipboard()
print(before, "|", QGuiApplication.clipboard().text())
"""


def test_what_was_copied_here_is_forgotten_at_the_lock() -> None:
    done = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-c", COPIER],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "xcb"},
    )
    assert done.stdout.strip() == "Zoraida Canaryfield |"

"""The computer's own lock locks the window: a real session bus, a real signal."""

from __future__ import annotations

import subprocess
import sys

import pytest

LISTENER = """
import subprocess, sys
from PySide6.QtCore import QCoreApplication, QTimer
from desktop.ui.systemlock import SystemLock
application = QCoreApplication([])
said = []
lock = SystemLock(lambda: (said.append("locked"), application.quit()))
signal = ["dbus-send", "--session", "--type=signal", "/org/freedesktop/ScreenSaver"]
QTimer.singleShot(0, lambda: subprocess.run([*signal, sys.argv[1], f"boolean:{sys.argv[2]}"], check=True))
QTimer.singleShot(int(sys.argv[3]), application.quit)
application.exec()
print(*said)
"""


def said_after(signal: str, active: str, patience: int) -> str:
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", LISTENER, signal, active, str(patience)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("saver", ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"])
def test_the_desktops_screen_lock_locks_the_window(saver: str) -> None:
    assert said_after(f"{saver}.ActiveChanged", "true", 20_000) == "locked"


def test_the_end_of_the_screen_lock_locks_nothing() -> None:
    assert said_after("org.freedesktop.ScreenSaver.ActiveChanged", "false", 700) == ""


def test_a_signal_of_another_name_locks_nothing() -> None:
    assert said_after("org.freedesktop.ScreenSaver.SomethingElse", "true", 700) == ""

"""Locks together with the computer: its own screen lock, sleep, a switch of users.

On Linux the desktop's screen saver and the login manager say so on D-Bus. Anybody on the
bus could say it falsely, and the worst that follows is a locked screen. Other systems are
covered by the idle time until their signals are read too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtDBus import QDBusConnection

_LOGIN = "org.freedesktop.login1"
_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver")


class SystemLock(QObject):
    """Calls `on_lock` on the window's thread; lives as long as the window."""

    def __init__(self, on_lock: Callable[[], None]) -> None:
        super().__init__()
        self._on_lock = on_lock
        if sys.platform == "linux":
            self._listen()

    def _listen(self) -> None:
        # PySide6 6.11 wants a slot as text where its stubs say bytes.
        changed: Any = SLOT("changed(bool)")
        locked: Any = SLOT("locked()")
        session, system = QDBusConnection.sessionBus(), QDBusConnection.systemBus()
        if session.isConnected():
            for name in _SAVERS:
                session.connect("", "", name, "ActiveChanged", self, changed)
        if system.isConnected():
            system.connect(_LOGIN, "", f"{_LOGIN}.Manager", "PrepareForSleep", self, changed)
            system.connect(_LOGIN, "", f"{_LOGIN}.Session", "Lock", self, locked)

    @Slot(bool)
    def changed(self, active: bool) -> None:
        """The screen saver began, or the computer is about to sleep."""
        if active:
            self._on_lock()

    @Slot()
    def locked(self) -> None:
        self._on_lock()

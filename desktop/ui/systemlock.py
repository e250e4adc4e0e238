"""Locks together with the computer: its own screen lock, sleep, a switch of users (SECURITY.md, G9).

Each system says so in its own way: `systemlock_linux.py`, `systemlock_windows.py`,
`systemlock_macos.py`. What they hear reaches the window at once, on its own thread.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QWidget

if sys.platform == "win32":
    from desktop.ui.systemlock_windows import WindowsLock as _Lock
elif sys.platform == "darwin":
    from desktop.ui.systemlock_macos import MacLock as _Lock
else:
    from desktop.ui.systemlock_linux import LinuxLock as _Lock


class SystemLock(Protocol):
    """Listens from when it is made until it is stopped."""

    def stop(self) -> None:
        """Hear nothing more; may be called twice."""
        ...


def lock_with_system(window: QWidget, on_lock: Callable[[], None]) -> SystemLock:
    """Call `on_lock` on the window's thread whenever the computer locks; may be called in vain."""
    return _Lock(window, on_lock)

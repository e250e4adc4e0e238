"""Says on standard output when a window was painted for the first time."""

from __future__ import annotations

import os

from PySide6.QtCore import QEvent, QObject, QTimer


class Watch(QObject):
    """Install on the window before it is shown, and keep a reference."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self.say)
        return False

    def say(self) -> None:
        os.write(1, b"shown\n")

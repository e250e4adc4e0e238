"""The short message at the foot of the window, with Undo while there is still time.

It stands in a strip of its own below the page, so that it never covers what has the focus
(WCAG 2.4.11).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.ui.base import button, plain_label


class Toast(QFrame):
    """Counts down `seconds`; `words` gets the seconds left. It never takes the focus."""

    def __init__(
        self,
        words: Callable[[int], str],
        seconds: int,
        action: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words = words
        self._left = seconds
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        self.label = plain_label(words(seconds))
        row.addWidget(self.label)
        if action is not None:
            self.action = button(action[0], lambda: self._act(action[1]))
            row.addWidget(self.action)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(1000)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.label.text()))

    def _act(self, action: Callable[[], None]) -> None:
        self.dismiss()
        action()

    def replace(self) -> None:
        """Make room for the next one."""
        if self._timer.isActive():
            self.dismiss()

    def dismiss(self) -> None:
        self._timer.stop()
        self.hide()
        self.deleteLater()

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.dismiss()
            return
        self.label.setText(self._words(self._left))

"""Choices in a line, one of them taken: arrows move inside, Tab leaves; what finds no room wraps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

_GAP = 4


class ButtonLine(QWidget):
    """Buttons of one group side by side, in rows; `on_choice` is told the code that was pressed."""

    def __init__(self, name: str, on_choice: Callable[[str], None]) -> None:
        super().__init__()
        self._on_choice = on_choice
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self.setAccessibleName(name)

    def add(self, code: str, words: str) -> QPushButton:
        made = QPushButton(words, self)
        made.setObjectName("section")
        made.setCheckable(True)
        made.setAutoDefault(False)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(partial(self._pressed, code))
        self._group.addButton(made)
        made.ensurePolished()
        made.show()
        self.buttons[code] = made
        return made

    def clear(self) -> None:
        for old in self.buttons.values():
            self._group.removeButton(old)
            old.hide()
            old.deleteLater()
        self.buttons = {}

    @property
    def chosen(self) -> str:
        return next((code for code, made in self.buttons.items() if made.isChecked()), "")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.place()

    def place(self) -> None:
        """Side by side; what finds no room stands in the next row, never cut."""
        x = y = height = 0
        for made in self.buttons.values():
            if made.isHidden():
                continue
            size = made.sizeHint()
            if x and x + size.width() > self.width():
                x, y = 0, y + height + _GAP
            height = size.height()
            made.setGeometry(x, y, size.width(), height)
            x += size.width() + _GAP
        self.setFixedHeight(y + height)

    def _pressed(self, code: str, _: bool = False) -> None:
        self._on_choice(code)

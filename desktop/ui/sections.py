"""Sections of one page: a list on the left, one section in front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.base import Page

_WIDTH = 196


class Sections(QWidget):
    """Each is built when it is first opened; arrows move inside the list, which scrolls, Tab leaves it."""

    def __init__(self, name: str, parts: tuple[tuple[str, str, Callable[[], Page]], ...]) -> None:
        super().__init__()
        self._build = {code: build for code, _, build in parts}
        self.pages: dict[str, Page] = {}
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        left = QWidget()
        left.setAccessibleName(name)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        group = QButtonGroup(self)
        for code, words, _ in parts:
            made = QPushButton(words)
            made.setObjectName("section")
            made.setCheckable(True)
            made.setAutoDefault(False)
            made.clicked.connect(lambda _=False, code=code: self.open(code))
            group.addButton(made)
            column.addWidget(made)
            self.buttons[code] = made
        column.addStretch()
        self.stack = QStackedWidget()
        self._list = QScrollArea()
        self._list.setWidgetResizable(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFixedWidth(_WIDTH)
        self._list.setWidget(left)
        row.addWidget(self._list)
        row.addWidget(self.stack, 1)

    @property
    def current(self) -> str:
        return next((code for code, made in self.buttons.items() if made.isChecked()), "")

    def open(self, code: str) -> Page:
        """Bring a section to the front and let it look anew."""
        if code not in self.pages:
            page = self._build[code]()
            page.outer.setContentsMargins(0, 0, 0, 0)
            self.pages[code] = page
            self.stack.addWidget(page)
        self.buttons[code].setChecked(True)
        self._list.ensureWidgetVisible(self.buttons[code])
        self.stack.setCurrentWidget(self.pages[code])
        self.pages[code].refresh()
        return self.pages[code]

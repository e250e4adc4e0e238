"""Sections of one page: a list on the left, one section in front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.base import Page
from desktop.ui.parts import Parts

_WIDTH = 196


class Sections(Parts):
    """Arrows move inside the list, which scrolls, Tab leaves it."""

    def __init__(self, name: str, parts: tuple[tuple[str, str, Callable[[], Page]], ...]) -> None:
        super().__init__(parts)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        left = QWidget()
        left.setAccessibleName(name)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for made in self.buttons.values():
            column.addWidget(made)
        column.addStretch()
        self._list = QScrollArea()
        self._list.setWidgetResizable(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFixedWidth(_WIDTH)
        self._list.setWidget(left)
        row.addWidget(self._list)
        row.addWidget(self.stack, 1)

    def bring(self, code: str) -> Page:
        page = super().bring(code)
        self._list.ensureWidgetVisible(self.buttons[code])
        return page

"""A day's reminders by method: one line of counts, each opening the people behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from desktop.models.records import Method
from desktop.ui.base import Ui

SEALED, ON_THE_WAY, LOCKED, PLAIN, NEED = "sealed", "on-the-way", "locked-file", "plain", "need-you"
ALL = ""
GROUPS = {
    Method.OPENPGP: SEALED,
    Method.SMIME: SEALED,
    Method.TLS: ON_THE_WAY,
    Method.PORTAL: ON_THE_WAY,
    Method.ENVELOPE: LOCKED,
    Method.PLAIN: PLAIN,
    Method.NONE: NEED,
}
_WORDS = {
    SEALED: "ui.how.sealed",
    ON_THE_WAY: "ui.how.on-the-way",
    LOCKED: "ui.how.locked-file",
    PLAIN: "ui.how.plain",
    NEED: "ui.review.need-you",
}

_GAP = 4


class CountLine(QWidget):
    """ "All 60", then each count; a press shows those people alone, arrows move inside."""

    def __init__(self, ui: Ui, on_group: Callable[[str], None]) -> None:
        super().__init__()
        self.ui = ui
        self._on_group = on_group
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self.setAccessibleName(ui.say("ui.review.by-method"))

    def show_counts(self, counts: Counter[str]) -> None:
        """Begins with everybody; the groups that are empty are not offered."""
        for old in self.buttons.values():
            self._group.removeButton(old)
            old.hide()
            old.deleteLater()
        self.buttons = {}
        self._add(ALL, self.ui.texts.count("ui.review.all", sum(counts.values())))
        for group, code in _WORDS.items():
            if counts[group]:
                self._add(group, self.ui.texts.count(code, counts[group]))
        self._place()
        self.buttons[ALL].setChecked(True)

    def _add(self, group: str, words: str) -> None:
        made = QPushButton(words, self)
        made.setObjectName("section")
        made.setCheckable(True)
        made.setAutoDefault(False)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(partial(self._pressed, group))
        self._group.addButton(made)
        made.ensurePolished()
        made.show()
        self.buttons[group] = made

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Side by side; what finds no room stands in the next row, never cut."""
        x = y = height = 0
        for made in self.buttons.values():
            size = made.sizeHint()
            if x and x + size.width() > self.width():
                x, y = 0, y + height + _GAP
            height = size.height()
            made.setGeometry(x, y, size.width(), height)
            x += size.width() + _GAP
        self.setFixedHeight(y + height)

    def _pressed(self, group: str, _: bool = False) -> None:
        self._on_group(group)

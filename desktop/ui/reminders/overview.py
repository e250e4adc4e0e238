"""What the day begins with: a calm list, a number and its words in a row, and a press leads there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.office.values_practice import DeskLine
from desktop.ui.base import Ui, emptied, plain_label, scrolled_column
from desktop.ui.dates import day_words
from desktop.ui.icons import pixmap
from desktop.ui.rowbutton import RowButton

_NUMBER = 40
"""Room for the number, in logical pixels; what has none shows a picture there."""
_LEAST_WIDTH = 330
_PICTURES = {"schedule-missing": "calendar-check", "schedule-stale": "calendar-check"}
_TONES = {
    "urgent": "error",
    "wrong-person": "error",
    "failed": "error",
    "schedule-missing": "warn",
    "schedule-stale": "warn",
    "unclear": "warn",
    "addresses": "warn",
    "returned": "warn",
}


class DeskRow(RowButton):
    """One line, said whole to screen readers."""

    def __init__(self, ui: Ui, line: DeskLine, day: date, on_press: Callable[[str], None]) -> None:
        super().__init__()
        self.line = line
        words = ui.texts.count(f"ui.desk.{line.code}", line.count, day=day_words(day, ui.texts.language))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(_front(ui, line))
        self.words = plain_label(words, wrap=True)
        row.addWidget(self.words, 1)
        more = QLabel()
        more.setPixmap(pixmap("chevron-right", ui.theme.tokens.muted, 16))
        row.addWidget(more)
        self.press_through()
        said = words if line.code in _PICTURES else f"{line.count} {words}"
        self.setAccessibleName(said)
        self.clicked.connect(lambda: on_press(line.step))


class Overview(QFrame):
    """Hidden while nothing waits: then the day's schedule stands alone."""

    def __init__(self, ui: Ui, on_press: Callable[[str], None]) -> None:
        super().__init__()
        self.ui = ui
        self._on_press = on_press
        self.rows: dict[str, DeskRow] = {}
        self.setObjectName("card")
        self.setMinimumWidth(_LEAST_WIDTH)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 14, 6, 8)
        outer.setSpacing(6)
        self.title = plain_label(ui.say("ui.desk.title"), "heading")
        self.title.setContentsMargins(10, 0, 0, 0)
        outer.addWidget(self.title)
        self._place = scrolled_column(outer, spacing=2, margin=4)
        self.setAccessibleName(self.title.text())
        self.hide()

    def show_lines(self, lines: tuple[DeskLine, ...], day: date) -> None:
        """The one in focus keeps it, where it is still there."""
        focused = next((code for code, row in self.rows.items() if row.hasFocus()), "")
        emptied(self._place)
        self.rows = {}
        for line in lines:
            self.rows[line.code] = DeskRow(self.ui, line, day, self._on_press)
            self._place.addWidget(self.rows[line.code])
        self._place.addStretch()
        self.setVisible(bool(lines))
        if focused in self.rows:
            self.rows[focused].setFocus()


def _front(ui: Ui, line: DeskLine) -> QWidget:
    """The number; where there is nothing to count, a picture."""
    tone = _TONES.get(line.code, "")
    label = QLabel()
    if line.code in _PICTURES:
        label.setPixmap(pixmap(_PICTURES[line.code], ui.theme.tokens.warn, 22))
    else:
        label = plain_label(str(line.count), "number")
        label.setProperty("kind", tone)
    label.setFixedWidth(_NUMBER)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label

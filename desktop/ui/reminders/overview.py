"""What the day begins with: a calm list, a number and its words in a row, and a press leads there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.office.values_messages import DeskLine
from desktop.ui.base import Ui, emptied, plain_label, scrolled_column
from desktop.ui.dates import day_words
from desktop.ui.icons import pixmap

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


class DeskRow(QPushButton):
    """One line; as high as its words need, said whole to screen readers, Enter presses it too."""

    def __init__(self, ui: Ui, line: DeskLine, day: date, on_press: Callable[[str], None]) -> None:
        super().__init__()
        self.line = line
        self.setObjectName("deskrow")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
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
        for label in self.findChildren(QLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        said = words if line.code in _PICTURES else f"{line.count} {words}"
        self.setAccessibleName(said)
        self.clicked.connect(lambda: on_press(line.step))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else super().heightForWidth(width)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        layout = self.layout()
        return layout.totalSizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, self.heightForWidth(max(self.width(), 1)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # narrower words need more lines

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter as Space; up and down go to the neighbours."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.click()
            case Qt.Key.Key_Down:
                self.focusNextChild()
            case Qt.Key.Key_Up:
                self.focusPreviousChild()
            case _:
                super().keyPressEvent(event)


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

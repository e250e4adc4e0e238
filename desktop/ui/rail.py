"""The navigation rail: what the role may open, one entry a page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QButtonGroup, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.frozen import dataclass
from desktop.texts import clean
from desktop.ui.base import Ui, plain_label
from desktop.ui.icons import icon

_NAME = 11
"""Letters of a name that fit under its picture."""
_MOST = 99
"""More are shown as "99+"."""


@dataclass(frozen=True)
class Entry:
    """One page: its code names its words `ui.rail.<code>` and its icon."""

    code: str
    picture: str
    low: bool = False
    """Stands at the foot of the rail."""
    words: str = ""
    """Instead of `ui.rail.<code>`: the name of the person who is signed in."""


class Rail(QWidget):
    """Buttons in one group: arrows move inside, Tab leaves; Ctrl+1… opens by position."""

    def __init__(
        self,
        ui: Ui,
        entries: tuple[Entry, ...],
        on_open: Callable[[str], None],
        on_lock: Callable[[], None],
    ) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(96)
        self.setAccessibleName(ui.say("ui.rail.name"))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 14, 8, 14)
        column.setSpacing(6)
        group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        self._counts: dict[str, QLabel] = {}
        tokens = ui.theme.tokens
        for entry in sorted(entries, key=lambda one: one.low):
            if entry.low and not any(e.low for e in entries if e.code in self.buttons):
                column.addStretch()
            words = ui.say(f"ui.rail.{entry.code}")
            made = self._button(clean(entry.words, _NAME) or words, icon(entry.picture, tokens.rail_text))
            if entry.words:
                made.setAccessibleName(f"{clean(entry.words)}: {words}")
                made.setToolTip(f"{clean(entry.words)}: {words}")
            made.setCheckable(True)
            made.clicked.connect(lambda _=False, code=entry.code: on_open(code))
            group.addButton(made)
            column.addWidget(made)
            self.buttons[entry.code] = made
        if not any(entry.low for entry in entries):
            column.addStretch()
        self.lock = self._button(ui.say("ui.rail.lock"), icon("lock", tokens.rail_text))
        self.lock.setToolTip(ui.say("ui.rail.lock-keys"))
        self.lock.clicked.connect(lambda: on_lock())
        column.addWidget(self.lock)

    def _button(self, words: str, picture: QIcon) -> QToolButton:
        made = QToolButton()
        made.setObjectName("nav")
        made.setText(words)
        made.setIcon(picture)
        made.setIconSize(QSize(22, 22))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setMinimumHeight(58)
        return made

    def show_count(self, code: str, number: int, words: str) -> None:
        """A number beside the picture; `words` says it for screen readers. 0 takes it away."""
        made = self.buttons.get(code)
        if made is None:
            return
        if code not in self._counts:
            self._counts[code] = plain_label("", "badge")
            self._counts[code].setParent(made)
        badge = self._counts[code]
        badge.setText(str(number) if number <= _MOST else f"{_MOST}+")
        badge.adjustSize()
        badge.move(made.width() // 2 + 6, 5)
        badge.setVisible(number > 0)
        made.setAccessibleName(f"{made.text()}: {words}" if number else made.text())
        made.setToolTip(words if number else "")

    def show_open(self, code: str) -> None:
        self.buttons[code].setChecked(True)

"""Where conversations stand: a quiet list of places with their numbers, the outbox below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.office.values_messages import DONE, INBOX, SENT, UNKNOWN
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.messages.words import DRAFTS, SHOWN_PLACES

WIDTH = 158
_QUIET = frozenset({DONE, SENT})
"""What stands there needs nobody: no number."""
_MOST = 999


class Place(QPushButton):
    """Its words at the left, its number at the right."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._words = words
        self.setObjectName("section")
        self.setCheckable(True)
        self.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 10, 0)
        row.addStretch()
        self.number = plain_label("", "muted")
        self.number.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(self.number, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(words)

    def count(self, number: int, said: str) -> None:
        """`said` says it for screen readers."""
        self.number.setText("" if not number else str(number) if number <= _MOST else f"{_MOST}+")
        self.setAccessibleName(f"{self._words}: {said}" if number else self._words)


class Places(QWidget):
    """Arrows move inside, Tab leaves; `on_place` is told the place that was pressed."""

    def __init__(self, ui: Ui, on_place: Callable[[str], None], on_outbox: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(ui.say("ui.messages.places"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        group = QButtonGroup(self)
        self.buttons: dict[str, Place] = {}
        for code in SHOWN_PLACES:
            made = Place(ui.say(f"ui.messages.place-{code}"))
            made.clicked.connect(partial(_pressed, on_place, code))
            if code == UNKNOWN:
                made.setToolTip(ui.say("ui.messages.place-unknown-hint"))
            group.addButton(made)
            column.addWidget(made)
            self.buttons[code] = made
        line = QFrame()
        line.setObjectName("line")
        line.setFixedHeight(1)
        column.addSpacing(6)
        column.addWidget(line)
        column.addSpacing(6)
        self.outbox = button(ui.say("ui.outbox.title"), on_outbox, "section")
        self.outbox.setToolTip(ui.say("ui.messages.outbox-hint"))
        column.addWidget(self.outbox)
        column.addStretch()
        self.buttons[INBOX].setChecked(True)

    @property
    def chosen(self) -> str:
        return next((code for code, made in self.buttons.items() if made.isChecked()), INBOX)

    def choose(self, place: str) -> None:
        self.buttons[place].setChecked(True)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Of each place; `unseen` makes the inbox stand out, what is urgent the place of the unknown."""
        unseen, pressing = counts.get("unseen", 0), counts.get("urgent-unknown", 0)
        for code, made in self.buttons.items():
            if code == DRAFTS:
                continue
            number = 0 if code in _QUIET else counts.get(code, 0)
            said = self.ui.texts.count("ui.messages.count", number)
            if code == INBOX and unseen:
                said = f"{said}, {self.ui.texts.count('ui.messages.count-unseen', unseen)}"
                made.setToolTip(said)
            if code == UNKNOWN and pressing:
                said = f"{said}, {self.ui.say('ui.messages.urgent')}"
            made.count(number, said)
        _name(self.buttons[INBOX].number, "label" if unseen else "muted")
        _name(self.buttons[UNKNOWN].number, "pill-error" if pressing else "muted")

    def show_drafts(self, number: int) -> None:
        self.buttons[DRAFTS].count(number, self.ui.texts.count("ui.messages.count", number))


def _name(label: QLabel, name: str) -> None:
    if label.objectName() != name:
        label.setObjectName(name)
        label.style().unpolish(label)
        label.style().polish(label)


def _pressed(on_place: Callable[[str], None], code: str, _: bool = False) -> None:
    on_place(code)

"""The first thing on the page: whether everything is saved, in one sentence; a backup while it is made."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop.office.values_backups import BackupsShown
from desktop.ui.backups.words import headline, live, places_with_newest, to_do, tone
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.icons import pixmap

_PICTURE = 32
_WHOLE = 1000
"""Steps of the bar: bytes of a large practice do not fit into Qt's numbers."""


class Going(QWidget):
    """Words, a bar and Cancel, while something takes its time."""

    def __init__(self, ui: Ui, words: str, on_cancel: Callable[[], None]) -> None:
        super().__init__()
        self._ui = ui
        self._start = words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.words = plain_label(words, "muted", wrap=True)
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(14)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(words)
        row.addWidget(self.bar, 1)
        self.cancel = button(ui.say("ui.cancel"), on_cancel)
        row.addWidget(self.cancel)
        column.addLayout(row)
        self.hide()

    def begin(self) -> None:
        self.words.setText(self._start)
        self.bar.setRange(0, 0)
        self.cancel.setEnabled(True)
        self.show()

    def told(self, done: int, of: int) -> None:
        if of <= 0:
            return
        self.bar.setRange(0, _WHOLE)
        self.bar.setValue(min(_WHOLE, done * _WHOLE // of))
        if self.cancel.isEnabled():
            percent = min(100, done * 100 // of)
            self.words.setText(self._ui.say("ui.backups.percent", words=self._start, percent=percent))

    def stopping(self) -> None:
        self.cancel.setEnabled(False)
        self.words.setText(self._ui.say("ui.backups.stopping"))


class StateCard(QFrame):
    """Hidden until something is known."""

    def __init__(self, ui: Ui, on_cancel: Callable[[], None]) -> None:
        super().__init__()
        self._ui = ui
        self.setObjectName("card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 18)
        outer.setSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(16)
        self._picture = QLabel()
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(4)
        self.sentence = plain_label("", "heading", wrap=True)
        self.below = plain_label("", "muted", wrap=True)
        column.addWidget(self.sentence)
        column.addWidget(self.below)
        row.addLayout(column, 1)
        outer.addLayout(row)
        self.going = Going(ui, ui.say("ui.backups.making"), on_cancel)
        outer.addWidget(self.going)
        self.elsewhere = plain_label(ui.say("ui.backups.running"), "muted", wrap=True)
        self.elsewhere.hide()
        outer.addWidget(self.elsewhere)
        self.hide()

    def show_state(self, shown: BackupsShown) -> None:
        tokens = self._ui.theme.tokens
        picture, colour = {
            "ok": ("shield-check", tokens.ok),
            "warn": ("triangle-alert", tokens.warn),
            "error": ("circle-alert", tokens.error),
        }[tone(shown.freshness)]
        self._picture.setPixmap(pixmap(picture, colour, _PICTURE))
        self.sentence.setText(headline(self._ui, shown.freshness, places_with_newest(shown)))
        self.below.setText(to_do(self._ui, shown))
        self.elsewhere.setVisible(shown.running and self.going.isHidden() and bool(live(shown)))
        self.show()

"""The words of a card on the screen: large, for a minute."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.base import Ui, plain_label

SECONDS = 60
_TICK_MS = 1000


class Words(QWidget):
    """Shows words and counts down; then, or when it is hidden, they are gone from the window."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._left = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.label = plain_label("", "mono", wrap=True)
        self.label.setAccessibleName(ui.say("ui.card.words"))
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.left = plain_label("", "muted")
        column.addWidget(self.label)
        column.addWidget(self.left)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)
        self.hide()

    def text(self) -> str:
        return self.label.text()

    def show_words(self, words: str) -> None:
        self.label.setText(words)
        self._left = SECONDS
        self._say_left()
        self.show()
        self._timer.start()
        self.label.setFocus()

    def tick(self) -> None:
        """A second has passed."""
        self._left -= 1
        if self._left <= 0:
            self.forget()
        else:
            self._say_left()

    def forget(self) -> None:
        self._timer.stop()
        self.label.setText("")
        self.left.setText(self.ui.say("ui.card.gone"))

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        if not event.spontaneous():
            self.forget()
        super().hideEvent(event)

    def _say_left(self) -> None:
        self.left.setText(self.ui.texts.count("ui.card.gone-in", self._left))

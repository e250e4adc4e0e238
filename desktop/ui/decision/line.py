"""The one line beside Send: how it goes; a click or Enter opens the card."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.models.records import Method
from desktop.office.values import Explained
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.decision.words import BY_PHONE, SEALED, line_words, reason_words
from desktop.ui.icons import pixmap

_PATIENCE_MS = 400
"""A check that takes longer is said; a shorter one would only flicker."""


class DecisionLine(QWidget):
    """Says the way; says the reason too where nothing can go. `opened` asks for the card."""

    opened = Signal()

    def __init__(self, ui: Ui, first: str) -> None:
        """`first` stands there until there is a decision."""
        super().__init__()
        self.ui = ui
        self._first = first
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.picture = QLabel()
        words = QVBoxLayout()
        words.setSpacing(0)
        self.how = plain_label("", "label", wrap=True)
        self.why = plain_label("", "muted", wrap=True)
        self.checking = plain_label(ui.say("ui.decision.checking"), "muted")
        self.checking.hide()
        for label in (self.how, self.why, self.checking):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            words.addWidget(label)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self.checking.show)
        self.more = button(ui.say("ui.decision.open"), self.opened.emit, "link")
        row.addLayout(words, 1)
        row.addWidget(self.picture)
        row.addWidget(self.more)
        self.show_decision(None, "")

    def show_decision(self, decided: Explained | None, name: str) -> None:
        self.more.setVisible(decided is not None)
        self.picture.setVisible(decided is not None)
        if decided is None:
            self._say("", self._first)
            return
        by_phone = any(reason.code == BY_PHONE for reason in decided.reasons)
        self.more.setVisible(not by_phone)
        how = line_words(self.ui, decided, name)
        why = " ".join(reason_words(self.ui, reason) for reason in decided.reasons)
        self._say(how, why if decided.method is Method.NONE and not by_phone else "")
        self.more.setAccessibleName(f"{self.ui.say('ui.decision.open')} {how}")
        self.more.setAccessibleDescription(why)
        tokens = self.ui.theme.tokens
        look, colour = ("phone", tokens.muted) if by_phone else ("triangle-alert", tokens.warn)
        if decided.method in SEALED:
            look, colour = "lock", tokens.ok
        elif decided.method in (Method.TLS, Method.PORTAL):
            look, colour = "shield-check", tokens.ok
        self.picture.setPixmap(pixmap(look, colour, 18))

    def stop(self, words: str) -> None:
        """What has to be done before the letter may go."""
        self.why.setText(words)
        self.why.show()
        self.more.setAccessibleDescription(words)

    def show_busy(self, busy: bool) -> None:
        if busy:
            self._patience.start()
        else:
            self._patience.stop()
            self.checking.hide()

    def _say(self, how: str, why: str) -> None:
        self.how.setText(how)
        self.why.setText(why)
        self.how.setVisible(bool(how))
        self.why.setVisible(bool(why))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mouseReleaseEvent(event)
        if not self.more.isHidden() and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

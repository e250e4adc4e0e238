"""One sentence across the window with its picture, and a button for those who can do something."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from desktop.ui.base import Ui, button, plain_label
from desktop.ui.icons import pixmap


class Strip(QFrame):
    """Hidden while it has nothing to say; `kind` is `error` or `warn`."""

    def __init__(self, ui: Ui, kind: str) -> None:
        super().__init__()
        self._ui = ui
        self.setObjectName("notice")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(10)
        self._picture = QLabel()
        self._label = plain_label("", wrap=True)
        row.addWidget(self._picture)
        row.addWidget(self._label, 1)
        self._row = row
        self.look(kind)
        self.hide()

    @property
    def words(self) -> str:
        return self._label.text()

    def look(self, kind: str) -> None:
        """Another urgency from now on."""
        tokens = self._ui.theme.tokens
        colour = tokens.error if kind == "error" else tokens.warn
        picture = "circle-alert" if kind == "error" else "triangle-alert"
        self._picture.setPixmap(pixmap(picture, colour, 18))
        self.setProperty("kind", kind)
        for one in (self, self._label):
            one.style().unpolish(one)
            one.style().polish(one)

    def act(self, words: str, on_click: Callable[[], None], shown: bool) -> None:
        if shown:
            self.button = button(words, on_click)
            self._row.addWidget(self.button)

    def say(self, words: str) -> None:
        self._label.setText(words)
        self.setVisible(bool(words))

"""Parts of one page side by side: a row of tabs above, one part in front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui.base import Page
from desktop.ui.parts import Parts


class Tabs(Parts):
    """Arrows move inside the row, Tab leaves it.

    Those of `more` stand behind a button of that name until they are wanted.
    """

    def __init__(
        self,
        name: str,
        parts: tuple[tuple[str, str, Callable[[], Page]], ...],
        more: frozenset[str] = frozenset(),
        more_words: str = "",
    ) -> None:
        super().__init__(parts)
        self._words = {code: words for code, words, _ in parts}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        self.row = QWidget()
        self.row.setAccessibleName(name)
        row = QHBoxLayout(self.row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for code, made in self.buttons.items():
            row.addWidget(made)
            made.setVisible(code not in more)
        self.more = QPushButton(more_words)
        self.more.setObjectName("link")
        self.more.setAutoDefault(False)
        self.more.clicked.connect(lambda: self._show_more(more))
        if more & set(self.buttons):
            row.addWidget(self.more)
        row.addStretch()
        outer.addWidget(self.row)
        outer.addWidget(self.stack, 1)

    def _show_more(self, more: frozenset[str]) -> None:
        self.more.hide()
        hidden = [made for code, made in self.buttons.items() if code in more]
        for made in hidden:
            made.show()
        hidden[0].setFocus()

    def count(self, code: str, number: int) -> None:
        """A number behind the words of a tab; 0 takes it away."""
        if code in self.buttons:
            words = self._words[code]
            self.buttons[code].setText(f"{words} ({number})" if number else words)

    def bring(self, code: str) -> Page:
        self.buttons[code].show()
        return super().bring(code)

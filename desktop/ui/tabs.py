"""Parts of one page side by side: a row of tabs above, one part in front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.base import Page


class Tabs(QWidget):
    """Each part is built when it is first opened; arrows move inside the row, Tab leaves it.

    Those of `more` stand behind a button of that name until they are wanted.
    """

    def __init__(
        self,
        name: str,
        parts: tuple[tuple[str, str, Callable[[], Page]], ...],
        more: frozenset[str] = frozenset(),
        more_words: str = "",
    ) -> None:
        super().__init__()
        self._build = {code: build for code, _, build in parts}
        self._words = {code: words for code, words, _ in parts}
        self.pages: dict[str, Page] = {}
        self.buttons: dict[str, QPushButton] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        self.row = QWidget()
        self.row.setAccessibleName(name)
        row = QHBoxLayout(self.row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        group = QButtonGroup(self)
        for code, words, _ in parts:
            made = QPushButton(words)
            made.setObjectName("section")
            made.setCheckable(True)
            made.setAutoDefault(False)
            made.clicked.connect(lambda _=False, code=code: self.open(code))
            group.addButton(made)
            row.addWidget(made)
            made.setVisible(code not in more)
            self.buttons[code] = made
        self.more = QPushButton(more_words)
        self.more.setObjectName("link")
        self.more.setAutoDefault(False)
        self.more.clicked.connect(lambda: self._show_more(more))
        if more & set(self.buttons):
            row.addWidget(self.more)
        row.addStretch()
        outer.addWidget(self.row)
        self.stack = QStackedWidget()
        outer.addWidget(self.stack, 1)

    def _show_more(self, more: frozenset[str]) -> None:
        self.more.hide()
        hidden = [made for code, made in self.buttons.items() if code in more]
        for made in hidden:
            made.show()
        hidden[0].setFocus()

    @property
    def current(self) -> str:
        return next((code for code, made in self.buttons.items() if made.isChecked()), "")

    def count(self, code: str, number: int) -> None:
        """A number behind the words of a tab; 0 takes it away."""
        if code in self.buttons:
            words = self._words[code]
            self.buttons[code].setText(f"{words} ({number})" if number else words)

    def open(self, code: str) -> Page:
        """Bring a part to the front and let it look anew."""
        page = self.bring(code)
        page.refresh()
        return page

    def bring(self, code: str) -> Page:
        """To the front as it is."""
        if code not in self.pages:
            page = self._build[code]()
            page.outer.setContentsMargins(0, 0, 0, 0)
            self.pages[code] = page
            self.stack.addWidget(page)
        self.buttons[code].show()
        self.buttons[code].setChecked(True)
        self.stack.setCurrentWidget(self.pages[code])
        return self.pages[code]

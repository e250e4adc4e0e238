"""Parts of one page, one of them in front: what tabs above and a list at the left share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedWidget, QWidget

from desktop.ui.base import Page, button


class Parts(QWidget):
    """A button for each; a part is built when it is first opened. Whoever inherits lays them out."""

    def __init__(self, parts: tuple[tuple[str, str, Callable[[], Page]], ...]) -> None:
        super().__init__()
        self._build = {code: build for code, _, build in parts}
        self.pages: dict[str, Page] = {}
        self.buttons: dict[str, QPushButton] = {}
        self.stack = QStackedWidget()
        group = QButtonGroup(self)
        for code, words, _ in parts:
            made = button(words, partial(self.open, code), "section")
            made.setCheckable(True)
            group.addButton(made)
            self.buttons[code] = made

    @property
    def current(self) -> str:
        return next((code for code, made in self.buttons.items() if made.isChecked()), "")

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
        self.buttons[code].setChecked(True)
        self.stack.setCurrentWidget(self.pages[code])
        return self.pages[code]

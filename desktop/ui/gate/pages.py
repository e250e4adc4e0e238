"""Pages in one order; the one that is left is gone, with what was typed into it."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.ui.base import Ui


class Pages(QStackedWidget):
    """A wizard before the work."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui

    def lock(self) -> None:
        """The screen is locked although nobody is signed in: a page that shows names takes them off."""

    def advance(self, page: QWidget) -> None:
        """On to `page`, for good."""
        old = self.currentWidget()
        self.addWidget(page)
        self.setCurrentWidget(page)
        if old is not None:
            self.removeWidget(old)
            old.deleteLater()
        page.setFocus()

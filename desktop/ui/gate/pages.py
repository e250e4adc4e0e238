"""Pages in one order; the one that is left is gone, with what was typed into it."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from desktop.config import LIMITS
from desktop.ui.base import Ui
from desktop.ui.cover import Cover
from desktop.ui.idle import IdleWatch


def _nothing() -> None:
    """There is no session whose time could begin anew."""


class Pages(QStackedWidget):
    """A wizard before the work."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui

    def lock(self) -> None:
        """The screen is locked although nobody is signed in: a key that is shown is covered, names and
        what was typed in secret are taken off.
        """
        for one in self.findChildren(Cover):
            one.cover()

    def stays(self) -> bool:
        """Whether the window must not be closed now; the page in front says why."""
        return False

    def watch_idle(self) -> None:
        """Where a recovery key or a password is typed: nobody has moved, and it is as after a lock."""
        application = QApplication.instance()
        if application is None:
            raise TypeError("a page needs a QApplication")
        self.watch = IdleWatch(application, self.ui.clock, LIMITS.idle_lock, self.idle, _nothing, self)
        self.watch.start()

    def idle(self) -> None:
        self.lock()
        self.watch.start()

    def advance(self, page: QWidget) -> None:
        """On to `page`, for good."""
        old = self.currentWidget()
        self.addWidget(page)
        self.setCurrentWidget(page)
        if old is not None:
            self.removeWidget(old)
            old.deleteLater()
        page.setFocus()

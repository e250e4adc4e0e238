"""One section of a person's page, such as the household: what its owners build on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values import PersonShown
from desktop.ui.base import Notice, Ui

T = TypeVar("T")


class PersonSection(QWidget):
    """Built when it is first opened; told of a person only while it is in front.

    `changed` asks the page to read the person anew, because something was changed here.
    """

    changed = Signal()

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__()
        self.ui = ui
        self.session = session
        self.shown: PersonShown | None = None
        self._turn = 0
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self.notice = Notice(ui.theme)
        self.column.addWidget(self.notice)

    def show_person(self, shown: PersonShown) -> None:
        """Whoever is looked at from now on; a section overrides this and calls it first."""
        self.shown = shown
        self._turn += 1
        self.notice.clear()

    def call(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[SealwellError], None] | None = None,
    ) -> None:
        """Ask the office off the window's thread; an answer about somebody looked at before is dropped."""
        turn = self._turn
        refused = failed or self.show_error

        def answer(value: T) -> None:
            if turn == self._turn:
                done(value)

        def fail(error: SealwellError) -> None:
            if turn == self._turn:
                refused(error)

        self.ui.bridge.run(self, lambda _: work(), answer, fail)

    def show_error(self, error: SealwellError) -> None:
        self.notice.show_words(self.ui.error(error))

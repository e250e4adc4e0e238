"""A dialog whose work takes its time: a bar with Cancel, then the answer in the place of the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.ui.backups.state import Going
from desktop.ui.base import Ui, button
from desktop.ui.bridge import Task
from desktop.ui.dialog import FormDialog

T = TypeVar("T")


class RunningDialog(FormDialog):
    """`start` begins; Cancel and Escape stop what goes on first, and close only then."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget, title: str, go: str, going: str) -> None:
        super().__init__(ui, title, parent)
        self._session = session
        self._task: Task | None = None
        self.setMinimumWidth(560)
        self.form = QWidget()
        self.content.addWidget(self.form)
        self.going = Going(ui, going, self.reject)
        self.content.addWidget(self.going)
        self.go = button(go, self.start, "primary")
        self.foot.addWidget(self.go)

    def start(self) -> None:
        raise NotImplementedError

    def run(self, work: Callable[[Task], T], done: Callable[[T], None]) -> None:
        def answered(answer: T) -> None:
            self._over()
            done(answer)

        self.notice.clear()
        self.form.hide()
        self.going.begin()
        self.go.hide()
        self.cancel.hide()
        self._task = self.ui.bridge.run(self, work, answered, self._refused, self.going.told)
        self.destroyed.connect(self._task.cancel)  # by a lock: nobody waits for its answer any more
        self.going.cancel.setFocus()

    def _over(self) -> None:
        self._task = None
        self.going.hide()
        self.form.show()
        self.go.show()
        self.cancel.show()

    def _refused(self, error: SealwellError) -> None:
        self._over()
        if error.code == "cancelled":
            self.notice.show_words(self.ui.say("ui.backups.work-stopped"), "plain")
        else:
            self.failed(error)

    def end(self) -> None:
        """The form has done its work: what is left is to close."""
        self.form.hide()
        self.go.hide()
        self.cancel.setText(self.ui.say("ui.close"))
        self.cancel.setFocus()

    def reject(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.going.stopping()
            return
        super().reject()

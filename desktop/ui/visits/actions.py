"""What can be done with one visit: a row of buttons below a list of visits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.records import PersonId, VisitStatus
from desktop.office.values_facts import VisitChanged, VisitLine, VisitsShown
from desktop.ui.base import Ui, button
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.visits.dialogs import VisitDialog


class VisitActions(QWidget):
    """Told of the list and of the visit in hand.

    `changed` carries what was done, in words; `failed` an error.
    """

    changed = Signal(str)
    failed = Signal(object)

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__()
        self._ui, self._session = ui, session
        self._shown: VisitsShown | None = None
        self.line: VisitLine | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        say = ui.say
        self.move_button = button(say("ui.visits.move"), self.move_it)
        self.cancel_button = button(say("ui.visits.cancel"), self.cancel_it)
        self.kept_button = button(say("ui.visits.kept"), lambda: self.mark(VisitStatus.KEPT))
        self.missed_button = button(say("ui.visits.missed"), lambda: self.mark(VisitStatus.MISSED))
        self.back_button = button(say("ui.visits.back"), lambda: self.mark(VisitStatus.BOOKED))
        self.buttons = (
            self.move_button,
            self.cancel_button,
            self.kept_button,
            self.missed_button,
            self.back_button,
        )
        for one in self.buttons:
            row.addWidget(one)
        row.addStretch()
        self.choose(None)

    def show_list(self, shown: VisitsShown) -> None:
        self._shown = shown
        self.choose(None)

    @property
    def can_change(self) -> bool:
        return self._shown is not None and self._shown.can_change

    def choose(self, line: VisitLine | None) -> None:
        """Only what can be done with it stands there."""
        self.line = line
        shown = self._shown
        can = line is not None and self.can_change
        status = line.visit.status if line is not None else None
        begun = line is not None and shown is not None and line.visit.start_utc <= shown.now
        booked = status is VisitStatus.BOOKED
        self.move_button.setVisible(can and (booked or status is VisitStatus.CANCELLED))
        self.cancel_button.setVisible(can and booked)
        self.kept_button.setVisible(can and begun and booked)
        self.missed_button.setVisible(can and begun and booked)
        self.back_button.setVisible(can and not booked)

    # --- doing ------------------------------------------------------------------------------

    def add(self, who: tuple[PersonId, str] | None = None) -> None:
        if self._shown is not None:
            self._open(VisitDialog(self._ui, self._session, self._shown, None, self, who), "added")

    def move_it(self) -> None:
        if self._shown is not None and self.line is not None:
            self._open(VisitDialog(self._ui, self._session, self._shown, self.line, self), "moved")

    def cancel_it(self) -> None:
        """Asked once more: the reminder is withdrawn with it."""
        line = self.line
        if line is None:
            return
        dialog = ConfirmDialog(self._ui, "ui.visits.cancel", self)
        dialog.accepted.connect(
            lambda: self._run(lambda: self._ui.office.cancel_visit(self._session, line.visit.id), "cancelled")
        )
        dialog.open()

    def mark(self, status: VisitStatus) -> None:
        line = self.line
        if line is not None:
            self._run(
                lambda: self._ui.office.mark_visit(self._session, line.visit.id, status), f"is-{status.value}"
            )

    def _open(self, dialog: VisitDialog, code: str) -> None:
        dialog.saved.connect(lambda changed: self._done(changed, code))
        dialog.open()

    def _run(self, work: Callable[[], VisitChanged], code: str) -> None:
        for one in self.buttons:
            one.setEnabled(False)
        self._ui.bridge.run(self, lambda _: work(), lambda changed: self._done(changed, code), self._refused)

    def _done(self, changed: VisitChanged, code: str) -> None:
        self._enable()
        words = self._ui.say(f"ui.visits.done-{code}")
        if changed.withdrawn:
            words = f"{words} {self._ui.say('ui.visits.withdrawn')}"
        self.changed.emit(words)

    def _refused(self, error: object) -> None:
        self._enable()
        self.failed.emit(error)

    def _enable(self) -> None:
        for one in self.buttons:
            one.setEnabled(True)

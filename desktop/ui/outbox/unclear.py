"""We can't tell if it arrived: what is known first, then the answers that a person may give.

Nothing is sent again by itself. A letter may be sent again by a decision; a reminder goes to the
call list, so it offers that somebody has phoned instead.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_delivery import MessageShown, Resend, Resolution
from desktop.ui.base import Ui, button, plain_label

REMINDER = "reminder"


class UnclearPanel(QFrame):
    """`done` with words to say when an answer was taken, `failed` with the error."""

    done = Signal(str)
    failed = Signal(object)

    def __init__(self, ui: Ui, session: Session, shown: MessageShown) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._shown = shown
        say = ui.say
        reminder = shown.line.kind == REMINDER
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addWidget(plain_label(say("ui.unclear.title"), "label", wrap=True))
        column.addWidget(plain_label(self._lead(reminder), "muted", wrap=True))
        self._note = QLineEdit()
        self._note.setPlaceholderText(say("ui.unclear.note"))
        self._note.setAccessibleName(say("ui.unclear.note"))
        column.addWidget(self._note)
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(6)
        column.addLayout(row)
        self._add(row, "arrived", self._arrived)
        if shown.can_resend:
            self._add(row, "again", self._again)
        if reminder or shown.call:
            self._add(row, "called", self._called)
        else:
            self._add(row, "call", self._call)

    def _lead(self, reminder: bool) -> str:
        if self._shown.call:
            return self.ui.say("ui.unclear.lead-called")
        return self.ui.say("ui.unclear.lead-reminder" if reminder else "ui.unclear.lead-letter")

    def _add(self, row: QHBoxLayout, code: str, on_click: Callable[[], None]) -> None:
        made = button(self.ui.say(f"ui.unclear.{code}"), on_click)
        made.setAccessibleDescription(self.ui.say(f"ui.unclear.{code}-what"))
        made.setToolTip(made.accessibleDescription())
        self.buttons[code] = made
        row.addWidget(made)

    @property
    def note(self) -> str:
        return self._note.text()

    @note.setter
    def note(self, words: str) -> None:
        self._note.setText(words)

    # --- the answers ------------------------------------------------------------------------

    def _arrived(self) -> None:
        self._resolve("arrived")

    def _called(self) -> None:
        self._resolve("called")

    def _resolve(self, how: str) -> None:
        resolution = Resolution(self._shown.line.id, how, self.note.strip())
        self._ask(lambda: self.ui.office.resolve_message(self._session, resolution), f"ui.unclear.{how}-done")

    def _again(self) -> None:
        resend = Resend(self._shown.line.id)
        self._ask(lambda: self.ui.office.resend_message(self._session, resend), "ui.unclear.again-done")

    def _call(self) -> None:
        message = self._shown.line.id
        self._ask(lambda: self.ui.office.phone_instead(self._session, message), "ui.unclear.call-done")

    def _ask(self, work: Callable[[], object], code: str) -> None:
        for made in self.buttons.values():
            made.setEnabled(False)
        self.ui.bridge.run(self, lambda _: work(), lambda _: self.done.emit(self.ui.say(code)), self._refused)

    def _refused(self, error: SealwellError) -> None:
        for made in self.buttons.values():
            made.setEnabled(True)
        self.failed.emit(error)

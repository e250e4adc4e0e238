"""Signing in, and coming back after a lock: name, password, code."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from desktop.errors import SealwellError
from desktop.office.values_entry import Credentials, DutyState, SignedIn
from desktop.ui.base import Ui, button
from desktop.ui.bridge import Task
from desktop.ui.form import CentredForm, Field


class SignInPage(CentredForm):
    """Emits `signed_in` with the answer; the password field is emptied on every way out."""

    signed_in = Signal(object)

    def __init__(self, ui: Ui, practice: str, picture: str = "shield-check") -> None:
        super().__init__(ui, picture, ui.say("ui.signin.title"), practice or ui.say("ui.signin.lead"))
        self.user = Field(ui.say("ui.signin.user"))
        self.password = Field(ui.say("ui.signin.password"), secret=True)
        self.code = Field(ui.say("ui.signin.code"), hint=ui.say("ui.signin.code-hint"))
        self.code.input.setMaxLength(8)
        self.code.input.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        for field in (self.user, self.password, self.code):
            self.column.addWidget(field)
            field.input.returnPressed.connect(self.submit)
        row = QHBoxLayout()
        row.addStretch()
        self.go = button(ui.say("ui.signin.go"), self.submit, "primary")
        row.addWidget(self.go)
        self.column.addLayout(row)

    def focus_first_empty(self) -> None:
        for field in (self.user, self.password, self.code):
            if not field.text:
                field.input.setFocus()
                return

    def submit(self) -> None:
        """Check that nothing is missing, then ask the office."""
        wrong = False
        for field in (self.user, self.password, self.code):
            if not field.text.strip():
                field.wrong(self.ui.say("ui.form.missing"))
                wrong = True
        if wrong:
            self.focus_first_empty()
            return
        if not self.go.isEnabled():
            return
        self.notice.clear()
        self.go.setEnabled(False)
        self.go.setText(self.ui.say("ui.signin.opening"))
        given = Credentials(self.user.text.strip(), password=self.password.text, code=self.code.text.strip())
        self.ui.bridge.run(self, self._work(given), self._done, self._failed)

    def show_problem(self, error: SealwellError) -> None:
        self.notice.show_words(self.ui.error(error))

    def _work(self, given: Credentials) -> Callable[[Task], SignedIn]:
        return lambda _: self.ui.office.sign_in(given)

    def _done(self, answer: SignedIn) -> None:
        self._reset()
        self.signed_in.emit(answer)

    def _failed(self, error: SealwellError) -> None:
        self._reset()
        self.show_problem(error)
        self.focus_first_empty()

    def _reset(self) -> None:
        self.password.input.clear()
        self.code.input.clear()
        self.go.setEnabled(True)
        self.go.setText(self.ui.say("ui.signin.go"))


class LockPage(SignInPage):
    """Shown while locked; says what is still running, and nothing about any person."""

    def __init__(self, ui: Ui, user: str, duty: DutyState) -> None:
        super().__init__(ui, duty.practice, "lock")
        self.title.setText(ui.say("ui.lock.title"))
        self.user.input.setText(user)
        self.show_duty(duty)

    def show_duty(self, duty: DutyState) -> None:
        """Said anew when the office has answered."""
        self.lead.setText(_duty_words(self.ui, duty))

    def _work(self, given: Credentials) -> Callable[[Task], SignedIn]:
        return lambda _: self.ui.office.unlock(given)


def _duty_words(ui: Ui, duty: DutyState) -> str:
    if duty.due:
        return ui.texts.count("ui.lock.going-out", duty.due)
    return ui.say("ui.lock.nothing")

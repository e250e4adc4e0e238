"""Emergency access: the printed recovery key opens the practice, with a reason that everybody will see."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from desktop.errors import SealwellError
from desktop.office.values_entry import Recovered, Recovery
from desktop.ui.base import Ui, button
from desktop.ui.form import CentredForm, Field, explained, filled
from desktop.ui.gate.gate import Gate
from desktop.ui.gate.pages import Pages
from desktop.ui.gate.recovery import RecoveryPage
from desktop.ui.password import NewPassword

_WIDE = 560


class EmergencyPages(Pages):
    """The old key and the new password, then the new key; the old one opens nothing any more."""

    def __init__(self, ui: Ui, gate: Gate) -> None:
        super().__init__(ui)
        self._gate = gate
        self._user = ""
        self.access = AccessPage(ui, self)
        self.addWidget(self.access)
        self.watch_idle()

    def lock(self) -> None:
        super().lock()
        if self.currentWidget() is self.access:
            self.access.forget()

    def stays(self) -> bool:
        page = self.currentWidget()
        return isinstance(page, RecoveryPage) and page.holds()

    def back(self) -> None:
        self._gate.show_sign_in()

    def open_with(self, given: Recovery) -> None:
        self._user = given.user
        self.ui.bridge.run(self, lambda _: self.ui.office.recover(given), self._opened, self.access.failed)

    def _opened(self, answer: Recovered) -> None:
        self.recovery = RecoveryPage(self.ui, answer.recovery_key, self._written)
        self.recovery.notice.show_words(self.ui.say("ui.emergency.new-key"), "warn")
        self.advance(self.recovery)

    def _written(self) -> None:
        self._gate.show_sign_in(self._user, self.ui.say("ui.emergency.done"))


class AccessPage(CentredForm):
    """One page: the key from the paper, why, and as which administrator."""

    def __init__(self, ui: Ui, pages: EmergencyPages) -> None:
        say = ui.say
        super().__init__(ui, "triangle-alert", say("ui.emergency.title"), say("ui.emergency.lead"), _WIDE)
        self._pages = pages
        self.key = Field(say("ui.emergency.key"), hint=say("ui.emergency.key-hint"))
        self.reason = Field(say("ui.emergency.reason"), hint=say("ui.emergency.reason-hint"))
        self.user = Field(say("ui.emergency.user"))
        self.passwords = NewPassword(ui, say("ui.emergency.password"))
        for one in (self.key, self.reason, self.user, self.passwords):
            self.column.addWidget(one)
        row = QHBoxLayout()
        self.back = button(say("ui.back"), pages.back, "quiet")
        self.go = button(say("ui.emergency.go"), self.submit, "primary")
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        self.column.addLayout(row)

    def submit(self) -> None:
        if not filled(self.ui, (self.key, self.reason, self.user)) or not explained(self.ui, self.reason):
            return
        if self.passwords.problem() or not self.go.isEnabled():
            return
        self.notice.clear()
        self.go.setEnabled(False)
        self.go.setText(self.ui.say("ui.signin.opening"))
        self._pages.open_with(
            Recovery(
                self.user.text.strip(),
                recovery_key=self.key.text.strip(),
                password=self.passwords.text,
                reason=self.reason.text.strip(),
            )
        )

    def forget(self) -> None:
        self.key.input.clear()
        self.passwords.clear()

    def failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.go.setText(self.ui.say("ui.emergency.go"))
        self.notice.show_words(self.ui.error(error))

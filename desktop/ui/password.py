"""A new password: typed twice, judged while it is typed, in words."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.office.values_practice import PasswordChecked
from desktop.ui.base import Ui, plain_label
from desktop.ui.form import Field

_WAIT_MS = 400


class NewPassword(QWidget):
    """Paste is allowed, length comes first, nothing is composed (NIST SP 800-63B-4, 3.1.1.2)."""

    def __init__(self, ui: Ui, label: str = "") -> None:
        super().__init__()
        self.ui = ui
        self._asked = 0
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.password = Field(
            label or say("ui.setup.password"), secret=True, hint=say("ui.setup.password-hint")
        )
        self.strength = plain_label("", "good", wrap=True)
        self.strength.hide()
        self.again = Field(say("ui.setup.again"), secret=True)
        for one in (self.password, self.strength, self.again):
            column.addWidget(one)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MS)
        self._later.timeout.connect(self.judge)
        self.password.input.textEdited.connect(self._edited)
        self.password.input.editingFinished.connect(self.judge)

    @property
    def text(self) -> str:
        return self.password.text

    def judge(self) -> None:
        """Ask what is wrong with it, if anything; an older answer never overtakes a newer one."""
        self._later.stop()
        typed = self.password.text
        if not typed:
            return
        self._asked += 1
        asked = self._asked

        def judged(answer: PasswordChecked) -> None:
            if asked == self._asked and typed == self.password.text:
                self._judged(answer)

        self.ui.bridge.run(self, lambda _: self.ui.office.check_password(typed), judged, lambda _: None)

    def problem(self) -> bool:
        """Whether something is missing or differs; it is said beside its field, which gets the focus."""
        if not self.password.text:
            self.password.wrong(self.ui.say("ui.form.missing"))
            self.password.input.setFocus()
            return True
        if self.password.text != self.again.text:
            self.again.wrong(self.ui.say("ui.setup.differs"))
            self.again.input.setFocus()
            return True
        return False

    def clear(self) -> None:
        self.password.input.clear()
        self.again.input.clear()
        self.strength.hide()

    def _edited(self, _: str) -> None:
        self.strength.hide()
        self._later.start()

    def _judged(self, answer: PasswordChecked) -> None:
        self.password.wrong("" if answer.reason is None else self.ui.reason(answer.reason))
        self.strength.setText(self.ui.say("ui.password.good") if answer.ok else "")
        self.strength.setVisible(answer.ok)

"""The agreement (BAA) of a mail service or a storage: with whom, since when, until when."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.records import Baa
from desktop.ui.base import Ui, plain_label
from desktop.ui.form import Field


class AgreementFields(QWidget):
    """Empty where there is none yet: nothing is sent there before it is filled in."""

    def __init__(self, ui: Ui, scope: str = "e-mail") -> None:
        super().__init__()
        self._ui = ui
        self._scope = scope
        self._before: Baa | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(plain_label(ui.say("ui.relay.agreement-heading"), "heading"))
        column.addWidget(plain_label(ui.say("ui.relay.agreement-lead"), "muted", wrap=True))
        self.counterparty = Field(ui.say("ui.relay.counterparty"))
        self.signed = Field(ui.say("ui.relay.signed"), hint=ui.say("ui.form.date-hint"))
        self.expires = Field(ui.say("ui.relay.expires"), hint=ui.say("ui.relay.expires-hint"))
        column.addWidget(self.counterparty)
        column.addLayout(pair(self.signed, self.expires))

    def fill(self, baa: Baa | None) -> None:
        self._before = baa
        if baa is not None:
            self.counterparty.input.setText(baa.counterparty)
            self.signed.input.setText(baa.signed.isoformat())
            self.expires.input.setText(baa.expires.isoformat() if baa.expires else "")

    def value(self) -> tuple[bool, Baa | None]:
        """Whether the fields are fit, and the agreement; what is wrong is said beside its field."""
        if not self.counterparty.text.strip():
            return True, None
        signed, expires = _date(self.signed.text), _date(self.expires.text)
        if signed is None:
            return self._wrong(self.signed)
        if self.expires.text.strip() and expires is None:
            return self._wrong(self.expires)
        before = self._before
        scope, reviewed = (before.scope, before.reviewed) if before else (self._scope, None)
        return True, Baa(self.counterparty.text.strip(), signed, expires, scope, reviewed)

    def _wrong(self, field: Field) -> tuple[bool, None]:
        field.wrong(self._ui.say("ui.form.date-wrong"))
        field.input.setFocus()
        return False, None


def pair(left: QWidget, right: QWidget) -> QHBoxLayout:
    """Two fields side by side, the first the wider one."""
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(left, 3, Qt.AlignmentFlag.AlignTop)
    row.addWidget(right, 2, Qt.AlignmentFlag.AlignTop)
    return row


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

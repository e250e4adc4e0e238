"""Small dialogs of the Keys page: a certificate from a file, and a prepared letter."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_protection import IdentityFile, KeyRequest, OwnKeyLine
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.bridge import Task
from desktop.ui.dialog import FormDialog
from desktop.ui.files import read
from desktop.ui.form import Field
from desktop.ui.stepup import proved

_LETTER_HEIGHT = 220


class IdentityDialog(FormDialog):
    """The password of the file; emits `taken` once the certificate is in use."""

    taken = Signal()

    def __init__(self, ui: Ui, session: Session, path: Path, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.keys.import-title"), parent)
        self._session = session
        self._path = path
        lead = ui.say("ui.keys.import-lead", file=clean(path.name))
        self.content.addWidget(plain_label(lead, "muted", wrap=True))
        self.password = Field(ui.say("ui.keys.import-password"), secret=True)
        self.password.input.returnPressed.connect(self.take)
        self.content.addWidget(self.password)
        self.go = button(ui.say("ui.keys.import-go"), self.take, "primary")
        self.foot.addWidget(self.go)
        self.password.input.setFocus()

    def take(self) -> None:
        if not self.go.isEnabled():
            return
        self.go.setEnabled(False)
        self.notice.clear()
        password = self.password.text

        def work(_: Task) -> OwnKeyLine:
            data = read(self._path, LIMITS.attachment_bytes)
            return self.ui.office.import_identity(self._session, IdentityFile(data, password=password))

        proved(self, self.ui, self._session, Purpose.KEYS, work, self._taken, self._refused)

    def _taken(self, _: OwnKeyLine) -> None:
        self.taken.emit()
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


class RequestDialog(FormDialog):
    """The letter that asks for a new key, to be read before it is taken over."""

    def __init__(self, ui: Ui, name: str, request: KeyRequest, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.keys.ask-title"), parent)
        self.setMinimumWidth(560)
        self.content.addWidget(plain_label(ui.say("ui.keys.ask-lead"), "muted", wrap=True))
        self.content.addWidget(plain_label(clean(name), "label"))
        self.content.addWidget(plain_label(request.subject, wrap=True))
        self.text = QPlainTextEdit(request.text)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(ui.say("ui.keys.ask-title"))
        self.text.setFixedHeight(_LETTER_HEIGHT)
        self.content.addWidget(self.text)
        self.go = button(ui.say("ui.keys.ask-go"), self.accept, "primary")
        self.go.setDefault(True)
        self.foot.addWidget(self.go)

"""The authenticator: a picture to scan, the same as text, and a code that proves it works."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.cover import Cover
from desktop.ui.form import CentredForm, Field
from desktop.ui.gate.qr import qr_label

_WIDE = 560


class AuthenticatorView(QWidget):
    """Picture, text and the field for the code; without `uri` only the code of the one that is there."""

    def __init__(self, ui: Ui, uri: str, submit: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        if uri:
            self.cover = Cover(ui, _picture(ui, uri))
            column.addWidget(self.cover)
        hint = "ui.factor.code-hint" if uri else "ui.signin.code-hint"
        self.code = Field(ui.say("ui.signin.code"), hint=ui.say(hint))
        self.code.input.setMaxLength(8)
        self.code.input.returnPressed.connect(submit)
        column.addWidget(self.code)

    def typed(self) -> str:
        """The code, or "" after its absence was said."""
        text = self.code.text.strip()
        if not text:
            self.code.wrong(self.ui.say("ui.form.missing"))
            self.code.input.setFocus()
        return text

    def failed(self, error: SealwellError) -> None:
        self.code.input.clear()
        self.code.wrong(self.ui.error(error))
        self.code.input.setFocus()


class FactorPage(CentredForm):
    """The authenticator on a page of its own, at set-up and for an invited person."""

    def __init__(self, ui: Ui, uri: str, check: Callable[[str], None]) -> None:
        which = "ui.factor" if uri else "ui.join.old"
        title, lead = ui.say(f"{which}.title"), ui.say(f"{which}.lead")
        super().__init__(ui, "key-round", title, lead, _WIDE)
        self._check = check
        self.view = AuthenticatorView(ui, uri, self.submit)
        self.code = self.view.code
        self.column.addWidget(self.view)
        foot = QHBoxLayout()
        foot.addStretch()
        self.go = button(ui.say("ui.factor.check"), self.submit, "primary")
        foot.addWidget(self.go)
        self.column.addLayout(foot)

    def submit(self) -> None:
        code = self.view.typed()
        if code and self.go.isEnabled():
            self.go.setEnabled(False)
            self._check(code)

    def failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.view.failed(error)


def _picture(ui: Ui, uri: str) -> QWidget:
    inside = QWidget()
    row = QHBoxLayout(inside)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(qr_label(uri, ui.say("ui.factor.picture")))
    side = QVBoxLayout()
    side.addWidget(plain_label(ui.say("ui.factor.by-hand"), "muted", wrap=True))
    side.addWidget(plain_label(_secret(uri), "mono", wrap=True))
    side.addStretch()
    row.addLayout(side, 1)
    return inside


def _secret(uri: str) -> str:
    """The secret inside an otpauth address, in groups of four for typing."""
    _, _, rest = uri.partition("secret=")
    secret = rest.partition("&")[0]
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))

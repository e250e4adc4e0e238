"""An invited person sets up their own account, or a further computer: nobody else knows the password."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from desktop.errors import SealwellError
from desktop.office.values_entry import Join, Joined, JoinRequest, JoinStarted
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.form import CentredForm, Field
from desktop.ui.gate.codes import CodesPage
from desktop.ui.gate.factor import FactorPage
from desktop.ui.gate.gate import Gate
from desktop.ui.gate.pages import Pages
from desktop.ui.password import NewPassword


class JoinPages(Pages):
    """Name and code, own password, authenticator, saved codes; then the sign-in page."""

    def __init__(self, ui: Ui, gate: Gate) -> None:
        super().__init__(ui)
        self._gate = gate
        self._asked: JoinRequest | None = None
        self._started: JoinStarted | None = None
        self._password = ""
        self.invitation = InvitationPage(ui, self)
        self.addWidget(self.invitation)

    def back(self) -> None:
        self._forget()
        self._gate.show_sign_in()

    def begin(self, asked: JoinRequest) -> None:
        self._asked = asked
        self.ui.bridge.run(
            self, lambda _: self.ui.office.start_join(asked), self._begun, self.invitation.failed
        )

    def _begun(self, started: JoinStarted) -> None:
        self._started = started
        self.own = OwnPasswordPage(self.ui, self, started)
        self.advance(self.own)

    def chosen(self, password: str) -> None:
        """A further computer keeps the authenticator: only its code is asked for."""
        self._password = password
        started = self._started
        if started is None:
            return
        self.factor = FactorPage(self.ui, started.totp_uri, self._check)
        self.advance(self.factor)

    def _check(self, code: str) -> None:
        asked, started = self._asked, self._started
        if asked is None or started is None:
            return
        given = Join(
            asked.user,
            invitation=asked.invitation,
            password=self._password,
            totp_uri=started.totp_uri,
            code=code,
        )
        self.ui.bridge.run(self, lambda _: self.ui.office.join(given), self._joined, self._not_joined)

    def _not_joined(self, error: SealwellError) -> None:
        """A wrong code is said beside it; a password that will not do is asked for again."""
        if error.code.startswith("password-") and self._started is not None:
            self.own = OwnPasswordPage(self.ui, self, self._started)
            self.advance(self.own)
            self.own.notice.show_words(self.ui.error(error))
        else:
            self.factor.failed(error)

    def _joined(self, answer: Joined) -> None:
        self._password = ""
        user = self._asked.user if self._asked else ""
        if not answer.recovery_codes:
            self._finish()
            return
        self.codes = CodesPage(self.ui, user, answer.recovery_codes, self._finish)
        self.advance(self.codes)

    def _finish(self) -> None:
        user = self._asked.user if self._asked else ""
        self._forget()
        self._gate.show_sign_in(user, self.ui.say("ui.join.done"))

    def _forget(self) -> None:
        self._asked = self._started = None
        self._password = ""


class InvitationPage(CentredForm):
    """What the administrator gave: the user name and the one-time code."""

    def __init__(self, ui: Ui, pages: JoinPages) -> None:
        super().__init__(ui, "user-plus", ui.say("ui.join.title"), ui.say("ui.join.lead"))
        self._pages = pages
        self.user = Field(ui.say("ui.signin.user"))
        self.code = Field(ui.say("ui.join.code"), hint=ui.say("ui.join.code-hint"))
        for field in (self.user, self.code):
            self.column.addWidget(field)
            field.input.returnPressed.connect(self.submit)
        row = QHBoxLayout()
        self.back = button(ui.say("ui.back"), pages.back, "quiet")
        self.go = button(ui.say("ui.next"), self.submit, "primary")
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        self.column.addLayout(row)

    def submit(self) -> None:
        for field in (self.user, self.code):
            if not field.text.strip():
                field.wrong(self.ui.say("ui.form.missing"))
                field.input.setFocus()
                return
        if self.go.isEnabled():
            self.notice.clear()
            self.go.setEnabled(False)
            self._pages.begin(JoinRequest(self.user.text.strip(), invitation=self.code.text.strip()))

    def failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.notice.show_words(self.ui.error(error))
        self.code.input.setFocus()


class OwnPasswordPage(CentredForm):
    """Which practice and role it is, and the person's own password."""

    def __init__(self, ui: Ui, pages: JoinPages, started: JoinStarted) -> None:
        super().__init__(ui, "user-plus", clean(started.practice), ui.say("ui.join.own-lead"))
        self._pages = pages
        role = ui.say("ui.join.role", role=ui.say(f"ui.role.{started.role}"))
        self.column.addWidget(plain_label(role, "heading", wrap=True))
        self.column.addWidget(plain_label(ui.say(f"ui.role-about.{started.role}"), "muted", wrap=True))
        further = not started.totp_uri
        self.passwords = NewPassword(ui, ui.say("ui.join.this-computer") if further else "")
        self.column.addWidget(self.passwords)
        self.passwords.again.input.returnPressed.connect(self.submit)
        row = QHBoxLayout()
        self.back = button(ui.say("ui.cancel"), pages.back, "quiet")
        self.go = button(ui.say("ui.next"), self.submit, "primary")
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        self.column.addLayout(row)

    def submit(self) -> None:
        if not self.passwords.problem():
            self._pages.chosen(self.passwords.text)

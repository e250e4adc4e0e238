"""Dialogs of one's own account: password, authenticator, security keys, PIN, saved codes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import (
    FactorProof,
    KeyEnrolment,
    KeyRemoval,
    KeyShown,
    NewFactor,
    PasswordChange,
    Purpose,
)
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.codes import CodesView, have_them
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field
from desktop.ui.gate.factor import AuthenticatorView
from desktop.ui.password import NewPassword
from desktop.ui.stepup import proved

_PIN_LENGTH = 6


class OwnDialog(FormDialog):
    """A form whose primary button asks the office once at a time."""

    def __init__(self, ui: Ui, session: Session, title: str, go: str, parent: QWidget) -> None:
        super().__init__(ui, title, parent)
        self._session = session
        self.go = button(go, self.submit, "primary")
        self.foot.addWidget(self.go)

    def submit(self) -> None:
        """Check what was typed, then ask."""

    def missing(self, *fields: Field) -> bool:
        for field in fields:
            if not field.text.strip():
                field.wrong(self.ui.say("ui.form.missing"))
                field.input.setFocus()
                return True
        return False

    def wait(self, touch: bool) -> None:
        self.go.setEnabled(False)
        if touch:
            self.notice.show_words(self.ui.say("ui.second.touch"), "plain")
        else:
            self.notice.clear()

    def refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


class PasswordDialog(OwnDialog):
    """The old one, the new one twice; with a security key it is touched, because it takes part."""

    def __init__(self, ui: Ui, session: Session, has_key: bool, parent: QWidget) -> None:
        say = ui.say
        super().__init__(ui, session, say("ui.account.password-title"), say("ui.save"), parent)
        self.old = Field(say("ui.account.password-old"), secret=True)
        self.passwords = NewPassword(ui, say("ui.password.new"))
        self.key_pin = Field(say("ui.second.key-pin"), secret=True, hint=say("ui.second.key-hint"))
        self.key_pin.setVisible(has_key)
        self._has_key = has_key
        for one in (self.old, self.passwords, self.key_pin):
            self.content.addWidget(one)
        self.passwords.again.input.returnPressed.connect(self.submit)
        self.old.input.setFocus()

    def submit(self) -> None:
        if self.missing(self.old) or self.passwords.problem():
            return
        if self._has_key and self.missing(self.key_pin):
            return
        self.wait(touch=self._has_key)
        change = PasswordChange(old=self.old.text, new=self.passwords.text, key_pin=self.key_pin.text)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.change_password(self._session, change),
            lambda _: self.accept(),
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self.old.input.clear()
        self.old.input.setFocus()
        self.refused(error)


class AuthenticatorDialog(OwnDialog):
    """The new app counts once a code from it was right; until then the old one does."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        say = ui.say
        super().__init__(ui, session, say("ui.account.app-title"), say("ui.factor.check"), parent)
        self._uri = ""
        self.content.addWidget(plain_label(say("ui.account.app-lead"), "muted", wrap=True))
        self.view: AuthenticatorView | None = None
        self.go.setEnabled(False)

        def begin() -> None:
            proved(
                self,
                ui,
                session,
                Purpose.OWN_SECURITY,
                lambda _: ui.office.new_authenticator(session),
                self._show,
                self.failed,
            )

        begin()

    def _show(self, factor: NewFactor) -> None:
        self._uri = factor.totp_uri
        self.view = AuthenticatorView(self.ui, factor.totp_uri, self.submit)
        self.content.addWidget(self.view)
        self.go.setEnabled(True)
        self.view.code.input.setFocus()

    def submit(self) -> None:
        code = self.view.typed() if self.view is not None else ""
        if not code or not self.go.isEnabled():
            return
        self.wait(touch=False)
        proof = FactorProof(totp_uri=self._uri, code=code)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.OWN_SECURITY,
            lambda _: self.ui.office.confirm_authenticator(self._session, proof),
            lambda _: self.accept(),
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        if self.view is not None and error.code.startswith("code-"):
            self.view.failed(error)
        else:
            self.failed(error)


class KeyDialog(OwnDialog):
    """Password and the key's own PIN, then a touch; the key takes part in opening from then on."""

    def __init__(self, ui: Ui, session: Session, has_key: bool, parent: QWidget) -> None:
        say = ui.say
        super().__init__(ui, session, say("ui.account.key-title"), say("ui.account.key-go"), parent)
        self._has_key = has_key
        self.content.addWidget(plain_label(say("ui.account.key-lead"), "muted", wrap=True))
        self.password = Field(say("ui.signin.password"), secret=True)
        self.key_pin = Field(say("ui.second.key-pin"), secret=True, hint=say("ui.account.key-pin-hint"))
        present = say("ui.account.key-present")
        self.present_pin = Field(present, secret=True, hint=say("ui.account.key-present-hint"))
        for field in (self.password, self.present_pin, self.key_pin):
            self.content.addWidget(field)
            field.input.returnPressed.connect(self.submit)
        self.present_pin.setVisible(has_key)
        self.password.input.setFocus()

    def submit(self) -> None:
        wanted = (self.present_pin,) if self._has_key else ()
        if self.missing(self.password, *wanted, self.key_pin) or not self.go.isEnabled():
            return
        self.wait(touch=True)
        request = KeyEnrolment(
            password=self.password.text, pin=self.key_pin.text, present_pin=self.present_pin.text
        )
        proved(
            self,
            self.ui,
            self._session,
            Purpose.OWN_SECURITY,
            lambda _: self.ui.office.enrol_key(self._session, request),
            lambda _: self.accept(),
            self.refused,
        )


class KeyRemoveDialog(OwnDialog):
    """From then on password and code open, as before the key."""

    def __init__(self, ui: Ui, session: Session, key: KeyShown, parent: QWidget) -> None:
        say = ui.say
        title = say("ui.account.key-remove-title", name=clean(key.name))
        super().__init__(ui, session, title, say("ui.account.key-remove"), parent)
        self._key = key
        self.content.addWidget(plain_label(say("ui.account.key-remove-lead"), "muted", wrap=True))
        self.password = Field(say("ui.signin.password"), secret=True)
        self.key_pin = Field(say("ui.second.key-pin"), secret=True, hint=say("ui.account.key-any-hint"))
        for field in (self.password, self.key_pin):
            self.content.addWidget(field)
            field.input.returnPressed.connect(self.submit)
        self.password.input.setFocus()

    def submit(self) -> None:
        if self.missing(self.password, self.key_pin) or not self.go.isEnabled():
            return
        self.wait(touch=True)
        request = KeyRemoval(self._key.id, password=self.password.text, key_pin=self.key_pin.text)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.OWN_SECURITY,
            lambda _: self.ui.office.remove_key(self._session, request),
            lambda _: self.accept(),
            self.refused,
        )


class PinDialog(OwnDialog):
    """Six digits for coming back from an idle lock today; never for signing in."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        say = ui.say
        super().__init__(ui, session, say("ui.account.pin-title"), say("ui.save"), parent)
        self.content.addWidget(plain_label(say("ui.account.pin-lead"), "muted", wrap=True))
        self.pin = Field(say("ui.account.pin-field"), secret=True)
        self.again = Field(say("ui.account.pin-again"), secret=True)
        for field in (self.pin, self.again):
            field.input.setMaxLength(_PIN_LENGTH)
            field.input.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
            self.content.addWidget(field)
        self.again.input.returnPressed.connect(self.submit)
        self.pin.input.setFocus()

    def submit(self) -> None:
        pin = self.pin.text
        if len(pin) != _PIN_LENGTH or not (pin.isascii() and pin.isdecimal()):
            self.pin.wrong(self.ui.say("ui.account.pin-six"))
            self.pin.input.setFocus()
            return
        if pin != self.again.text:
            self.again.wrong(self.ui.say("ui.account.pin-differs"))
            self.again.input.setFocus()
            return
        self.wait(touch=False)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.OWN_SECURITY,
            lambda _: self.ui.office.set_quick_pin(self._session, pin),
            lambda _: self.accept(),
            self.refused,
        )


class CodesDialog(FormDialog):
    """Ten new saved codes; the old ones open nothing any more."""

    def __init__(self, ui: Ui, user: str, codes: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.codes.title"), parent)
        self.content.addWidget(plain_label(ui.say("ui.codes.lead"), "muted", wrap=True))
        self.view = CodesView(ui, user, codes)
        self.content.addWidget(self.view)
        self.cancel.hide()
        row, self.go = have_them(ui, self.view, self.accept)
        self.content.addLayout(row)

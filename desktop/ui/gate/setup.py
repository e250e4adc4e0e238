"""First run: practice and administrator, authenticator, recovery key, relay."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from PySide6.QtCore import QTimeZone
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_entry import Credentials, NewPractice, PracticeMade, SignedIn
from desktop.office.values_practice import PasswordChecked, RelayLine, RelayTested
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.form import CentredForm, Field
from desktop.ui.gate.qr import qr_label
from desktop.ui.settings.relay import RelayForm, steps_words

_WIDE = 560


class SetupPages(QStackedWidget):
    """Four pages in one order; `finished` gets the first session."""

    def __init__(self, ui: Ui, finished: Callable[[SignedIn], None]) -> None:
        super().__init__()
        self.ui = ui
        self._finished = finished
        self._given: NewPractice | None = None
        self._made: PracticeMade | None = None
        self._signed: SignedIn | None = None
        self.practice = PracticePage(ui, self._create)
        self.addWidget(self.practice)

    def _advance(self, page: QWidget) -> None:
        old = self.currentWidget()
        self.addWidget(page)
        self.setCurrentWidget(page)
        if old is not None:
            self.removeWidget(old)
            old.deleteLater()

    def _create(self, given: NewPractice) -> None:
        self._given = given
        self.ui.bridge.run(
            self, lambda _: self.ui.office.create_practice(given), self._created, self.practice.failed
        )

    def _created(self, made: PracticeMade) -> None:
        self._made = made
        self.factor = FactorPage(self.ui, made, self._check_code)
        self._advance(self.factor)

    def _check_code(self, code: str) -> None:
        """Signing in with the first code is the check that the authenticator works."""
        if self._given is None:
            return
        given = Credentials(self._given.user, password=self._given.password, code=code)
        self.ui.bridge.run(
            self, lambda _: self.ui.office.sign_in(given), self._code_right, self.factor.failed
        )

    def _code_right(self, signed: SignedIn) -> None:
        self._signed, self._given = signed, None
        if self._made is not None:
            self.recovery = RecoveryPage(self.ui, self._made.recovery_key, self._recovered)
            self._advance(self.recovery)

    def _recovered(self) -> None:
        self._made = None
        if self._signed is not None:
            self.relay = RelayPage(self.ui, self._signed.session, self._done)
            self._advance(self.relay)

    def _done(self) -> None:
        if self._signed is not None:
            self._finished(self._signed)


class PracticePage(CentredForm):
    """Who the practice is, and its administrator; the password is judged while it is typed."""

    def __init__(self, ui: Ui, create: Callable[[NewPractice], None]) -> None:
        super().__init__(ui, "shield-check", ui.say("ui.setup.title"), ui.say("ui.setup.lead"), _WIDE)
        say = ui.say
        self._create = create
        self.name = Field(say("ui.setup.practice"))
        self.zone = QComboBox()
        self.zone.setAccessibleName(say("ui.setup.zone"))
        zones = sorted(bytes(one.data()).decode("ascii") for one in QTimeZone.availableTimeZoneIds())
        self.zone.addItems([zone for zone in zones if "/" in zone and not zone.startswith("Etc/")])
        here = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii")
        at = self.zone.findText(here)
        self.zone.setCurrentIndex(at if at >= 0 else max(0, self.zone.findText("America/New_York")))
        self.language = QComboBox()
        self.language.setAccessibleName(say("ui.setup.language"))
        for code in ("en", "es"):
            self.language.addItem(say(f"ui.language.{code}"), code)
        self.language.setCurrentIndex(max(0, self.language.findData(ui.texts.language)))
        self.user = Field(say("ui.setup.user"))
        self.password = Field(say("ui.setup.password"), secret=True, hint=say("ui.setup.password-hint"))
        self.again = Field(say("ui.setup.again"), secret=True)
        self.column.addWidget(self.name)
        for words, box in (("ui.setup.zone", self.zone), ("ui.setup.language", self.language)):
            label = plain_label(say(words), "label")
            label.setBuddy(box)
            self.column.addWidget(label)
            self.column.addWidget(box)
        for field in (self.user, self.password, self.again):
            self.column.addWidget(field)
        row = QHBoxLayout()
        row.addStretch()
        self.go = button(say("ui.next"), self.submit, "primary")
        row.addWidget(self.go)
        self.column.addLayout(row)
        self.password.input.editingFinished.connect(self._judge)

    def _judge(self) -> None:
        typed = self.password.text
        if typed:
            self.ui.bridge.run(
                self, lambda _: self.ui.office.check_password(typed), self._judged, lambda _: None
            )

    def _judged(self, answer: PasswordChecked) -> None:
        self.password.wrong("" if answer.reason is None else self.ui.reason(answer.reason))

    def submit(self) -> None:
        for field in (self.name, self.user, self.password):
            if not field.text.strip():
                field.wrong(self.ui.say("ui.form.missing"))
                field.input.setFocus()
                return
        if self.password.text != self.again.text:
            self.again.wrong(self.ui.say("ui.setup.differs"))
            self.again.input.setFocus()
            return
        self.notice.clear()
        self.go.setEnabled(False)
        self.go.setText(self.ui.say("ui.setup.making"))
        self._create(
            NewPractice(
                practice=self.name.text.strip(),
                zone=self.zone.currentText(),
                user=self.user.text.strip(),
                password=self.password.text,
                language=str(self.language.currentData()),
            )
        )

    def failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.go.setText(self.ui.say("ui.next"))
        self.notice.show_words(self.ui.error(error))


class FactorPage(CentredForm):
    """The authenticator: a picture to scan, the same as text, and a code that proves it works."""

    def __init__(self, ui: Ui, made: PracticeMade, check: Callable[[str], None]) -> None:
        super().__init__(ui, "key-round", ui.say("ui.factor.title"), ui.say("ui.factor.lead"), _WIDE)
        self._check = check
        row = QHBoxLayout()
        row.addWidget(qr_label(made.totp_uri, ui.say("ui.factor.picture")))
        side = QVBoxLayout()
        side.addWidget(plain_label(ui.say("ui.factor.by-hand"), "muted", wrap=True))
        secret = plain_label(_secret(made.totp_uri), "mono", wrap=True)
        side.addWidget(secret)
        side.addStretch()
        row.addLayout(side, 1)
        self.column.addLayout(row)
        self.code = Field(ui.say("ui.signin.code"), hint=ui.say("ui.factor.code-hint"))
        self.code.input.setMaxLength(8)
        self.code.input.returnPressed.connect(self.submit)
        self.column.addWidget(self.code)
        foot = QHBoxLayout()
        foot.addStretch()
        self.go = button(ui.say("ui.factor.check"), self.submit, "primary")
        foot.addWidget(self.go)
        self.column.addLayout(foot)

    def submit(self) -> None:
        if not self.code.text.strip():
            self.code.wrong(self.ui.say("ui.form.missing"))
            self.code.input.setFocus()
            return
        self.go.setEnabled(False)
        self._check(self.code.text.strip())

    def failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.code.input.clear()
        self.code.wrong(self.ui.error(error))
        self.code.input.setFocus()


class RecoveryPage(CentredForm):
    """The recovery key, to be written down; two of its groups are typed back."""

    def __init__(self, ui: Ui, key: str, done: Callable[[], None]) -> None:
        super().__init__(ui, "lock", ui.say("ui.recovery.title"), ui.say("ui.recovery.lead"), _WIDE)
        self._groups = key.replace("-", " ").split()
        self._done = done
        half = (len(self._groups) + 1) // 2
        words = "  ".join(self._groups[:half]) + "\n" + "  ".join(self._groups[half:])
        self.shown = plain_label(words, "mono", wrap=True)
        self.column.addWidget(self.shown)
        self.column.addWidget(plain_label(ui.say("ui.recovery.warning"), "problem", wrap=True))
        self.asked = sorted(secrets.SystemRandom().sample(range(len(self._groups)), 2))
        self.typed = [Field(ui.say("ui.recovery.group", number=at + 1)) for at in self.asked]
        row = QHBoxLayout()
        for field in self.typed:
            row.addWidget(field)
        self.column.addLayout(row)
        foot = QHBoxLayout()
        foot.addStretch()
        self.go = button(ui.say("ui.next"), self.submit, "primary")
        foot.addWidget(self.go)
        self.column.addLayout(foot)

    def submit(self) -> None:
        for at, field in zip(self.asked, self.typed, strict=True):
            if field.text.strip().upper() != self._groups[at].upper():
                field.wrong(self.ui.say("ui.recovery.differs"))
                field.input.setFocus()
                return
        self.shown.clear()
        self._groups = []
        self._done()


class RelayPage(CentredForm):
    """The relay with a connection test; it can be added later, and the program says what waits."""

    def __init__(self, ui: Ui, session: Session, done: Callable[[], None]) -> None:
        super().__init__(ui, "server", ui.say("ui.relay.add-title"), ui.say("ui.setup.relay-lead"), 620)
        self._session = session
        self._done = done
        self.form = RelayForm(ui)
        self.column.addWidget(self.form)
        row = QHBoxLayout()
        self.later = button(ui.say("ui.setup.later"), done)
        self.test_button = button(ui.say("ui.relay.test"), self.test)
        self.save_button = button(ui.say("ui.setup.finish"), self.save, "primary")
        row.addWidget(self.later)
        row.addStretch()
        row.addWidget(self.test_button)
        row.addWidget(self.save_button)
        self.column.addLayout(row)
        ui.bridge.run(self, lambda _: ui.office.relay_presets(), self.form.offer, self._failed)

    def test(self) -> None:
        request = self.form.request()
        if request is not None:
            self.notice.show_words(self.ui.say("ui.relay.testing"), "plain")
            self.ui.bridge.run(
                self, lambda _: self.ui.office.try_relay(self._session, request), self._tested, self._failed
            )

    def _tested(self, answer: RelayTested) -> None:
        self.notice.show_words(steps_words(self.ui, answer), "ok" if answer.ok else "error")

    def save(self) -> None:
        request = self.form.request()
        if request is not None:
            self.save_button.setEnabled(False)
            self.ui.bridge.run(
                self, lambda _: self.ui.office.add_relay(self._session, request), self._saved, self._failed
            )

    def _saved(self, _: RelayLine) -> None:
        self._done()

    def _failed(self, error: SealwellError) -> None:
        self.save_button.setEnabled(True)
        self.notice.show_words(self.ui.error(error))


def _secret(uri: str) -> str:
    """The secret inside an otpauth address, in groups of four for typing."""
    _, _, rest = uri.partition("secret=")
    secret = rest.partition("&")[0]
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))

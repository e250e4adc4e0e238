"""First run: practice and administrator, authenticator, saved codes, recovery key, relay."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimeZone
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import RecoveryCodes
from desktop.office.values_entry import Credentials, NewPractice, PracticeMade, SignedIn
from desktop.office.values_practice import RelayLine, RelayTested
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import system_zone
from desktop.ui.form import CentredForm, Field
from desktop.ui.gate.codes import CodesPage
from desktop.ui.gate.factor import FactorPage
from desktop.ui.gate.gate import Gate, Work
from desktop.ui.gate.pages import Pages
from desktop.ui.gate.recovery import RecoveryPage
from desktop.ui.password import NewPassword
from desktop.ui.settings.relay import RelayForm, steps_words

_WIDE = 560


class SetupPages(Pages):
    """Five pages in one order; the gate gets the first session."""

    def __init__(self, ui: Ui, gate: Gate) -> None:
        super().__init__(ui)
        self._gate = gate
        self._given: NewPractice | None = None
        self._made: PracticeMade | None = None
        self._signed: SignedIn | None = None
        self.practice = PracticePage(ui, self._create, gate.show_restore, gate.look_around)
        self.addWidget(self.practice)

    def _create(self, given: NewPractice) -> None:
        self._given = given
        self.ui.bridge.run(
            self, lambda _: self.ui.office.create_practice(given), self._created, self.practice.failed
        )

    def _created(self, made: PracticeMade) -> None:
        self._made = made
        self.factor = FactorPage(self.ui, made.totp_uri, self._check_code)
        self.advance(self.factor)

    def _check_code(self, code: str) -> None:
        """Signing in with the first code is the check that the authenticator works."""
        if self._given is None:
            return
        given = Credentials(self._given.user, password=self._given.password, code=code)
        self.ui.bridge.run(
            self, lambda _: self.ui.office.sign_in(given), self._code_right, self.factor.failed
        )

    def _code_right(self, signed: SignedIn) -> None:
        """Saved codes come before the recovery key: the phone is lost more often than everything."""
        self._signed, self._given = signed, None
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.new_recovery_codes(signed.session),
            self._codes_made,
            lambda _: self._codes_kept(),
        )

    def _codes_made(self, answer: RecoveryCodes) -> None:
        user = self._signed.session.user_name if self._signed else ""
        self.codes = CodesPage(self.ui, user, answer.codes, self._codes_kept)
        self.advance(self.codes)

    def _codes_kept(self) -> None:
        if self._made is not None:
            self.recovery = RecoveryPage(self.ui, self._made.recovery_key, self._recovered, self._alive)
            self.advance(self.recovery)

    def _alive(self) -> None:
        """Writing the key down takes a while: the session that has begun must not idle out meanwhile."""
        signed = self._signed
        if signed is not None:
            self.ui.bridge.run(
                self, lambda _: self.ui.office.touch(signed.session), lambda _: None, lambda _: None
            )

    def _recovered(self) -> None:
        self._made = None
        if self._signed is not None:
            self._gate.attend(self._signed)
            self.relay = RelayPage(self.ui, self._signed.session, self._done)
            self.advance(self.relay)

    def _done(self) -> None:
        if self._signed is not None:
            self._gate.enter(self._signed)


class PracticePage(CentredForm):
    """Who the practice is, and its administrator; the password is judged while it is typed."""

    def __init__(self, ui: Ui, create: Callable[[NewPractice], None], restore: Work, sample: Work) -> None:
        super().__init__(ui, "shield-check", ui.say("ui.setup.title"), ui.say("ui.setup.lead"), _WIDE)
        say = ui.say
        self._create = create
        self._sample = sample
        self.name = Field(say("ui.setup.practice"))
        self.zone = QComboBox()
        self.zone.setAccessibleName(say("ui.setup.zone"))
        zones = sorted(bytes(one.data()).decode("ascii") for one in QTimeZone.availableTimeZoneIds())
        self.zone.addItems([zone for zone in zones if "/" in zone and not zone.startswith("Etc/")])
        at = self.zone.findText(system_zone())
        self.zone.setCurrentIndex(at if at >= 0 else max(0, self.zone.findText("America/New_York")))
        self.language = QComboBox()
        self.language.setAccessibleName(say("ui.setup.language"))
        for code in ("en", "es"):
            self.language.addItem(say(f"ui.language.{code}"), code)
        self.language.setCurrentIndex(max(0, self.language.findData(ui.texts.language)))
        self.user = Field(say("ui.setup.user"))
        self.passwords = NewPassword(ui)
        self.password, self.again = self.passwords.password, self.passwords.again
        self.column.addWidget(self.name)
        for words, box in (("ui.setup.zone", self.zone), ("ui.setup.language", self.language)):
            label = plain_label(say(words), "label")
            label.setBuddy(box)
            self.column.addWidget(label)
            self.column.addWidget(box)
        for one in (self.user, self.passwords):
            self.column.addWidget(one)
        row = QHBoxLayout()
        self.restore = button(say("ui.signin.restore"), restore, "quiet")
        row.addStretch()
        self.go = button(say("ui.next"), self.submit, "primary")
        row.addWidget(self.go)
        self.column.addLayout(row)
        # At the top: whoever lost a computer does not look for it below a form that is not theirs.
        below = self.column.indexOf(self.lead) + 1
        self.sample = button(say("ui.sample.look"), self._look_around, "quiet")
        first = QHBoxLayout()
        first.addWidget(self.restore)
        first.addStretch()
        first.addWidget(self.sample)
        self.column.insertLayout(below, first)

    def _look_around(self) -> None:
        self.notice.show_words(self.ui.say("ui.sample.opening"), "plain")
        self._sample()

    def submit(self) -> None:
        for field in (self.name, self.user):
            if not field.text.strip():
                field.wrong(self.ui.say("ui.form.missing"))
                field.input.setFocus()
                return
        if self.passwords.problem():
            return
        self.notice.clear()
        self.go.setEnabled(False)
        self.restore.setEnabled(False)
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
        self.restore.setEnabled(True)
        self.go.setText(self.ui.say("ui.next"))
        self.notice.show_words(self.ui.error(error))


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

"""Adding or changing a mailbox that is read: where it is, its folder, its agreement; tested first."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.delivery import Auth
from desktop.models.records import Baa
from desktop.office.values_delivery import MailboxLine, MailboxRequest, MailboxTested, ProviderShown
from desktop.ui.agreement import AgreementFields, pair
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.certificate import CertificateField
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field
from desktop.ui.settings.grant import provider_of
from desktop.ui.settings.trial import Trial

_PORTS = {"implicit": "993", "starttls": "143"}
_MOST_MINUTES = 120


class MailboxForm(QWidget):
    """The fields; what is wrong is said beside its field."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._known: MailboxLine | None = None
        self._providers: tuple[ProviderShown, ...] = ()
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(plain_label(say("ui.mailbox.lead"), "muted", wrap=True))
        self.name = Field(say("ui.mailbox.name"), hint=say("ui.mailbox.name-hint"))
        self.address = Field(say("ui.mailbox.address"), hint=say("ui.mailbox.address-hint"))
        self.host = Field(say("ui.mailbox.host"))
        self.host.input.textChanged.connect(lambda _: self._say_of_password())
        self.port = Field(say("ui.relay.port"))
        self.port.input.setText(_PORTS["implicit"])
        self.security = QComboBox()
        self.security.setAccessibleName(say("ui.relay.security"))
        for value in _PORTS:
            self.security.addItem(say(f"ui.mailbox.{value}"), value)
        self.security.currentIndexChanged.connect(self._take_port)
        security_label = plain_label(say("ui.relay.security"), "label")
        security_label.setBuddy(self.security)
        self.user = Field(say("ui.relay.user"))
        self.password = Field(say("ui.relay.password"), secret=True)
        self.folder = Field(say("ui.mailbox.folder"), hint=say("ui.mailbox.folder-hint"))
        self.folder.input.setText("INBOX")
        self.sent = Field(say("ui.mailbox.sent"), hint=say("ui.mailbox.sent-hint"))
        self.minutes = Field(say("ui.mailbox.minutes"), hint=say("ui.mailbox.minutes-hint"))
        self.minutes.input.setText("5")
        column.addLayout(pair(self.address, self.name))
        column.addLayout(pair(self.host, self.port))
        column.addWidget(security_label)
        column.addWidget(self.security)
        column.addLayout(pair(self.user, self.password))
        column.addLayout(pair(self.folder, self.minutes))
        column.addWidget(self.sent)
        self.ca_file = CertificateField(ui)
        column.addWidget(self.ca_file)
        self.tidy = QCheckBox(say("ui.mailbox.tidy"))
        column.addWidget(self.tidy)
        column.addWidget(plain_label(say("ui.mailbox.tidy-hint"), "muted", wrap=True))
        self.agreement = AgreementFields(ui)
        column.addWidget(self.agreement)

    def _take_port(self) -> None:
        """The usual port of the kind, unless another was typed."""
        if self.port.text.strip() in ("", *_PORTS.values()):
            self.port.input.setText(_PORTS[str(self.security.currentData())])

    def offer(self, providers: tuple[ProviderShown, ...]) -> None:
        """At whose servers a sign-in by browser takes the place of the password."""
        self._providers = providers
        self._say_of_password()

    @property
    def _provider(self) -> ProviderShown | None:
        return provider_of(self._providers, self.host.text)

    def _say_of_password(self) -> None:
        if self._known is not None and self._known.auth is Auth.PASSWORD:
            self.password.hint(self.ui.say("ui.relay.password-kept"))
        elif self._provider is not None:
            self.password.hint(self.ui.say("ui.grant.none", provider=self._provider.name))
        else:
            self.password.hint("")

    def fill(self, line: MailboxLine) -> None:
        """A mailbox that is there; an empty password keeps the old one."""
        self._known = line
        self.security.setCurrentIndex(max(0, self.security.findData(line.security)))
        for field, value in (
            (self.name, line.name),
            (self.address, line.address),
            (self.host, line.host),
            (self.port, str(line.port)),
            (self.user, line.user),
            (self.folder, line.folder),
            (self.sent, line.sent_folder),
            (self.minutes, str(line.minutes)),
            (self.ca_file, line.ca_file),
        ):
            field.input.setText(value)
        self.tidy.setChecked(line.tidy)
        self._say_of_password()
        self.agreement.fill(line.baa)

    def request(self) -> MailboxRequest | None:
        """What the form says, or None with what is wrong beside its field."""
        needed = [self.address, self.host, self.user, self.password, self.folder]
        if self._known is not None or self._provider is not None:
            needed.remove(self.password)
        for field in needed:
            if not field.text.strip():
                self._wrong(field, "ui.form.missing")
                return None
        if "@" not in self.address.text:
            self._wrong(self.address, "ui.mailbox.address-wrong")
            return None
        if not _between(self.port.text, 65535):
            self._wrong(self.port, "ui.relay.port-wrong")
            return None
        if not _between(self.minutes.text, _MOST_MINUTES):
            self._wrong(self.minutes, "ui.mailbox.minutes-wrong")
            return None
        ca_file = self.ca_file.value()
        if ca_file is None:
            return None
        fit, baa = self.agreement.value()
        return self._asked(ca_file, baa) if fit else None

    def _auth(self) -> Auth:
        """A password that was typed is meant; without one a new mailbox waits for the browser."""
        if self.password.text:
            return Auth.PASSWORD
        return self._known.auth if self._known is not None else Auth.OAUTH

    def _asked(self, ca_file: str, baa: Baa | None) -> MailboxRequest:
        known = self._known
        return MailboxRequest(
            name=self.name.text.strip() or self.address.text.strip(),
            host=self.host.text.strip(),
            port=int(self.port.text),
            security=str(self.security.currentData()),
            user=self.user.text.strip(),
            password=self.password.text,
            address=self.address.text.strip(),
            ca_file=ca_file,
            auth=self._auth(),
            folder=self.folder.text.strip(),
            sent_folder=self.sent.text.strip(),
            minutes=int(self.minutes.text),
            tidy=self.tidy.isChecked(),
            baa=baa,
            id=known.id if known else None,
        )

    def _wrong(self, field: Field, code: str) -> None:
        field.wrong(self.ui.say(code))
        field.input.setFocus()


def _between(text: str, most: int) -> bool:
    return text.strip().isdecimal() and 0 < int(text) <= most


class MailboxDialog(FormDialog):
    """Test, then save."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget, line: MailboxLine | None = None) -> None:
        """A new mailbox, or `line` changed."""
        super().__init__(ui, ui.say("ui.mailbox.edit-title" if line else "ui.mailbox.add-title"), parent)
        self._session = session
        self._line = line
        self._trial = Trial(self, ui)
        self.setMinimumWidth(580)
        self.form = MailboxForm(ui)
        self.content.addWidget(self.form)
        self.test_button = button(ui.say("ui.relay.test"), self.test)
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.foot.addWidget(self.test_button)
        self.foot.addWidget(self.save_button)
        if line is not None:
            self.form.fill(line)
        self.form.address.input.setFocus()
        ui.bridge.run(self, lambda _: ui.office.list_providers(), self.form.offer, self.failed)

    def test(self) -> None:
        """Pressed again, it gives up."""
        if self._trial.running:
            self._trial.give_up()
            self._busy(False)
            self.notice.clear()
            return
        request = self.form.request()
        if request is None:
            return
        self.notice.show_words(self.ui.say("ui.mailbox.testing"), "plain")
        self._trial.run(
            lambda: self.ui.office.try_mailbox(self._session, request), self._tested, self._refused
        )
        self.save_button.setEnabled(False)
        self.test_button.setText(self.ui.say("ui.relay.stop-test"))

    def _tested(self, answer: MailboxTested) -> None:
        self._busy(False)
        self.notice.show_words(tested_words(self.ui, answer), "ok" if answer.ok else "error")

    def save(self) -> None:
        request = self.form.request()
        if request is None:
            return
        self._busy(True)
        self.ui.bridge.run(self, lambda _: self._store(request), lambda _: self.accept(), self._refused)

    def _store(self, request: MailboxRequest) -> MailboxLine:
        if self._line is None:
            return self.ui.office.add_mailbox(self._session, request)
        return self.ui.office.update_mailbox(self._session, request)

    def _busy(self, busy: bool) -> None:
        self.test_button.setText(self.ui.say("ui.relay.test"))
        self.test_button.setEnabled(not busy)
        self.save_button.setEnabled(not busy)

    def _refused(self, error: SealwellError) -> None:
        self._busy(False)
        self.failed(error)


def tested_words(ui: Ui, answer: MailboxTested) -> str:
    """Every step with what came of it, one a line; the first that failed is the last."""
    lines = [f"{'✓' if step.ok else '✗'} {ui.reason(step.reason)}" for step in answer.steps]
    return "\n".join(lines)

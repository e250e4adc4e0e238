"""Adding a relay: a preset or by hand, its agreement, and a connection test before it is kept."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Reason
from desktop.office.values_practice import Preset, RelayChange, RelayLine, RelayRequest, RelayTested
from desktop.ui.agreement import AgreementFields, pair
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.certificate import CertificateField
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field


class RelayForm(QWidget):
    """The fields; used by the settings and by the first-run pages."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._presets: tuple[Preset, ...] = ()
        self._known: RelayLine | None = None
        self._by_browser = False
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.preset = QComboBox()
        self.preset.setAccessibleName(say("ui.relay.preset"))
        self.preset.addItem(say("ui.relay.by-hand"))
        self.preset.currentIndexChanged.connect(self._take_preset)
        self.preset_note = plain_label("", "muted", wrap=True)
        self.preset_note.hide()
        column.addWidget(plain_label(say("ui.relay.preset"), "label"))
        column.addWidget(self.preset)
        column.addWidget(self.preset_note)
        self.host = Field(say("ui.relay.host"))
        self.port = Field(say("ui.relay.port"))
        self.port.input.setText("465")
        self.security = QComboBox()
        self.security.setAccessibleName(say("ui.relay.security"))
        for value in ("implicit", "starttls"):
            self.security.addItem(say(f"ui.relay.{value}"), value)
        self.from_address = Field(say("ui.relay.sender"))
        self.user = Field(say("ui.relay.user"))
        self.password = Field(say("ui.relay.password"), secret=True)
        column.addLayout(pair(self.host, self.port))
        column.addWidget(plain_label(say("ui.relay.security"), "label"))
        column.addWidget(self.security)
        column.addLayout(pair(self.from_address, self.user))
        column.addWidget(self.password)
        self.sender_note = plain_label("", "problem", wrap=True)
        self.sender_note.hide()
        column.addWidget(self.sender_note)
        self.from_address.input.editingFinished.connect(self._look_at_sender)
        self.agreement = AgreementFields(ui)
        self.counterparty = self.agreement.counterparty
        self.signed, self.expires = self.agreement.signed, self.agreement.expires
        column.addWidget(self.agreement)
        self.ca_file = CertificateField(ui)
        column.addWidget(self.ca_file)
        self.required = QCheckBox(say("ui.relay.required-tls"))
        column.addWidget(self.required)
        self.required_hint = plain_label(say("ui.relay.required-tls-hint"), "muted", wrap=True)
        column.addWidget(self.required_hint)

    def offer(self, presets: tuple[Preset, ...]) -> None:
        self._presets = presets
        for preset in presets:
            self.preset.addItem(preset.name)

    def _take_preset(self, position: int) -> None:
        preset = self._presets[position - 1] if position > 0 else None
        self._by_browser = preset is not None and not preset.password_signin
        by_account = preset is None or preset.required_tls in ("account", "")
        self.required.setEnabled(by_account)
        self.required.setChecked(self.required.isChecked() and by_account)
        way = (
            "ui.relay.required-tls-hint"
            if preset is None or by_account
            else f"ui.relay.way-{preset.required_tls}"
        )
        self.required_hint.setText(self.ui.say(way))
        if preset is None:
            self.preset_note.hide()
            return
        self.host.input.setText(preset.host)
        self.port.input.setText(str(preset.port))
        self.security.setCurrentIndex(max(0, self.security.findData(preset.security)))
        told = [] if preset.password_signin else [self.ui.say("ui.relay.no-password-signin")]
        told += [preset.required_tls_how] if preset.required_tls_how else []
        self.preset_note.setText("\n".join(told))
        self.preset_note.setVisible(bool(told))

    def fill(self, line: RelayLine) -> None:
        """A relay that is there; an empty password keeps the old one."""
        self._known = line
        self.host.input.setText(line.host)
        self.port.input.setText(str(line.port))
        self.security.setCurrentIndex(max(0, self.security.findData(line.security)))
        self.from_address.input.setText(line.sender)
        self.user.input.setText(line.user)
        self.password.hint(self.ui.say("ui.relay.password-kept"))
        self.ca_file.input.setText(line.ca_file)
        self.agreement.fill(line.baa)
        self.required.hide()
        self.required_hint.hide()

    def _look_at_sender(self) -> None:
        address = self.from_address.text
        self.ui.bridge.run(
            self, lambda _: self.ui.office.sender_warnings(address), self._warn_of_sender, lambda _: None
        )

    def _warn_of_sender(self, warnings: tuple[Reason, ...]) -> None:
        self.sender_note.setText(" ".join(self.ui.reason(one) for one in warnings))
        self.sender_note.setVisible(bool(warnings))

    def request(self) -> RelayRequest | None:
        """What the form says, or None with what is wrong beside its field."""
        needed = (self.host, self.from_address, self.user, self.password)
        for field in needed[: 3 if self._known or self._by_browser else 4]:
            if not field.text.strip():
                self._wrong(field, "ui.form.missing")
                return None
        if not self.port.text.strip().isdecimal() or not 0 < int(self.port.text) < 65536:
            self._wrong(self.port, "ui.relay.port-wrong")
            return None
        ca_file = self.ca_file.value()
        fit, baa = self.agreement.value()
        if not fit or ca_file is None:
            return None
        return RelayRequest(
            name=self._known.name if self._known else self.host.text.strip(),
            host=self.host.text.strip(),
            port=int(self.port.text),
            security=str(self.security.currentData()),
            user=self.user.text.strip(),
            sender=self.from_address.text.strip(),
            baa=baa,
            password=self.password.text,
            ca_file=ca_file,
            required_tls="account" if self.required.isChecked() else "",
        )

    def _wrong(self, field: Field, code: str) -> None:
        field.wrong(self.ui.say(code))
        field.input.setFocus()


class RelayDialog(FormDialog):
    """Test, then save; saving an untested relay is allowed and says so by itself later."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget, line: RelayLine | None = None) -> None:
        """A new relay, or `line` changed."""
        super().__init__(ui, ui.say("ui.relay.edit-title" if line else "ui.relay.add-title"), parent)
        self._session = session
        self._line = line
        self.setMinimumWidth(560)
        self.form = RelayForm(ui)
        self.content.addWidget(self.form)
        self.test_button = button(ui.say("ui.relay.test"), self.test)
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.foot.addWidget(self.test_button)
        self.foot.addWidget(self.save_button)
        self.form.preset.setFocus()
        if line is not None:
            self.form.fill(line)
            self.test_button.hide()  # with the kept password: on the relay's own card
        ui.bridge.run(self, lambda _: ui.office.relay_presets(), self.form.offer, self.failed)

    def test(self) -> None:
        request = self.form.request()
        if request is None:
            return
        self.notice.show_words(self.ui.say("ui.relay.testing"), "plain")
        self.test_button.setEnabled(False)
        self.ui.bridge.run(
            self, lambda _: self.ui.office.try_relay(self._session, request), self._tested, self._refused
        )

    def _tested(self, answer: RelayTested) -> None:
        self.test_button.setEnabled(True)
        self.notice.show_words(steps_words(self.ui, answer), "ok" if answer.ok else "error")

    def save(self) -> None:
        request = self.form.request()
        if request is None:
            return
        self.save_button.setEnabled(False)
        self.ui.bridge.run(self, lambda _: self._store(request), self._saved, self._refused)

    def _store(self, request: RelayRequest) -> RelayLine:
        if self._line is None:
            return self.ui.office.add_relay(self._session, request)
        return self.ui.office.update_relay(self._session, RelayChange(self._line.id, request))

    def _saved(self, _: RelayLine) -> None:
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.test_button.setEnabled(True)
        self.save_button.setEnabled(True)
        self.failed(error)


def steps_words(ui: Ui, answer: RelayTested) -> str:
    """The first step that failed, or that all went well."""
    for step in answer.steps:
        if not step.ok:
            return ui.reason(step.reason)
    return ui.say("ui.relay.works")

"""Adding a relay: a preset or by hand, its agreement, and a connection test before it is kept."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Baa
from desktop.office.values_practice import Preset, RelayLine, RelayRequest, RelayTested
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field


class RelayForm(QWidget):
    """The fields; used by the settings and by the first-run pages."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._presets: tuple[Preset, ...] = ()
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
        column.addLayout(_pair(self.host, self.port))
        column.addWidget(plain_label(say("ui.relay.security"), "label"))
        column.addWidget(self.security)
        column.addLayout(_pair(self.from_address, self.user))
        column.addWidget(self.password)
        column.addWidget(plain_label(say("ui.relay.agreement-heading"), "heading"))
        column.addWidget(plain_label(say("ui.relay.agreement-lead"), "muted", wrap=True))
        self.counterparty = Field(say("ui.relay.counterparty"))
        self.signed = Field(say("ui.relay.signed"), hint=say("ui.form.date-hint"))
        self.expires = Field(say("ui.relay.expires"), hint=say("ui.relay.expires-hint"))
        column.addWidget(self.counterparty)
        column.addLayout(_pair(self.signed, self.expires))
        self.required = QCheckBox(say("ui.relay.required-tls"))
        column.addWidget(self.required)
        column.addWidget(plain_label(say("ui.relay.required-tls-hint"), "muted", wrap=True))

    def offer(self, presets: tuple[Preset, ...]) -> None:
        self._presets = presets
        for preset in presets:
            self.preset.addItem(preset.name)

    def _take_preset(self, position: int) -> None:
        if position <= 0:
            self.preset_note.hide()
            return
        preset = self._presets[position - 1]
        self.host.input.setText(preset.host)
        self.port.input.setText(str(preset.port))
        self.security.setCurrentIndex(max(0, self.security.findData(preset.security)))
        self.preset_note.setText(preset.required_tls_how)
        self.preset_note.setVisible(bool(preset.required_tls_how))

    def request(self) -> RelayRequest | None:
        """What the form says, or None with what is wrong beside its field."""
        for field in (self.host, self.from_address, self.user, self.password):
            if not field.text.strip():
                self._wrong(field, "ui.form.missing")
                return None
        if not self.port.text.strip().isdecimal() or not 0 < int(self.port.text) < 65536:
            self._wrong(self.port, "ui.relay.port-wrong")
            return None
        baa = None
        if self.counterparty.text.strip():
            signed, expires = _date(self.signed.text), _date(self.expires.text)
            if signed is None:
                self._wrong(self.signed, "ui.form.date-wrong")
                return None
            if self.expires.text.strip() and expires is None:
                self._wrong(self.expires, "ui.form.date-wrong")
                return None
            baa = Baa(self.counterparty.text.strip(), signed, expires, scope="e-mail")
        return RelayRequest(
            name=self.host.text.strip(),
            host=self.host.text.strip(),
            port=int(self.port.text),
            security=str(self.security.currentData()),
            user=self.user.text.strip(),
            sender=self.from_address.text.strip(),
            baa=baa,
            password=self.password.text,
            required_tls="account" if self.required.isChecked() else "",
        )

    def _wrong(self, field: Field, code: str) -> None:
        field.wrong(self.ui.say(code))
        field.input.setFocus()


class RelayDialog(FormDialog):
    """Test, then save; saving an untested relay is allowed and says so by itself later."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.relay.add-title"), parent)
        self._session = session
        self.setMinimumWidth(560)
        self.form = RelayForm(ui)
        self.content.addWidget(self.form)
        self.test_button = button(ui.say("ui.relay.test"), self.test)
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.foot.addWidget(self.test_button)
        self.foot.addWidget(self.save_button)
        self.form.preset.setFocus()
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
        self.ui.bridge.run(
            self, lambda _: self.ui.office.add_relay(self._session, request), self._saved, self._refused
        )

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


def _pair(left: Field, right: Field) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(left, 3)
    row.addWidget(right, 2)
    return row


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

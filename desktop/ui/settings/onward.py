"""How a mail service is told to encrypt onward, what it honours, and its portal."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.protection import Portal
from desktop.office.values_practice import Preset, RelayLine, RelayTested
from desktop.office.values_protection import OnwardRequest
from desktop.ui.agreement import pair
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field
from desktop.ui.settings.relay import steps_words

_BY_HEADER = ("header", "configuration-set")


class OnwardDialog(FormDialog):
    """Prefilled with what is recorded, else with what is known about such a service."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget, line: RelayLine) -> None:
        super().__init__(ui, ui.say("ui.onward.title"), parent)
        self._session = session
        self._line = line
        self.setMinimumWidth(580)
        say = ui.say
        self.content.addWidget(plain_label(say("ui.onward.lead"), "muted", wrap=True))
        self.known = plain_label("", "muted", wrap=True)
        self.known.hide()
        self.content.addWidget(self.known)
        self.how = self._choice("ui.onward.how", "ui.onward.how", ("", "account", *_BY_HEADER))
        self.name = Field(say("ui.onward.header"))
        self.value = Field(say("ui.onward.value"))
        self.content.addLayout(pair(self.name, self.value))
        self.verifies = QCheckBox(say("ui.onward.verifies"))
        self.sts = QCheckBox(say("ui.onward.mta-sts"))
        self.dane = QCheckBox(say("ui.onward.dane"))
        for box in (self.verifies, self.sts, self.dane):
            self.content.addWidget(box)
        self.content.addWidget(plain_label(say("ui.onward.portal"), "heading"))
        self.content.addWidget(plain_label(say("ui.onward.portal-lead"), "muted", wrap=True))
        ways = ("", "header", "subject-tag", "address-suffix")
        self.trigger = self._choice("ui.onward.trigger", "ui.onward.trigger", ways)
        self.portal_name = Field(say("ui.onward.header"))
        self.portal_value = Field(say("ui.onward.portal-value"))
        self.content.addLayout(pair(self.portal_name, self.portal_value))
        self.test_button = button(say("ui.onward.test"), self.test)
        self.save_button = button(say("ui.save"), self.save, "primary")
        self.foot.addWidget(self.test_button)
        self.foot.addWidget(self.save_button)
        self.how.currentIndexChanged.connect(self._fit)
        self.trigger.currentIndexChanged.connect(self._fit)
        self._fill(line)
        self._fit()
        self.how.setFocus()
        ui.bridge.run(self, lambda _: ui.office.relay_presets(), self._offer, self.failed)

    def _choice(self, label: str, code: str, values: tuple[str, ...]) -> QComboBox:
        words, made = QLabel(self.ui.say(label)), QComboBox()
        words.setObjectName("label")
        words.setBuddy(made)
        made.setAccessibleName(self.ui.say(label))
        for value in values:
            made.addItem(self.ui.say(f"{code}-{value or 'none'}"), value)
        self.content.addWidget(words)
        self.content.addWidget(made)
        return made

    def _fill(self, line: RelayLine) -> None:
        known = line.onward
        self.how.setCurrentIndex(max(0, self.how.findData(known.how or line.required_tls)))
        self.name.input.setText(known.name)
        self.value.input.setText(known.value)
        self.verifies.setChecked(known.verifies)
        self.sts.setChecked("mta-sts" in line.enforces)
        self.dane.setChecked("dane" in line.enforces)
        portal = known.portal
        if portal is not None:
            self.trigger.setCurrentIndex(max(0, self.trigger.findData(portal.trigger)))
            self.portal_name.input.setText(portal.name)
            self.portal_value.input.setText(portal.value)

    def _offer(self, presets: tuple[Preset, ...]) -> None:
        """What is known about the service is proposed where nothing is recorded; nobody's word is taken."""
        found = next((one for one in presets if one.host and one.host == self._line.host), None)
        if found is None:
            return
        told = self.ui.say("ui.onward.known", service=found.name, date=found.checked)
        self.known.setText(f"{told} {found.required_tls_how}")
        self.known.show()
        if not self.how.currentData() and not self._line.required_tls:
            self.name.input.setText(found.header)
            self.value.input.setText(found.header_value)
        if not self._line.enforces:
            self.sts.setChecked("mta-sts" in found.enforces)
            self.dane.setChecked("dane" in found.enforces)

    def _fit(self) -> None:
        by_header = self.how.currentData() in _BY_HEADER
        self.name.setVisible(by_header)
        self.value.setVisible(by_header)
        self.verifies.setVisible(bool(self.how.currentData()))
        asked = self.trigger.currentData()
        self.portal_name.setVisible(asked == "header")
        self.portal_value.setVisible(bool(asked))
        self.test_button.setVisible(bool(asked))

    def request(self) -> OnwardRequest:
        boxes = (("mta-sts", self.sts), ("dane", self.dane))
        return OnwardRequest(
            self._line.id,
            how=str(self.how.currentData()),
            name=self.name.text.strip(),
            value=self.value.text.strip(),
            verifies=self.verifies.isChecked() and bool(self.how.currentData()),
            enforces=tuple(code for code, box in boxes if box.isChecked()),
            portal=Portal(
                str(self.trigger.currentData()), self.portal_value.text.strip(), self.portal_name.text.strip()
            ),
        )

    def save(self) -> None:
        request = self.request()
        self._busy(True)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.set_onward(self._session, request),
            lambda _: self.accept(),
            self._refused,
        )

    def test(self) -> None:
        """What is typed is kept first: only what is kept can be tested."""
        request = self.request()
        self._busy(True)
        self.notice.show_words(self.ui.say("ui.onward.testing"), "plain")

        def go(_: object) -> RelayTested:
            self.ui.office.set_onward(self._session, request)
            return self.ui.office.test_portal(self._session, self._line.id)

        self.ui.bridge.run(self, go, self._tested, self._refused)

    def _tested(self, answer: RelayTested) -> None:
        self._busy(False)
        words = self.ui.reason(answer.steps[-1].reason) if answer.ok else steps_words(self.ui, answer)
        self.notice.show_words(words, "ok" if answer.ok else "error")

    def _busy(self, busy: bool) -> None:
        self.test_button.setEnabled(not busy)
        self.save_button.setEnabled(not busy)

    def _refused(self, error: SealwellError) -> None:
        self._busy(False)
        self.failed(error)

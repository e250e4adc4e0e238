"""Signing in at a provider by browser, and what of a relay is for people who look after networks."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.delivery import RelaySending
from desktop.models.records import RelayId
from desktop.office.values_access import Purpose
from desktop.office.values_delivery import GrantRequest, ProviderShown
from desktop.office.values_practice import GrantShown
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field
from desktop.ui.stepup import Proved, proved


class SignInDialog(FormDialog):
    """Begins, opens the browser, waits; closing it or Cancel ends the waiting."""

    def __init__(
        self, ui: Ui, session: Session, parent: QWidget, owner: str, account: str, provider: ProviderShown
    ) -> None:
        super().__init__(ui, ui.say("ui.grant.title", provider=provider.name), parent)
        self._session, self._owner, self._provider = session, owner, provider
        self._task: Proved[GrantShown] | None = None
        say = ui.say
        self.account = Field(say("ui.grant.account"))
        self.account.input.setText(account)
        self.client_id = Field(say("ui.grant.client-id"))
        self.client_secret = Field(say("ui.grant.client-secret"), secret=True)
        self.tenant = Field(say("ui.grant.tenant"))
        self.by_code = QCheckBox(say("ui.grant.by-code"))
        self.code = plain_label("", "heading", wrap=True)
        self.address = Field(say("ui.grant.by-hand"))
        self.address.input.setReadOnly(True)
        for later in (self.code, self.address):
            later.hide()
            self.content.addWidget(later)
        self.content.addWidget(self.account)
        self.content.addWidget(plain_label(say("ui.grant.technical"), "label"))
        self.content.addWidget(plain_label(say("ui.grant.app-hint"), "muted", wrap=True))
        self.content.addWidget(self.client_id)
        for widget, shown in (
            (self.client_secret, provider.needs_secret),
            (self.tenant, provider.by_code),
            (self.by_code, provider.by_code),
        ):
            widget.setVisible(shown)
            if shown:
                self.content.addWidget(widget)
        self.start_button = button(say("ui.grant.start"), self.start, "primary")
        self.foot.addWidget(self.start_button)
        self.finished.connect(lambda _: self._stop())
        self.account.input.setFocus()

    def start(self) -> None:
        if not self.account.text.strip():
            self.account.wrong(self.ui.say("ui.form.missing"))
            return
        request = GrantRequest(
            self._owner,
            self._provider.id,
            self.account.text.strip(),
            self.tenant.text.strip(),
            self.client_id.text.strip(),
            self.client_secret.text.strip(),
            "code" if self.by_code.isChecked() else "browser",
        )
        self.start_button.setEnabled(False)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.KEYS,
            lambda _: self.ui.office.begin_grant(self._session, request),
            self._begun,
            self._refused,
        )

    def _begun(self, waiting: GrantShown) -> None:
        if waiting.user_code:
            self.code.setText(self.ui.say("ui.grant.code", url=waiting.url, code=waiting.user_code))
            self.code.show()
        elif not QDesktopServices.openUrl(QUrl(waiting.url)):
            self.address.input.setText(waiting.url)
            self.address.show()
            self.address.input.setFocus()
            self.address.input.end(False)
            self.address.input.home(True)
        self._task = proved(
            self,
            self.ui,
            self._session,
            Purpose.KEYS,
            lambda task: self.ui.office.finish_grant(self._session, self._owner, task.progress),
            lambda _: self.accept(),
            self._refused,
            self._waiting,
        )
        self.destroyed.connect(self._task.cancel)  # by a lock, which does not ask the dialog first

    def _waiting(self, done: int, of: int) -> None:
        left = max(1, (of - done + 59) // 60)
        self.notice.show_words(self.ui.texts.count("ui.grant.waiting", left), "plain")

    def _refused(self, error: SealwellError) -> None:
        self.code.hide()
        self.address.hide()
        self.start_button.setEnabled(True)
        self.failed(error)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


class TechnicalDialog(FormDialog):
    """The pin and the return path of one relay."""

    def __init__(
        self, ui: Ui, session: Session, parent: QWidget, relay: RelayId, name: str, seen: str = ""
    ) -> None:
        """`seen` is the pin of the key that the last test met, where there was one."""
        super().__init__(ui, ui.say("ui.grant.title-technical", name=name), parent)
        self._session = session
        self._sending = RelaySending(relay)
        say = ui.say
        self.pin = Field(say("ui.grant.pin"), hint=say("ui.grant.pin-hint"))
        self.return_address = Field(say("ui.grant.return-path"))
        self.own_path = QCheckBox(say("ui.grant.own-return-path"))
        self.seen_button = button(say("ui.grant.pin-seen"), lambda: self.pin.input.setText(seen))
        self.content.addWidget(self.pin)
        self.content.addWidget(self.seen_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.content.addWidget(self.return_address)
        self.content.addWidget(self.own_path)
        self.seen_button.setVisible(bool(seen))
        self.save_button = button(say("ui.save"), self.save, "primary")
        self.save_button.setEnabled(False)
        self.foot.addWidget(self.save_button)
        ui.bridge.run(self, lambda _: ui.office.show_relay_sending(session, relay), self._show, self.failed)

    def _show(self, sending: RelaySending) -> None:
        self._sending = sending
        self.pin.input.setText(sending.pin)
        self.return_address.input.setText(sending.return_address)
        self.own_path.setChecked(sending.own_return_path)
        self.save_button.setEnabled(True)

    def save(self) -> None:
        wanted = replace(
            self._sending,
            pin=self.pin.text.strip().lower(),
            return_address=self.return_address.text.strip(),
            own_return_path=self.own_path.isChecked(),
        )
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.set_relay_sending(self._session, wanted),
            lambda _: self.accept(),
            self.failed,
        )

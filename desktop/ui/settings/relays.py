"""The mail services, their agreements, and what their accounts enforce onward."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.records import ForcedTls, RelayId
from desktop.office.values_delivery import ProviderShown
from desktop.office.values_practice import EvidenceRequest, RelayLine, RelayTested
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.dates import date_words
from desktop.ui.dialog import ConfirmDialog, FormDialog
from desktop.ui.form import Field
from desktop.ui.settings.grant import GrantPart, Owner, provider_of
from desktop.ui.settings.onward import OnwardDialog
from desktop.ui.settings.relay import RelayDialog, steps_words
from desktop.ui.settings.signin import TechnicalDialog

_Shown = tuple[tuple[RelayLine, ...], tuple[ProviderShown, ...]]


class RelaySection(Page):
    """One card a relay; without any, the next step in one sentence."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.relay"))
        self._session = session
        self.head.addStretch()
        self.add_button = button(ui.say("ui.relay.add"), self.add, "primary")
        self.head.addWidget(self.add_button)
        self.column = scrolled_column(self.outer)
        self.cards: dict[RelayId, RelayCard] = {}
        self._seen: dict[RelayId, str] = {}

    def refresh(self) -> None:
        self.call(self._read, self._show)

    def _read(self, _: object) -> _Shown:
        office = self.ui.office
        return office.list_relays(self._session), office.list_providers()

    def _show(self, shown: _Shown) -> None:
        relays, providers = shown
        emptied(self.column)
        self.cards = {
            line.id: RelayCard(self, line, provider_of(providers, line.host))
            for line in relays
            if line.retired_at is None
        }
        for made in self.cards.values():
            self.column.addWidget(made)
        if not self.cards:
            self.column.addWidget(plain_label(self.ui.say("ui.relay.none"), "muted", wrap=True))
        self.column.addStretch()

    def add(self) -> None:
        dialog = RelayDialog(self.ui, self._session, self)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def edit(self, line: RelayLine) -> None:
        dialog = RelayDialog(self.ui, self._session, self, line)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def onward(self, line: RelayLine) -> None:
        dialog = OnwardDialog(self.ui, self._session, self, line)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.open()

    def grant(self, line: RelayLine, provider: ProviderShown | None) -> GrantPart:
        owner = Owner(f"relay:{line.id}", line.name, line.user, line.grant, provider)
        return GrantPart(self, self._session, owner, self.refresh)

    def technical(self, line: RelayLine) -> None:
        seen = self._seen.get(line.id, "")
        TechnicalDialog(self.ui, self._session, self, line.id, clean(line.name), seen).open()

    def ask_retire(self, relay: RelayId) -> None:
        dialog = ConfirmDialog(self.ui, "ui.relay.retire", self)
        dialog.accepted.connect(
            lambda: self.call(
                lambda _: self.ui.office.retire_relay(self._session, relay), lambda _: self.refresh()
            )
        )
        dialog.open()

    def test(self, relay: RelayId) -> None:
        self.notice.show_words(self.ui.say("ui.relay.testing"), "plain")
        self.call(
            lambda _: self.ui.office.test_relay(self._session, relay),
            lambda answer: self._tested(relay, answer),
        )

    def _tested(self, relay: RelayId, answer: RelayTested) -> None:
        self._seen[relay] = answer.pin
        self.notice.show_words(steps_words(self.ui, answer), "ok" if answer.ok else "error")

    def record_account(self, relay: RelayId, required: bool) -> None:
        """That the account requires TLS onward is a statement somebody makes, and is recorded."""
        request = EvidenceRequest(relay, required_tls="account" if required else "")
        self.call(lambda _: self.ui.office.record_evidence(self._session, request), lambda _: self.refresh())

    def add_domain(self, line: RelayLine) -> None:
        dialog = DomainDialog(self.ui, self)

        def store() -> None:
            forced = (*line.forced_tls, ForcedTls(dialog.domain.text.strip().lower(), dialog.until_date()))
            request = EvidenceRequest(line.id, forced_tls=forced)
            self.call(
                lambda _: self.ui.office.record_evidence(self._session, request), lambda _: self.refresh()
            )

        dialog.accepted.connect(store)
        dialog.open()


class RelayCard(QWidget):
    """One relay: where it is, its agreement, a test, and its evidence."""

    def __init__(self, page: RelaySection, line: RelayLine, provider: ProviderShown | None) -> None:
        super().__init__()
        self._page = page
        ui, say = page.ui, page.ui.say
        frame, column = card()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        top = QHBoxLayout()
        top.addWidget(plain_label(clean(line.name), "heading"), 1)
        top.addWidget(self._pill(ui, line))
        column.addLayout(top)
        column.addWidget(plain_label(f"{line.sender}  ·  {line.host}:{line.port}", "muted", wrap=True))
        column.addWidget(plain_label(self._agreement(ui, line), "muted", wrap=True))
        if line.problem is not None:
            column.addWidget(plain_label(ui.reason(line.problem), "problem", wrap=True))
        self.required = QCheckBox(say("ui.relay.required-tls"))
        self.required.setChecked(line.required_tls == "account")
        self.required.clicked.connect(lambda checked: page.record_account(line.id, checked))
        column.addWidget(self.required)
        column.addWidget(plain_label(say("ui.relay.required-tls-hint"), "muted", wrap=True))
        for forced in line.forced_tls:
            until = date_words(forced.until, ui.texts.language)
            column.addWidget(
                plain_label(say("ui.relay.domain-until", domain=forced.domain, until=until), "muted")
            )
        for words in _known_words(ui, line):
            column.addWidget(plain_label(words, "muted", wrap=True))
        self.grant = page.grant(line, provider)
        column.addWidget(self.grant)
        row = QHBoxLayout()
        self.test_button = button(say("ui.relay.test"), lambda: page.test(line.id))
        row.addWidget(self.test_button)
        row.addWidget(button(say("ui.relay.edit"), lambda: page.edit(line)))
        row.addWidget(button(say("ui.relay.onward"), lambda: page.onward(line)))
        self.technical_button = button(say("ui.grant.technical"), lambda: page.technical(line))
        row.addWidget(self.technical_button)
        row.addStretch()
        column.addLayout(row)
        more = QHBoxLayout()
        more.addWidget(button(say("ui.relay.add-domain"), lambda: page.add_domain(line)))
        more.addStretch()
        more.addWidget(button(say("ui.relay.retire"), lambda: page.ask_retire(line.id)))
        column.addLayout(more)

    def _pill(self, ui: Ui, line: RelayLine) -> QLabel:
        if line.problem is not None or (line.grant is not None and line.grant.trouble is not None):
            return plain_label(ui.say("ui.relay.not-ready"), "pill-error")
        return plain_label(ui.say("ui.relay.ready"), "pill-ok")

    def _agreement(self, ui: Ui, line: RelayLine) -> str:
        if line.baa is None:
            return ui.say("ui.relay.no-agreement")
        language = ui.texts.language
        who = clean(line.baa.counterparty)
        signed = date_words(line.baa.signed, language)
        if line.baa.expires is None:
            return ui.say("ui.relay.agreement-open", who=who, signed=signed)
        expires = date_words(line.baa.expires, language)
        return ui.say("ui.relay.agreement", who=who, signed=signed, expires=expires)


def _known_words(ui: Ui, line: RelayLine) -> list[str]:
    """What is recorded of the way onward beside the account's own setting."""
    known, told = line.onward, []
    if known.how in ("header", "configuration-set"):
        told.append(ui.say("ui.onward.by-header", header=f"{known.name}: {known.value}"))
    if line.enforces:
        told.append(ui.say("ui.onward.honours", what=", ".join(one.upper() for one in line.enforces)))
    if known.portal is not None:
        told.append(
            ui.say("ui.onward.portal-ready" if known.portal.tested_at else "ui.onward.portal-untested")
        )
    return told


class DomainDialog(FormDialog):
    """The account requires TLS towards one domain, recorded until a date."""

    def __init__(self, ui: Ui, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.relay.domain-title"), parent)
        self.content.addWidget(plain_label(ui.say("ui.relay.domain-lead"), "muted", wrap=True))
        self.domain = Field(ui.say("ui.relay.domain"))
        self.until = Field(ui.say("ui.relay.until"), hint=ui.say("ui.form.date-hint"))
        self.content.addWidget(self.domain)
        self.content.addWidget(self.until)
        self.foot.addWidget(button(ui.say("ui.save"), self.go, "primary"))

    def until_date(self) -> date:
        return date.fromisoformat(self.until.text.strip())

    def go(self) -> None:
        if "." not in self.domain.text:
            self.domain.wrong(self.ui.say("ui.form.missing"))
            return
        try:
            self.until_date()
        except ValueError:
            self.until.wrong(self.ui.say("ui.form.date-wrong"))
            return
        self.accept()

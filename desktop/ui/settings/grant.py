"""On the card of a relay or a mailbox: who signed in for it by browser, and the ways in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.frozen import dataclass
from desktop.models.accounts import Session
from desktop.models.delivery import GrantState
from desktop.office.values_access import Purpose
from desktop.office.values_delivery import ProviderShown
from desktop.office.values_practice import GrantShown
from desktop.texts import clean
from desktop.ui.base import Page, button, plain_label
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.settings.signin import SignInDialog
from desktop.ui.stepup import proved


@dataclass(frozen=True)
class Owner:
    """Of a sign-in: a relay or a mailbox."""

    id: str
    """`relay:<id>` or `mailbox:<id>`."""
    name: str
    user: str
    grant: GrantShown | None
    provider: ProviderShown | None
    """Whose sign-in its server takes, if that is known."""


class GrantPart(QWidget):
    """Empty where no provider of that server is known and nobody ever signed in."""

    def __init__(
        self,
        page: Page,
        session: Session,
        owner: Owner,
        signed_in: Callable[[], None],
        says: bool = True,
    ) -> None:
        """`says` whether the sign-in is over, where that does not stand on the card already."""
        super().__init__()
        self._page, self._session, self._owner = page, session, owner
        self._signed_in = signed_in
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        grant, ui = owner.grant, page.ui
        if grant is not None and grant.trouble is None:
            words = ui.say("ui.grant.good", account=clean(grant.account))
            column.addWidget(plain_label(words, "muted", wrap=True))
        elif grant is not None and grant.trouble is not None and says:
            column.addWidget(plain_label(ui.reason(grant.trouble), "problem", wrap=True))
        self.row = QHBoxLayout()
        self.row.setSpacing(12)
        column.addLayout(self.row)
        self.sign_in_button = self._button(self._way_in(), self.sign_in)
        self.end_button = self._button(ui.say("ui.grant.end"), self.ask_end)
        self.sign_in_button.setVisible(owner.provider is not None)
        self.end_button.setVisible(grant is not None and grant.state == GrantState.GOOD.value)
        self.row.addStretch()
        if owner.provider is None and grant is None:
            self.hide()

    def _button(self, words: str, act: Callable[[], None]) -> QPushButton:
        made = button(words, act)
        made.setAccessibleDescription(clean(self._owner.name))
        self.row.addWidget(made)
        return made

    def _way_in(self) -> str:
        say, provider = self._page.ui.say, self._owner.provider
        if self._owner.grant is not None or provider is None:
            return say("ui.grant.again")
        return say("ui.grant.button", provider=provider.name)

    def sign_in(self) -> None:
        owner = self._owner
        if owner.provider is None:
            return
        dialog = SignInDialog(self._page.ui, self._session, self._page, owner.id, owner.user, owner.provider)
        dialog.accepted.connect(self._signed_in)
        dialog.open()

    def ask_end(self) -> None:
        dialog = ConfirmDialog(self._page.ui, "ui.grant.end", self._page)
        dialog.accepted.connect(self._end)
        dialog.open()

    def _end(self) -> None:
        page, session, owner = self._page, self._session, self._owner.id
        proved(
            page,
            page.ui,
            session,
            Purpose.KEYS,
            lambda _: page.ui.office.end_grant(session, owner),
            lambda _: page.refresh(),
            page.show_error,
        )


def provider_of(known: Iterable[ProviderShown], host: str) -> ProviderShown | None:
    """Whose sign-in a server of mail takes, or None."""
    name = host.strip().lower().rstrip(".")
    return next((one for one in known if name in one.hosts), None)

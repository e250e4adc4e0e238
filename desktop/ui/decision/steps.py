"""From the card to the place where the step is taken that opens another way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.models.accounts import Session
from desktop.models.records import Reason
from desktop.office.values import PersonShown
from desktop.ui.base import Ui
from desktop.ui.navigation import ENTRY_ROLES, Navigation
from desktop.ui.people.dialogs import EditDialog, PassphraseDialog

_PERSON = frozenset({"remedy-ask-key", "remedy-new-key", "remedy-confirm-key"})
_CARD, _CONSENT, _TLS = "remedy-password-card", "remedy-consent", "remedy-record-tls"


def steps_of(session: Session) -> frozenset[str]:
    """The remedies that lead somewhere for this role; the others are told in words."""
    found = {*_PERSON, _CARD, _CONSENT} if session.role in ENTRY_ROLES["people"] else set()
    return frozenset(found | {_TLS} if session.role in ENTRY_ROLES["settings"] else found)


class Steps:
    """Takes a step for one person; `done` when it may have changed how a message goes."""

    def __init__(self, owner: QWidget, ui: Ui, session: Session, navigation: Navigation) -> None:
        self._owner = owner
        self._ui = ui
        self._session = session
        self._navigation = navigation

    def take(self, remedy: Reason, who: PersonShown, done: Callable[[], None]) -> None:
        if remedy.code == _CARD:
            card = PassphraseDialog(self._ui, self._session, who.person.id, self._owner)
            card.finished.connect(lambda _: done())
            card.open()
        elif remedy.code == _CONSENT:
            edit = EditDialog(self._ui, self._session, who.person, self._owner)
            edit.finished.connect(lambda _: done())
            edit.open()
        elif remedy.code == _TLS:
            self._navigation.open("settings")
        elif remedy.code in _PERSON:
            self._navigation.person(who.person.id)

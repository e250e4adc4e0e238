"""Opens the help dialog from wherever a message or a person is in front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import MessageId, PersonId
from desktop.office.values import PersonShown, Queued
from desktop.ui.base import Ui
from desktop.ui.cards.dialog import CardDialog
from desktop.ui.help.dialog import HelpDialog

Said = Callable[[str, str], None]


class Helper:
    """Keeps what the dialogs need; `said` shows words and their kind on the page."""

    def __init__(self, ui: Ui, session: Session, owner: QWidget, said: Said) -> None:
        self._ui = ui
        self._session = session
        self._owner = owner
        self._said = said

    def message(self, message: MessageId) -> HelpDialog:
        dialog = self._dialog()
        dialog.help_message(message)
        return dialog

    def person(self, person: PersonId) -> HelpDialog:
        dialog = self._dialog()
        dialog.help_person(person)
        return dialog

    def desk(self, person: PersonId) -> None:
        """The secret desk of a person who has a card."""

        def shown(one: PersonShown) -> None:
            CardDialog(self._ui, self._session, one.person, self._owner).open()

        def failed(error: SealwellError) -> None:
            self._said(self._ui.error(error), "error")

        self._ui.bridge.run(
            self._owner, lambda _: self._ui.office.show_person(self._session, person), shown, failed
        )

    def _dialog(self) -> HelpDialog:
        dialog = HelpDialog(self._ui, self._session, self._owner)
        dialog.queued.connect(self._queued)
        dialog.new_words.connect(self.desk)
        dialog.open()
        return dialog

    def _queued(self, queued: Queued) -> None:
        how = self._ui.say(f"ui.method.{queued.method.value}")
        self._said(self._ui.say("ui.help.sent", how=how), "ok")

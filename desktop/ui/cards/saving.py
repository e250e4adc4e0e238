"""A card as a PDF: the practice's phrase is asked for once, then the file is saved where people say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.errors import InputError, SealwellError
from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.values_protection import Paper, PhraseShown
from desktop.paths import write_private
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog, row_label
from desktop.ui.files import choose_target

Said = Callable[[str, str], None]
"""Words and their kind, for the notice of whoever asked."""


class CardSaver:
    """Asks for the paper, for the phrase where it is missing, and for a place."""

    def __init__(self, ui: Ui, session: Session, owner: QWidget, said: Said) -> None:
        self._ui = ui
        self._session = session
        self._owner = owner
        self._said = said

    def save_card(self, person: PersonId) -> None:
        def failed(error: SealwellError) -> None:
            if error.code == "phrase-first":
                self._ask_phrase(person)
            else:
                self._said(self._ui.error(error), "error")

        self._ui.bridge.run(
            self._owner, lambda _: self._ui.office.print_card(self._session, person), self.save, failed
        )

    def save(self, paper: Paper) -> None:
        """Where the person says; the file is theirs to delete after printing."""
        title = self._ui.say("ui.card.save-as")
        choose_target(self._owner, title, paper.name, lambda path: self.write(path, paper))

    def write(self, path: Path, paper: Paper) -> None:
        try:
            write_private(path, paper.data)
        except OSError:
            error = InputError("file-not-written", file=clean(path.name))
            self._said(self._ui.error(error), "error")
            return
        self._said(self._ui.say("ui.card.saved", file=clean(path.name)), "ok")

    def _ask_phrase(self, person: PersonId) -> None:
        def ask(shown: PhraseShown) -> None:
            dialog = PhraseDialog(self._ui, self._session, shown, self._owner)
            dialog.accepted.connect(lambda: self.save_card(person))
            dialog.open()

        def failed(error: SealwellError) -> None:
            self._said(self._ui.error(error), "error")

        self._ui.bridge.run(self._owner, lambda _: self._ui.office.show_phrase(self._session), ask, failed)


class PhraseDialog(FormDialog):
    """Chosen once, before the first card."""

    def __init__(self, ui: Ui, session: Session, shown: PhraseShown, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.phrase.title"), parent)
        self._session = session
        self.content.addWidget(plain_label(ui.say("ui.phrase.lead"), "muted", wrap=True))
        label = row_label(ui.say("ui.phrase.field"))
        self.field = QLineEdit(shown.phrase or shown.suggestion)
        self.field.setAccessibleName(label.text())
        label.setBuddy(self.field)
        self.content.addWidget(label)
        self.content.addWidget(self.field)
        self.save = button(ui.say("ui.save"), self.store, "primary")
        self.save.setDefault(True)
        self.foot.addWidget(self.save)

    def store(self) -> None:
        self.save.setEnabled(False)
        chosen = self.field.text()
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.set_phrase(self._session, chosen),
            lambda _: self.accept(),
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self.save.setEnabled(True)
        self.failed(error)
        self.field.setFocus()

"""Why one message could be sent: what had been said when it left, and how we know."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.models.accounts import Session
from desktop.models.records import MessageId
from desktop.office.values_consent import ConsentProof
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.consent.words import (
    below_entry,
    below_permission,
    entry_words,
    permission_words,
)
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.saving import save_paper


class ProofDialog(FormDialog):
    """Shown first; the paper of it is made on a press."""

    def __init__(self, ui: Ui, session: Session, message: MessageId, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.prove.title"), parent)
        self._session = session
        self._message = message
        self.verdict = plain_label("", "heading", wrap=True)
        self.content.addWidget(self.verdict)
        self.cancel.setText(ui.say("ui.close"))
        self.save = button(ui.say("ui.prove.save"), self.paper, "primary")
        self.save.setEnabled(False)
        self.foot.addWidget(self.save)
        self._ask(paper=False)

    def _ask(self, *, paper: bool) -> None:
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.prove_consent(self._session, self._message, paper),
            self._save if paper else self._show,
            self.failed,
        )

    def _show(self, proof: ConsentProof) -> None:
        say, language = self.ui.say, self.ui.texts.language
        self.verdict.setText(say("ui.prove.allowed" if proof.allowed else "ui.prove.not-allowed"))
        when = moment_words(proof.at, language)
        about = say("ui.prove.about", use=say(f"ui.use.{proof.use.value}"), when=when)
        self._add(about, self.ui.reason(proof.basis))
        if proof.authorization is not None:
            permission = proof.authorization
            self._add(permission_words(self.ui, permission), below_permission(self.ui, permission))
        for entry in proof.entries:
            self._add(entry_words(self.ui, entry), below_entry(self.ui, entry))
        self.save.setEnabled(True)

    def _add(self, words: str, below: str) -> None:
        self.content.addWidget(plain_label(words, "", wrap=True))
        self.content.addWidget(plain_label(below, "muted", wrap=True))

    def paper(self) -> None:
        self._ask(paper=True)

    def _save(self, proof: ConsentProof) -> None:
        if proof.data is not None:
            save_paper(
                self,
                self.ui,
                proof.data,
                proof.file_name,
                "ui.permission.printed",
                lambda words, kind: self.notice.show_words(words, kind),
            )

"""The secret desk of one person who has a card: save it, read it out, make new words, choose a form."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Person
from desktop.office.values import PassphraseRequest
from desktop.office.values_protection import IdentityCheck, Reissued, WordsShown
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.cards.check import CheckPanel
from desktop.ui.cards.saving import CardSaver
from desktop.ui.cards.words import Words
from desktop.ui.dialog import FormDialog, row_label

HOW = ("in-person", "by-phone", "by-post")


class CardDialog(FormDialog):
    """Everything about one person's words; nothing leaves it but by a button that says so."""

    def __init__(self, ui: Ui, session: Session, person: Person, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.card.desk"), parent)
        self._session = session
        self._person = person
        self._saver = CardSaver(ui, session, self, lambda words, kind: self.notice.show_words(words, kind))
        row = QHBoxLayout()
        self.save = button(ui.say("ui.card.save"), lambda: self._saver.save_card(person.id))
        self.read = button(ui.say("ui.card.read"), self.read_out)
        row.addWidget(self.save)
        row.addWidget(self.read)
        row.addStretch()
        self.content.addLayout(row)
        self.check = CheckPanel(ui, answers_of(person), self._checked)
        self.check.hide()
        self.content.addWidget(self.check)
        self.words = Words(ui)
        self.content.addWidget(self.words)
        self.content.addWidget(plain_label(ui.say("ui.card.new"), "heading"))
        self.content.addWidget(plain_label(ui.say("ui.card.new-lead"), "muted", wrap=True))
        form = QFormLayout()
        self.who = QLineEdit(session.user_name)
        self.how = QComboBox()
        for way in HOW:
            self.how.addItem(ui.say(f"ui.card.{way}"), way)
        for code, widget in (("who", self.who), ("how", self.how)):
            label = row_label(ui.say(f"ui.card.{code}"))
            label.setBuddy(widget)
            widget.setAccessibleName(label.text())
            form.addRow(label, widget)
        self.content.addLayout(form)
        self.make = button(ui.say("ui.card.make-new"), self.make_new)
        self.content.addWidget(self.make)
        self.cancel.setText(ui.say("ui.close"))

    def read_out(self) -> None:
        self.ui.bridge.run(
            self, lambda _: self.ui.office.show_words(self._session, self._person.id), self._show, self._ask
        )

    def _show(self, shown: WordsShown) -> None:
        self.notice.clear()
        self.words.show_words(shown.passphrase)

    def _ask(self, error: SealwellError) -> None:
        """The check comes before the words; whatever else is wrong is said."""
        self.make.setEnabled(True)
        self.failed(error)
        if error.code == "check-first":
            self.check.show()
            first = next(iter(self.check.boxes.values()), None)
            if first is not None:
                first.setFocus()

    def _checked(self, asked: tuple[str, ...]) -> None:
        def recorded(_: None) -> None:
            self.check.hide()
            self.notice.show_words(self.ui.say("ui.check.recorded"), "ok")
            self.read.setFocus()

        check = IdentityCheck(self._person.id, asked)
        self.ui.bridge.run(
            self, lambda _: self.ui.office.record_check(self._session, check), recorded, self.failed
        )

    def make_new(self) -> None:
        if not self.who.text().strip():
            self.notice.show_words(self.ui.say("ui.card.who-missing"))
            self.who.setFocus()
            return
        self.make.setEnabled(False)
        request = PassphraseRequest(self._person.id, self.who.text().strip(), str(self.how.currentData()))
        self.ui.bridge.run(
            self,
            lambda task: self.ui.office.reissue_card(self._session, request, task.progress),
            self._made,
            self._ask,
        )

    def _made(self, made: Reissued) -> None:
        say = self.ui.texts.count
        parts = [self.ui.say("ui.card.made-new")]
        if made.messages:
            parts.append(say("ui.card.again", len(made.messages)))
        if made.not_again:
            parts.append(say("ui.card.not-again", len(made.not_again)))
        self.notice.show_words(" ".join(parts), "warn" if made.not_again else "ok")
        self.words.show_words(made.passphrase)


def answers_of(person: Person) -> dict[str, str]:
    """What the page of a person already shows, to compare with."""
    known = {
        "birth-date": person.birth_date.isoformat() if person.birth_date else "",
        "address": person.email,
        "record-number": person.external_id,
        "call-back": person.phone,
    }
    return {code: value for code, value in known.items() if value}

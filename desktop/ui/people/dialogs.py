"""Small dialogs about one person: edit, password card, key."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Detail, Person, PersonId, Status
from desktop.office.values import PassphraseMade, PassphraseRequest, PersonShown
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.cards.saving import CardSaver
from desktop.ui.cards.words import Words
from desktop.ui.dialog import FormDialog, row_label


class EditDialog(FormDialog):
    """Only what has changed is sent; emits `changed` with the person as stored."""

    changed = Signal(object)
    _TEXTS = ("first_name", "last_name", "email", "birth_date", "external_id", "phone", "organisation")

    def __init__(self, ui: Ui, session: Session, person: Person, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.edit.title"), parent)
        self._session = session
        self._person = person
        form = QFormLayout()
        form.setVerticalSpacing(10)
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        self._before: dict[str, str] = {}
        for name in self._TEXTS:
            value = getattr(person, name)
            line = QLineEdit(str(value) if value else "")
            if name == "birth_date":
                line.setPlaceholderText(ui.say("ui.form.date-hint"))
            self._add(form, name, line)
        for name, values in (
            ("language", ("en", "es")),
            ("detail", tuple(Detail)),
            ("status", tuple(Status)),
        ):
            box = QComboBox()
            for value in values:
                prefix = {"detail": "ui.detail", "status": "ui.status"}.get(name, "ui.language")
                box.addItem(ui.say(f"{prefix}.{value}"), str(value))
            box.setCurrentIndex(max(0, box.findData(str(getattr(person, name)))))
            self._add(form, name, box)
        self.content.addLayout(form)
        self.consequence = plain_label("", "problem", wrap=True)
        self.content.addWidget(self.consequence)
        status = self.fields["status"]
        if isinstance(status, QComboBox):
            status.currentIndexChanged.connect(lambda _: self._say_consequence())
        self._say_consequence()
        self.save = button(ui.say("ui.save"), self.store, "primary")
        self.save.setDefault(True)
        self.foot.addWidget(self.save)

    def _add(self, form: QFormLayout, name: str, widget: QLineEdit | QComboBox) -> None:
        label = row_label(self.ui.say(f"ui.edit.{name}"))
        label.setBuddy(widget)
        widget.setAccessibleName(label.text())
        form.addRow(label, widget)
        self.fields[name] = widget
        self._before[name] = self._value(name)

    def _say_consequence(self) -> None:
        """What a status does stands there before it is stored."""
        status, before = self._value("status"), self._before["status"]
        stops = status != before and status != Status.ACTIVE
        self.consequence.setText(self.ui.say("ui.edit.status-stops") if stops else "")
        self.consequence.setVisible(stops)

    def _value(self, name: str) -> str:
        widget = self.fields[name]
        return widget.text().strip() if isinstance(widget, QLineEdit) else str(widget.currentData())

    def store(self) -> None:
        changes = {name: self._value(name) for name in self.fields if self._value(name) != self._before[name]}
        if not changes:
            self.accept()
            return
        self.save.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.set_person(self._session, self._person.id, changes),
            self._stored,
            self._refused,
        )

    def _stored(self, shown: PersonShown) -> None:
        self.changed.emit(shown)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.save.setEnabled(True)
        self.failed(error)


class PassphraseDialog(FormDialog):
    """A first card: who hands it over and how is written down, then the words stand here for a minute."""

    def __init__(self, ui: Ui, session: Session, person: PersonId, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.card.title"), parent)
        self._session = session
        self._person = person
        self.content.addWidget(plain_label(ui.say("ui.card.lead"), "muted", wrap=True))
        form = QFormLayout()
        self.who = QLineEdit(session.user_name)
        self.who.setAccessibleName(ui.say("ui.card.who"))
        self.how = QComboBox()
        self.how.setAccessibleName(ui.say("ui.card.how"))
        for way in ("in-person", "by-phone", "by-post"):
            self.how.addItem(ui.say(f"ui.card.{way}"), way)
        form.addRow(row_label(ui.say("ui.card.who")), self.who)
        form.addRow(row_label(ui.say("ui.card.how")), self.how)
        self.content.addLayout(form)
        self.words = Words(ui)
        self.content.addWidget(self.words)
        saver = CardSaver(ui, session, self, lambda words, kind: self.notice.show_words(words, kind))
        self.paper = button(ui.say("ui.card.save"), lambda: saver.save_card(person))
        self.paper.hide()
        self.foot.addWidget(self.paper)
        self.make = button(ui.say("ui.card.make"), self.make_card, "primary")
        self.foot.addWidget(self.make)

    def make_card(self) -> None:
        if not self.who.text().strip():
            self.notice.show_words(self.ui.say("ui.card.who-missing"))
            self.who.setFocus()
            return
        self.make.setEnabled(False)
        request = PassphraseRequest(self._person, self.who.text().strip(), str(self.how.currentData()))
        self.ui.bridge.run(
            self, lambda _: self.ui.office.make_passphrase(self._session, request), self._made, self._refused
        )

    def _made(self, answer: PassphraseMade) -> None:
        self.notice.show_words(self.ui.say("ui.card.once"), "warn")
        self.make.hide()
        self.cancel.setText(self.ui.say("ui.card.noted"))
        self.paper.show()
        self.words.show_words(answer.passphrase)

    def _refused(self, error: SealwellError) -> None:
        self.make.setEnabled(True)
        self.failed(error)

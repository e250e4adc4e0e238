"""Adding somebody by hand; whoever may be the same is shown before anybody is added."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.values_person import Alike, NewPerson, PersonAdded
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.dates import date_words
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field

_TEXTS = ("first_name", "last_name", "birth_date", "email", "phone", "external_id")


class AddDialog(FormDialog):
    """`added` with the new person's id, `chosen` with that of somebody who was there already."""

    added = Signal(str)
    chosen = Signal(str)

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.add.title"), parent)
        self._session = session
        self.content.addWidget(plain_label(ui.say("ui.add.lead"), "muted", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        self.fields = {name: Field(ui.say(f"ui.edit.{name}")) for name in _TEXTS}
        self.fields["birth_date"].input.setPlaceholderText(ui.say("ui.form.date-hint"))
        for place, field in enumerate(self.fields.values()):
            grid.addWidget(field, place // 2, place % 2)
            field.input.textEdited.connect(lambda _: self._forget())
        self.language = QComboBox()
        self.language.setAccessibleName(ui.say("ui.edit.language"))
        for code in ("en", "es"):
            self.language.addItem(ui.say(f"ui.language.{code}"), code)
        self.language.setCurrentIndex(max(0, self.language.findData(ui.texts.language)))
        label = plain_label(ui.say("ui.edit.language"), "label")
        label.setBuddy(self.language)
        self.content.addLayout(grid)
        self.content.addWidget(label)
        self.content.addWidget(self.language)
        self.warning = plain_label(ui.say("ui.add.alike"), "problem", wrap=True)
        self.content.addWidget(self.warning)
        self._alike = QVBoxLayout()
        self._alike.setSpacing(6)
        self.content.addLayout(self._alike)
        self.add = button(ui.say("ui.add.save"), lambda: self.store(sure=False), "primary")
        self.add.setDefault(True)
        self.anyway = button(ui.say("ui.add.anyway"), lambda: self.store(sure=True))
        self.foot.addWidget(self.anyway)
        self.foot.addWidget(self.add)
        self._forget()
        self.fields["first_name"].input.setFocus()

    def _forget(self) -> None:
        """Another name or address may be alike to somebody else: looked for anew."""
        emptied(self._alike)
        self.warning.hide()
        self.anyway.hide()
        self.add.show()

    def store(self, *, sure: bool) -> None:
        name = self.fields["last_name"]
        if not name.text.strip():
            name.refuse(self.ui.say("ui.form.missing"))
            return
        fields = {code: field.text.strip() for code, field in self.fields.items() if field.text.strip()}
        request = NewPerson({**fields, "language": str(self.language.currentData())}, sure=sure)
        self.add.setEnabled(False)
        self.anyway.setEnabled(False)
        self.ui.bridge.run(
            self, lambda _: self.ui.office.add_person(self._session, request), self._answered, self._refused
        )

    def _answered(self, answer: PersonAdded) -> None:
        self._enable()
        if answer.shown is not None:
            self.added.emit(answer.shown.person.id)
            self.accept()
            return
        emptied(self._alike)
        for one in answer.alike:
            self._alike.addWidget(self._line(one))
        self.warning.show()
        self.add.hide()
        self.anyway.show()
        self.anyway.setFocus()

    def _line(self, one: Alike) -> QWidget:
        say = self.ui.say
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        name, why = clean(one.person.name), ", ".join(say(f"ui.add.why-{code}") for code in one.why)
        born = date_words(one.person.birth_date, self.ui.texts.language)
        grid.addWidget(plain_label("  ·  ".join(part for part in (name, born) if part), wrap=True), 0, 0)
        grid.addWidget(plain_label(why, "muted", wrap=True), 1, 0)
        show = button(say("ui.add.show"), lambda: self._choose(one.person.id), "link")
        show.setAccessibleName(f"{say('ui.add.show')}: {name}")
        grid.addWidget(show, 0, 1, 2, 1)
        return made

    def _choose(self, person: PersonId) -> None:
        self.chosen.emit(person)
        self.reject()

    def _enable(self) -> None:
        self.add.setEnabled(True)
        self.anyway.setEnabled(True)

    def _refused(self, error: SealwellError) -> None:
        self._enable()
        self.failed(error)

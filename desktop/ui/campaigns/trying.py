"""A letter of the campaign to oneself: to whom of the practice's own contacts, and in which language."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import TemplateId
from desktop.models.records import PersonId
from desktop.office.values import PeopleFound, Queued
from desktop.office.values_templates import TestLetterRequest
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field

_OFFERED = 8


class TestLetterDialog(FormDialog):
    """With sample values: nobody's data is in it, and it is in no statistics."""

    __test__ = False

    def __init__(self, ui: Ui, session: Session, template: TemplateId, version: int, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.campaigns.test"), parent)
        self._session, self._template, self._version = session, template, version
        self.content.addWidget(plain_label(ui.say("ui.campaigns.test-lead"), "muted", wrap=True))
        self.search = Field(ui.say("ui.campaigns.test-to"), hint=ui.say("ui.campaigns.test-to-hint"))
        self.search.input.returnPressed.connect(self.look_up)
        self.find_button = button(ui.say("ui.campaigns.test-find"), self.look_up)
        self.search.beside(self.find_button)
        self.content.addWidget(self.search)
        self.to = QComboBox()
        self.to.setAccessibleName(ui.say("ui.campaigns.test-to"))
        self.content.addWidget(self.to)
        self.to.hide()
        self.language = QComboBox()
        self.language.setAccessibleName(ui.say("ui.campaigns.test-language"))
        for code in ("en", "es"):
            self.language.addItem(ui.say(f"ui.campaigns.language-{code}"), code)
        self.language.setCurrentIndex(max(0, self.language.findData(ui.texts.language)))
        label = plain_label(ui.say("ui.campaigns.test-language"), "label")
        label.setBuddy(self.language)
        self.content.addWidget(label)
        self.content.addWidget(self.language)
        self.go = button(ui.say("ui.campaigns.test-go"), self.send, "primary")
        self.go.setEnabled(False)
        self.foot.addWidget(self.go)
        self.search.input.setFocus()

    def look_up(self) -> None:
        words = self.search.text.strip()
        if not words:
            self.search.refuse(self.ui.say("ui.form.missing"))
            return
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.search_people(self._session, words, _OFFERED, 0),
            self._found,
            self.failed,
        )

    def _found(self, found: PeopleFound) -> None:
        self.to.clear()
        for one in found.people:
            self.to.addItem(f"{clean(one.name)} · {clean(one.email)}", one.id)
        self.to.setVisible(bool(found.people))
        self.go.setEnabled(bool(found.people))
        if found.people:
            self.to.setFocus()
        else:
            self.search.refuse(self.ui.say("ui.campaigns.test-nobody"))

    def send(self) -> None:
        self.go.setEnabled(False)
        request = TestLetterRequest(
            self._template, PersonId(self.to.currentData()), str(self.language.currentData()), self._version
        )
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.send_test_letter(self._session, request),
            self._sent,
            self._refused,
        )

    def _sent(self, _: Queued) -> None:
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)

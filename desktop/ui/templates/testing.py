"""A letter to oneself: the template with sample values, as a mail program shows it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_templates import TemplateShown, TestLetterRequest
from desktop.ui.audit.personfield import PersonField
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dialog import FormDialog


class TestDialog(FormDialog):
    """Of the version that is shown, as it is kept; `sent` once it waits to leave."""

    __test__ = False
    sent = Signal()

    def __init__(self, ui: Ui, session: Session, shown: TemplateShown, page: Page, *, unsaved: bool) -> None:
        super().__init__(ui, ui.say("ui.templates.test"), page)
        self._session, self._shown = session, shown
        say = ui.say
        self.content.addWidget(plain_label(say("ui.templates.test-lead"), "muted", wrap=True))
        if unsaved:
            words = say("ui.templates.test-unsaved", number=shown.line.version)
            self.notice.show_words(words, "warn")
        label = plain_label(say("ui.templates.test-to"), "label")
        self.to = PersonField(ui, session, say("ui.templates.test-to"))
        label.setBuddy(self.to)
        self.content.addWidget(label)
        self.content.addWidget(self.to)
        label = plain_label(say("ui.person.language"), "label")
        self.language = QComboBox()
        self.language.setAccessibleName(say("ui.person.language"))
        for code in shown.texts:
            self.language.addItem(say(f"ui.language.{code}"), code)
        self.language.setCurrentIndex(max(0, self.language.findData(ui.texts.language)))
        label.setBuddy(self.language)
        self.content.addWidget(label)
        self.content.addWidget(self.language)
        self.go = button(say("ui.templates.test-send"), self.send, "primary")
        self.go.setEnabled(False)
        self.to.changed.connect(lambda: self.go.setEnabled(self.to.chosen is not None))
        self.foot.addWidget(self.go)
        self.to.setFocus()

    def send(self) -> None:
        person = self.to.chosen
        if person is None:
            return
        line = self._shown.line
        request = TestLetterRequest(line.id, person, str(self.language.currentData()), self._shown.number)
        self.go.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.send_test_letter(self._session, request),
            lambda _: self._sent(),
            self._refused,
        )

    def _sent(self) -> None:
        self.sent.emit()
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)

"""Two people wrote one template at once: the second is told, sees the other's words, and loses nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop.models.accounts import Session
from desktop.office.values_templates import TemplateShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.templates.reader import WordsReader


class ConflictDialog(FormDialog):
    """`over`: mine are the newest, theirs stay among the versions. `beside`: mine are a template of its own.

    Cancel keeps mine in the editor, unsaved.
    """

    over = Signal()
    beside = Signal()

    def __init__(self, ui: Ui, session: Session, theirs: TemplateShown, page: Page) -> None:
        super().__init__(ui, ui.say("ui.templates.conflict-title"), page)
        line = theirs.line
        when = moment_words(line.changed_at, ui.texts.language)
        lead = ui.say("ui.templates.conflict-lead", who=clean(line.by), when=when, number=line.version)
        self.content.addWidget(plain_label(lead, "muted", wrap=True))
        self.reader = WordsReader(ui)
        self.reader.show_words(theirs.texts)
        self.reader.setMinimumWidth(520)
        self.content.addWidget(self.reader)
        self.beside_button = button(ui.say("ui.templates.keep-beside"), self._beside)
        self.over_button = button(ui.say("ui.templates.keep-over"), self._over, "primary")
        self.foot.addWidget(self.beside_button)
        self.foot.addWidget(self.over_button)
        self.cancel.setFocus()

    def _over(self) -> None:
        self.over.emit()
        self.accept()

    def _beside(self) -> None:
        self.beside.emit()
        self.accept()

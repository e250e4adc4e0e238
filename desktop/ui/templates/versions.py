"""Every version of a template: who wrote it and when, who approved it, and its words."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop.models.accounts import Session
from desktop.office.values_templates import TemplateShown, TemplateVersionLine, TemplateWords
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.table import Column, Rows, table
from desktop.ui.templates.reader import WordsReader

_WIDE, _TALL = 600, 160


class VersionsDialog(FormDialog):
    """`again` tells the words of the version to begin anew from."""

    again = Signal(object)

    def __init__(self, ui: Ui, session: Session, shown: TemplateShown, page: Page, *, may: bool) -> None:
        super().__init__(ui, ui.say("ui.templates.versions-of", name=clean(shown.line.name)), page)
        self._session, self._template = session, shown.line.id
        self._words: dict[str, TemplateWords] = {}
        self._asked = 0
        self.cancel.setText(ui.say("ui.close"))
        say = ui.say
        self.rows = Rows[TemplateVersionLine](
            [
                Column(say("ui.templates.version"), lambda one: str(one.number), width=70),
                Column(say("ui.templates.written"), self._written, stretch=True),
                Column(say("ui.templates.approval"), self._approval, colour=self._colour, stretch=True),
            ]
        )
        self.list = table(self.rows, say("ui.templates.versions"))
        self.list.setMinimumSize(_WIDE, _TALL)
        self.content.addWidget(self.list)
        self.reader = WordsReader(ui)
        self.content.addWidget(self.reader, 1)
        self.again_button = button(say("ui.templates.again"), self._again, "primary")
        self.again_button.setVisible(False)
        self._may = may
        self.foot.addWidget(self.again_button)
        self.rows.show(sorted(shown.versions, key=lambda one: -one.number))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.list.selectRow(0)
        self.list.setFocus()

    def _written(self, one: TemplateVersionLine) -> str:
        return f"{clean(one.by)}, {moment_words(one.at, self.ui.texts.language)}"

    def _approval(self, one: TemplateVersionLine) -> str:
        if one.approved_at is None:
            return self.ui.say("ui.templates.state.draft")
        if not one.genuine:
            return self.ui.say("ui.templates.not-genuine")
        return f"{clean(one.approved_by)}, {moment_words(one.approved_at, self.ui.texts.language)}"

    def _colour(self, one: TemplateVersionLine) -> str:
        tokens = self.ui.theme.tokens
        if one.approved_at is None:
            return tokens.muted
        return tokens.ok if one.genuine else tokens.error

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self.rows.rows):
            return
        number = self.rows.rows[row].number
        self._asked += 1
        asked = self._asked

        def done(shown: TemplateShown) -> None:
            if asked == self._asked:
                self._show(shown)

        self.again_button.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.show_template(self._session, self._template, number),
            done,
            self.failed,
        )

    def _show(self, shown: TemplateShown) -> None:
        self._words = shown.texts
        self.reader.show_words(shown.texts)
        older = shown.number != shown.line.version
        self.again_button.setVisible(self._may and older)
        self.again_button.setEnabled(True)

    def _again(self) -> None:
        self.again.emit(self._words)
        self.accept()

"""The words of a template as somebody wrote them, to be read only."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop.office.values_templates import TemplateWords
from desktop.texts import clean_lines
from desktop.ui.base import Ui, button, emptied

_LONGEST = 25_000
_TALL = 240


class WordsReader(QWidget):
    """A tab for each language that there is."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._words: dict[str, TemplateWords] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._row = QHBoxLayout()
        column.addLayout(self._row)
        self.buttons: dict[str, QPushButton] = {}
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(ui.say("ui.templates.body"))
        self.text.setMinimumHeight(_TALL)
        column.addWidget(self.text, 1)

    def show_words(self, words: dict[str, TemplateWords]) -> None:
        self._words = words
        emptied(self._row)
        self.buttons = {}
        group = QButtonGroup(self)
        for language in words:
            made = button(self.ui.say(f"ui.language.{language}"), partial(self.turn, language), "section")
            made.setCheckable(True)
            group.addButton(made)
            self._row.addWidget(made)
            self.buttons[language] = made
        self._row.addStretch()
        mine = self.ui.texts.language
        if words:
            self.turn(mine if mine in words else next(iter(words)))

    def turn(self, language: str) -> None:
        self.buttons[language].setChecked(True)
        one, say = self._words[language], self.ui.say
        head = [f"{say('ui.templates.subject')}: {one.subject}"]
        if one.preview:
            head.append(f"{say('ui.templates.line')}: {one.preview}")
        self.text.setPlainText(clean_lines("\n".join((*head, "", one.body)), _LONGEST))

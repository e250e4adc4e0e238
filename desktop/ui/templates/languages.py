"""The words of a template, a tab for each language."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.office.values_templates import TemplateParts, TemplateWords
from desktop.texts import LANGUAGES
from desktop.ui.base import Ui, button
from desktop.ui.templates.wording import WordsForm, tool_hint


class Languages(QWidget):
    """`changed` at every key, `turned` when another language is in front."""

    changed = Signal()
    turned = Signal(str)
    pictures = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._filling = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(4)
        self.stack, self._marks = QStackedWidget(), QStackedWidget()
        self._marks.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.forms: dict[str, WordsForm] = {}
        self.buttons: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for language in LANGUAGES:
            made = button(ui.say(f"ui.language.{language}"), partial(self.turn, language), "section")
            made.setCheckable(True)
            group.addButton(made)
            row.addWidget(made)
            form = WordsForm(ui, language)
            form.changed.connect(self._changed)
            form.pictures.connect(self.pictures)
            self.stack.addWidget(form)
            self._marks.addWidget(form.marks)
            self.forms[language], self.buttons[language] = form, made
        row.addStretch()
        row.addWidget(self._marks)
        column.addLayout(row)
        column.addWidget(self.stack, 1)
        self.hint = tool_hint(ui)
        column.addWidget(self.hint)
        self._front(LANGUAGES[0])

    @property
    def form(self) -> WordsForm:
        """The one in front."""
        return next(form for form in self.forms.values() if form is self.stack.currentWidget())

    def words(self) -> dict[str, TemplateWords]:
        """Of every language in which something stands."""
        return {language: form.words() for language, form in self.forms.items() if not form.empty}

    def fill(self, words: dict[str, TemplateWords], language: str) -> None:
        """With `language` in front, or the first that has words."""
        self._filling = True
        for code, form in self.forms.items():
            form.fill(words.get(code, TemplateWords("", "")))
        self._filling = False
        self._front(language if language in words or not words else next(iter(words)))
        self._name()

    def offer(self, parts: TemplateParts) -> None:
        for form in self.forms.values():
            form.offer(parts)

    def allow(self, changes: bool) -> None:
        for form in self.forms.values():
            form.allow(changes)

    def turn(self, language: str) -> None:
        self._front(language)
        self.turned.emit(language)

    def show_place(self, language: str, part: str, words: str) -> None:
        if language in self.forms:
            if self.form.language != language:
                self.turn(language)
            self.form.show_place(part, words)

    def _front(self, language: str) -> None:
        self.buttons[language].setChecked(True)
        self.stack.setCurrentWidget(self.forms[language])
        self._marks.setCurrentWidget(self.forms[language].marks)

    def _changed(self) -> None:
        if not self._filling:
            self._name()
            self.changed.emit()

    def _name(self) -> None:
        """A language without words says so on its tab."""
        for language, made in self.buttons.items():
            words = self.ui.say(f"ui.language.{language}")
            none = self.ui.say("ui.templates.no-words", language=words)
            made.setText(none if self.forms[language].empty else words)

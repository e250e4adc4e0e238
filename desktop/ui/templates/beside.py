"""Beside the gallery: the letter that the template in hand makes, and what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_templates import TemplatePreview, TemplateTryRequest, TemplateWords
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.templates.gallery import Shelf
from desktop.ui.templates.letter import PHONE, LetterView


class Beside(QWidget):
    """`opened` asks for the editor; `failed` an error."""

    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__()
        self.ui, self._session = ui, session
        self._shelf: Shelf | None = None
        self._words: dict[str, TemplateWords] = {}
        self._payer = ""
        self._pictures: dict[str, bytes] = {}
        self._may = False
        self._asked = 0
        self.setFixedWidth(PHONE + 16)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        self._languages = QHBoxLayout()
        row.addLayout(self._languages)
        row.addStretch()
        self.open_button = button(ui.say("ui.templates.begin-from"), self._open, "primary")
        row.addWidget(self.open_button)
        column.addLayout(row)
        self.buttons: dict[str, QPushButton] = {}
        self.subject = plain_label("", "label", wrap=True)
        self.state = plain_label("", "muted", wrap=True)
        self.letter = LetterView(ui.say("ui.templates.preview"))
        column.addWidget(self.subject)
        column.addWidget(self.state)
        column.addWidget(self.letter, 1)
        self.show_one(None, may=False)

    def show_one(self, shelf: Shelf | None, *, may: bool) -> None:
        self._shelf, self._may = shelf, may
        self._asked += 1
        self.setVisible(shelf is not None)
        if shelf is None:
            return
        copy = shelf.library is not None
        self.open_button.setVisible(may or not copy)
        code = "begin-from" if copy else "edit" if may else "look"
        self.open_button.setText(self.ui.say(f"ui.templates.{code}"))
        asked, session = self._asked, self._session

        def words_of() -> tuple[dict[str, TemplateWords], str]:
            if shelf.library is not None:
                return self.ui.office.library_words(shelf.library.code), ""
            if shelf.own is not None:
                shown = self.ui.office.show_template(session, shelf.own.id)
                return shown.texts, shown.payer
            return {}, ""

        def done(found: tuple[dict[str, TemplateWords], str]) -> None:
            if asked == self._asked:
                self._show_words(*found)

        self.ui.bridge.run(self, lambda _: words_of(), done, self._failed)

    def _show_words(self, words: dict[str, TemplateWords], payer: str) -> None:
        self._words, self._payer = words, payer
        emptied(self._languages)
        self.buttons = {}
        group = QButtonGroup(self)
        for language in words:
            made = button(self.ui.say(f"ui.language.{language}"), partial(self.turn, language), "section")
            made.setCheckable(True)
            group.addButton(made)
            self._languages.addWidget(made)
            self.buttons[language] = made
        if words:
            mine = self.ui.texts.language
            self.turn(mine if mine in words else next(iter(words)))

    def turn(self, language: str) -> None:
        """The same letter in another language, with sample values."""
        shelf = self._shelf
        line = (shelf.own or shelf.library) if shelf else None
        if line is None:
            return
        self.buttons[language].setChecked(True)
        request = TemplateTryRequest(self._words[language], language, line.purpose, payer=self._payer)
        self._asked += 1
        asked, known = self._asked, dict(self._pictures)

        def make() -> tuple[TemplatePreview, dict[str, bytes]]:
            preview = self.ui.office.preview_template(self._session, request)
            if preview.letter is not None:
                shown = {piece.picture for piece in preview.letter.pieces} | {preview.letter.logo}
                for name in sorted(shown - known.keys() - {""}):
                    known[name] = self.ui.office.picture_data(self._session, name)
            return preview, known

        def done(made: tuple[TemplatePreview, dict[str, bytes]]) -> None:
            if asked == self._asked:
                self._show(*made)

        self.ui.bridge.run(self, lambda _: make(), done, self._failed)

    def forget_pictures(self) -> None:
        self._pictures = {}

    def _show(self, preview: TemplatePreview, pictures: dict[str, bytes]) -> None:
        self._pictures = pictures
        self.subject.setText(clean(preview.subject))
        self.letter.show_letter(preview.letter, pictures, PHONE)
        words = ""
        if preview.letter is None:
            stops = next((one.reason for one in preview.findings if one.stops), None)
            told = self.ui.texts.error(stops.code, stops.params) if stops is not None else ()
            known = stops is not None and self.ui.texts.has(f"error.{stops.code}")
            words = " ".join(told) if known else self.ui.say("ui.templates.no-preview")
        self.state.setText(words)
        self.state.setVisible(bool(words))

    def _failed(self, error: SealwellError) -> None:
        self.failed.emit(error)

    def _open(self) -> None:
        if self._shelf is not None:
            self.opened.emit(self._shelf)

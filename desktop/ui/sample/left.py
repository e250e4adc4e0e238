"""What would have left this computer: each letter as the mail service would have had it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from desktop.office.values_sample import LeftLetter
from desktop.texts import clean_lines
from desktop.ui.base import Ui, plain_label
from desktop.ui.dates import visit_words
from desktop.ui.dialog import FormDialog
from desktop.ui.files import size_words

_WIDTH, _HEIGHT, _LIST = 860, 380, 320


class LeftDialog(FormDialog):
    """A list, and beside it the letter that is chosen."""

    def __init__(self, ui: Ui, letters: tuple[LeftLetter, ...], parent: QWidget) -> None:
        super().__init__(ui, ui.texts.count("ui.sample.left-title", len(letters)), parent)
        self._letters = letters
        self.content.addWidget(plain_label(ui.say("ui.sample.left-lead"), "muted", wrap=True))
        row = QHBoxLayout()
        self.list = QListWidget()
        self.list.setAccessibleName(ui.say("ui.sample.left"))
        self.list.setFixedWidth(_LIST)
        self.list.setSpacing(3)
        self.letter = QPlainTextEdit()
        self.letter.setReadOnly(True)
        self.letter.setTabChangesFocus(True)
        self.letter.setAccessibleName(ui.say("ui.sample.letter"))
        self.letter.setMinimumSize(_WIDTH - _LIST, _HEIGHT)
        row.addWidget(self.list)
        row.addWidget(self.letter, 1)
        self.content.addLayout(row)
        for one in letters:
            at = visit_words(one.at.astimezone(), ui.texts.language)
            QListWidgetItem(f"{one.to}\n{at}, {size_words(one.size, ui.texts.language)}", self.list)
        self.list.currentRowChanged.connect(self.show_letter)
        self.cancel.setText(ui.say("ui.close"))
        if letters:
            self.list.setCurrentRow(0)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.letter.setPlainText(ui.say("ui.sample.left-none"))

    def show_letter(self, row: int) -> None:
        one, say = self._letters[row], self.ui.say
        head = f"{say('ui.sample.to')} {one.to}\n{say('ui.sample.subject')} {one.subject}\n\n"
        self.letter.setPlainText(head + clean_lines(one.text, len(one.text)))

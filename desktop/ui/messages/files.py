"""The files of one received mail: saved or filed by a button, never opened by a click."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.models.correspondence import ConversationId, FileIn
from desktop.models.records import PersonId
from desktop.office.values_messages import EntryShown
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.files import size_words
from desktop.ui.icons import pixmap
from desktop.ui.messages.saving import Saver
from desktop.ui.messages.words import breakable

_AT_ONCE = 8
"""So many stand there; the others come by as many at a press."""
_NAME = 20
"""Letters of a name that have room on a button; the whole of it stands above the conversation."""
_NAME_WHOLE = 150
"""Longer than any received name is: its ending says what it is, and must not be cut off."""
_LEAST = 60
"""Pixels; a long name must not push the page sideways."""


class FileRows(QWidget):
    """Received names are strangers' words: cleaned and plain."""

    def __init__(
        self,
        ui: Ui,
        saver: Saver,
        entry: EntryShown,
        conversation: ConversationId,
        person: tuple[PersonId, str] | None,
    ) -> None:
        super().__init__()
        self.ui = ui
        self._saver = saver
        self._entry = entry
        self._conversation = conversation
        self._person = person
        self.save_buttons: list[QPushButton] = []
        self.file_buttons: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(2)
        self._shown = 0
        self.more = button("", self.show_more, "quiet")
        self._column.addWidget(self.more)
        self.show_more()
        if entry.more_files:
            words = ui.texts.count("ui.messages.files-left-out", entry.more_files)
            self._column.addWidget(plain_label(words, "muted", wrap=True))

    def show_more(self) -> None:
        files = self._entry.files
        for file in files[self._shown : self._shown + _AT_ONCE]:
            self._column.insertWidget(self._shown, self._row(file))
            self._shown += 1
        rest = len(files) - self._shown
        self.more.setText(self.ui.texts.count("ui.messages.more-files", rest))
        self.more.setVisible(rest > 0)

    def _row(self, file: FileIn) -> QWidget:
        """Its name, and below it what can be done: names are long and the room is narrow."""
        say = self.ui.say
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        picture = QLabel()
        picture.setPixmap(pixmap("paperclip", self.ui.theme.tokens.muted, 16))
        grid.addWidget(picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        name = clean(file.name, _NAME_WHOLE)
        size = size_words(file.size, self.ui.texts.language)
        grid.addWidget(plain_label(f"{breakable(name)}  ·  {size}", wrap=True), 0, 1)
        row = QHBoxLayout()
        row.setSpacing(12)
        grid.addLayout(row, 1, 0, 1, 2)
        save = button(say("ui.messages.save"), partial(self._saver.save, self._entry.id, file), "quiet")
        save.setAccessibleName(say("ui.messages.save-name", file=name))
        self.save_buttons.append(save)
        row.addWidget(save)
        if self._person is not None:
            person, called = self._person
            words = say("ui.messages.file-to", name=clean(called, _NAME))
            on_press = partial(self._saver.file_to, self._conversation, person, self._entry.id, file)
            to = button(words.replace("&", "&&"), on_press, "quiet")
            to.setAccessibleName(f"{say('ui.messages.file-to', name=called)}: {name}")
            to.setToolTip(say("ui.messages.file-to-hint"))
            to.setMinimumWidth(_LEAST)
            self.file_buttons.append(to)
            row.addWidget(to)
        row.addStretch()
        return holder

"""One task: what there is to do, where, and its end with a note."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from desktop.office.values_messages import TaskLine
from desktop.ui.base import Ui, button, emptied, plain_label, scrolled_column
from desktop.ui.dates import moment_words
from desktop.ui.tasks.words import due_words, ended_words, owner_words, who_words

_WIDTH = 360
_NOTE_CHARS = 2000


class TaskPane(QFrame):
    """Beside the list. `step` and `person` lead where the work is; the others ask the office."""

    step = Signal(object)
    person = Signal(object)
    change = Signal(object)
    end = Signal(object, str, str)

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self.line: TaskLine | None = None
        self.see: QPushButton | None = None
        self.setObjectName("card")
        self.setFixedWidth(_WIDTH)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 14, 16)
        outer.setSpacing(10)
        self.words = scrolled_column(outer, spacing=8, margin=8)
        self.go = button(ui.say("ui.tasks.person"), lambda: self.step.emit(self.line), "primary")
        self.give = button(ui.say("ui.tasks.change"), lambda: self.change.emit(self.line))
        self.note = QLineEdit()
        self.note.setMaxLength(_NOTE_CHARS)
        self.note.setPlaceholderText(ui.say("ui.tasks.note-hint"))
        self.note.setAccessibleName(ui.say("ui.tasks.note"))
        self.note.returnPressed.connect(lambda: self._end("done"))
        self.done = button(ui.say("ui.tasks.done"), lambda: self._end("done"))
        self.drop = button(ui.say("ui.tasks.drop"), lambda: self._end("dropped"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.done, 1)
        row.addWidget(self.drop, 1)
        for one in (self.go, self.give, self.note):
            outer.addWidget(one)
        outer.addLayout(row)
        self.show_line(None)

    def show_line(self, line: TaskLine | None, words: str = "") -> None:
        """`words` stand there where nothing is chosen."""
        if line is None or self.line is None or line.id != self.line.id:
            self.note.clear()
        self.line = line
        place = emptied(self.words)
        self.see = None
        if line is None:
            place.addWidget(plain_label(words, "muted", wrap=True))
            place.addStretch()
        else:
            self._fill(line)
        open_ = line is not None and line.closed_at is None
        self.go.setVisible(open_ and line is not None and bool(line.step))
        if line is not None and line.step:
            self.go.setText(self.ui.say(f"ui.tasks.step-{line.step}"))
        self.give.setVisible(open_)
        ends = open_ and line is not None and line.can_end
        for one in (self.note, self.done, self.drop):
            one.setVisible(ends)

    def _fill(self, line: TaskLine) -> None:
        ui, place = self.ui, self.words
        place.addWidget(plain_label(ui.say(f"ui.tasks.group-{line.group}"), "muted"))
        place.addWidget(plain_label(ui.reason(line.title), "heading", wrap=True))
        if line.person is not None:
            self.see = button(who_words(ui, line), lambda: self.person.emit(line), "quiet")
            self.see.setAccessibleName(f"{ui.say('ui.tasks.person')}: {line.name}")
            place.addWidget(self.see, 0, Qt.AlignmentFlag.AlignLeft)
        due = due_words(ui, line)
        if line.overdue:
            place.addWidget(plain_label(ui.say("ui.tasks.due-past", day=due), "problem", wrap=True))
        elif due:
            place.addWidget(plain_label(ui.say("ui.tasks.due", day=due), wrap=True))
        place.addWidget(plain_label(ui.say("ui.tasks.owner", who=owner_words(ui, line)), "muted", wrap=True))
        opened = moment_words(line.opened_at, ui.texts.language)
        place.addWidget(plain_label(ui.say("ui.tasks.opened", when=opened), "muted", wrap=True))
        ended = ended_words(ui, line)
        if ended:
            place.addWidget(plain_label(ended, wrap=True))
        if line.note:
            note = plain_label(line.note, wrap=True)
            note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            place.addSpacing(6)
            place.addWidget(note)
        if line.ends_itself and not ended:
            code = "ui.tasks.ends-itself" if line.can_end else "ui.tasks.by-work"
            place.addSpacing(6)
            place.addWidget(plain_label(ui.say(code), "muted", wrap=True))
        place.addStretch()

    def _end(self, result: str) -> None:
        if self.line is not None:
            self.end.emit(self.line, result, self.note.text())

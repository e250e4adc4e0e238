"""Tasks: everything that is still to do, grouped; one beside the list, ended with a note."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import TaskId
from desktop.office.values_messages import TASK_GROUPS, Colleague, TaskEnd, TaskLine, TaskQuery, TasksShown
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.buttonline import ButtonLine
from desktop.ui.failures.wizard import FailureWizard
from desktop.ui.messages.rows import row_column, row_list
from desktop.ui.navigation import Navigation
from desktop.ui.table import Rows
from desktop.ui.tasks.detail import TaskPane
from desktop.ui.tasks.dialogs import TaskDialog
from desktop.ui.tasks.words import line_look

ALL = ""
_MOST = 500
_ENDED_MOST = 100
_SETTINGS = {
    "own-key-expiring": "keys",
    "rotation-due": "users",
    "access-review": "review",
    "update": "updates",
    "update-doubt": "updates",
}
"""The section of the settings where a task of the office is done."""


class TasksPage(Page):
    """Within Today: `refresh` looks anew, `open_group` comes from elsewhere.

    `counted` with how many are open, of everybody's.
    """

    counted = Signal(int)

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.tasks.title"))
        self._session = session
        self._navigation = navigation
        self._group = ALL
        self._arriving = False
        self._chosen: TaskId | None = None
        self._colleagues: tuple[Colleague, ...] = ()
        self.title.hide()
        self.outer.setContentsMargins(0, 0, 0, 0)
        self.groups = ButtonLine(ui.say("ui.tasks.groups"), self.show_group)
        for group in (ALL, *TASK_GROUPS):
            self.groups.add(group, self._words_of(group, 0))
        self.outer.addWidget(self.groups)
        self.mine = QCheckBox(ui.say("ui.tasks.mine"))
        self.ended = QCheckBox(ui.say("ui.tasks.ended"))
        for box in (self.mine, self.ended):
            box.toggled.connect(lambda _: self.refresh())
        self.new = button(ui.say("ui.tasks.new"), self.add)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addWidget(self.mine)
        row.addWidget(self.ended)
        row.addStretch()
        row.addWidget(self.new)
        self.outer.addLayout(row)
        name = ui.say("ui.tasks.title")
        self.rows = Rows[TaskLine]([row_column(name, lambda line: line_look(ui, line))])
        self.view = row_list(self.rows, name, ui.theme)
        self.view.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        for key in ("Return", "Enter"):
            QShortcut(QKeySequence(key), self.view).activated.connect(self._enter)
        self.view.doubleClicked.connect(lambda _: self._enter())
        self.pane = TaskPane(ui)
        self.pane.step.connect(self.take_step)
        self.pane.person.connect(lambda line: self._navigation.person(line.person))
        self.pane.change.connect(self.change)
        self.pane.end.connect(self.end)
        self.body = QWidget()
        both = QHBoxLayout(self.body)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(14)
        both.addWidget(self.view, 1)
        both.addWidget(self.pane)
        self.outer.addWidget(self.body, 1)
        self.empty = plain_label("", "muted", wrap=True)
        self.outer.addWidget(self.empty)
        self.more = plain_label("", "muted", wrap=True)
        self.outer.addWidget(self.more)
        self.groups.buttons[ALL].setChecked(True)
        self.more.hide()

    # --- looking --------------------------------------------------------------------------

    def refresh(self) -> None:
        self._look()

    def look_quietly(self) -> None:
        """Something changed elsewhere: the list is as it is now, and nothing moves under anybody's hand."""
        self._look(quietly=True)

    def open_group(self, group: str) -> None:
        """From elsewhere: what is open of one group, '' for everything; the keyboard is in the list then."""
        self._arriving = True
        with QSignalBlocker(self.ended):
            self.ended.setChecked(False)
        self.show_group(group)

    def show_group(self, group: str) -> None:
        self._group = group if group in self.groups.buttons else ALL
        self.groups.buttons[self._group].setChecked(True)
        self._look()

    def _look(self, *, quietly: bool = False) -> None:
        group, ended = self._group, self.ended.isChecked()
        limit = _ENDED_MOST if ended else _MOST
        query = TaskQuery(self.mine.isChecked(), ended, group, limit)

        def show(shown: TasksShown) -> None:
            if group == self._group and ended == self.ended.isChecked():
                self._show(shown, ended, quietly=quietly)

        self.call(lambda _: self.ui.office.list_tasks(self._session, query), show)

    def _show(self, shown: TasksShown, ended: bool, *, quietly: bool = False) -> None:
        self._colleagues = shown.colleagues
        self._show_counts(shown.counts)
        before = self.view.currentIndex().row()
        lines = shown.tasks if ended else sorted(shown.tasks, key=lambda line: TASK_GROUPS.index(line.group))
        self.rows.show(lines)
        row = next((at for at, line in enumerate(lines) if line.id == self._chosen), -1)
        stays = quietly and row < 0 and self._chosen is not None
        if row < 0 and lines and not stays:  # it is done: the next one stands in its place
            row = min(max(before, 0), len(lines) - 1)
        self.body.setVisible(bool(lines) or stays)
        self.empty.setVisible(not lines and not stays)
        self.empty.setText(self.ui.say("ui.tasks.none-ended" if ended else "ui.tasks.none"))
        left = shown.total - len(lines)
        self.more.setVisible(left > 0)
        self.more.setText(self.ui.texts.count("ui.tasks.more", left))
        if not stays:
            self._choose(row)
        if row >= 0:
            self.view.selectRow(row)
        if self._arriving:
            (self.view if lines else self.new).setFocus()
        self._arriving = False

    def _show_counts(self, counts: dict[str, int]) -> None:
        for group, made in self.groups.buttons.items():
            number = sum(counts.values()) if group == ALL else counts.get(group, 0)
            made.setText(self._words_of(group, number))
            made.setVisible(bool(number) or group in (ALL, self._group))
        self.groups.place()
        if not self.mine.isChecked():
            self.counted.emit(sum(counts.values()))

    def _words_of(self, group: str, number: int) -> str:
        words = self.ui.say(f"ui.tasks.group-{group or 'all'}")
        return f"{words}  {number}" if number else words

    def _choose(self, row: int) -> None:
        line = self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None
        self._chosen = line.id if line is not None else None
        self.pane.show_line(line)

    @property
    def line(self) -> TaskLine | None:
        return self.pane.line

    # --- doing ------------------------------------------------------------------------------

    def _enter(self) -> None:
        """Enter opens where the work is; where that is nowhere else, the note to end it with."""
        line = self.line
        if line is None:
            return
        if line.step and line.closed_at is None:
            self.take_step(line)
        elif line.closed_at is None and line.can_end:
            self.pane.note.setFocus()

    def take_step(self, line: TaskLine) -> None:
        go = self._navigation
        match line.step:
            case "conversation" if line.conversation is not None:
                go.conversation(line.conversation)
            case "failure" if line.message is not None:
                dialog = FailureWizard(self.ui, self._session, line.message, self)
                dialog.finished.connect(lambda _: self.refresh())
                dialog.open()
            case "unclear":
                go.outbox("unclear")
            case "call" | "keys" | "person" if line.person is not None:
                go.person(line.person)
            case "log-review":
                go.log("digest")
            case "imports":
                go.people("imports")
            case "backups":
                go.backups()
            case _:
                go.settings(_SETTINGS.get(line.kind, "users"))

    def end(self, line: TaskLine, result: str, note: str) -> None:
        self.notice.clear()
        end = TaskEnd(line.id, result, note)

        def ended(done: TaskLine) -> None:
            self.notice.show_words(self.ui.say(f"ui.tasks.was-{done.result or 'done'}"), "ok")
            self.refresh()

        self.call(lambda _: self.ui.office.end_task(self._session, end), ended, self._failed)

    def add(self) -> None:
        self._ask(None)

    def change(self, line: TaskLine) -> None:
        self._ask(line)

    def _ask(self, line: TaskLine | None) -> None:
        dialog = TaskDialog(self.ui, self._session, self._colleagues, line, self)
        dialog.saved.connect(self._saved)
        dialog.open()

    def _saved(self, line: TaskLine) -> None:
        self.notice.clear()
        self._chosen = line.id
        self.refresh()

    def _failed(self, error: SealwellError) -> None:
        """Somebody was faster: said, and looked at anew."""
        self.show_error(error)
        self.refresh()

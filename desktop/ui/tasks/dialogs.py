"""A new task, and giving one to somebody or putting it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPlainTextEdit, QWidget

from desktop.models.accounts import Session, UserId
from desktop.office.values_messages import Colleague, TaskChange, TaskLine, TaskRequest
from desktop.texts import clean
from desktop.ui.audit.inputs import day_input
from desktop.ui.audit.personfield import PersonField
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog

_NOTE_HEIGHT = 110
_LAST_MINUTE = time(23, 59)


class TaskDialog(FormDialog):
    """Without a task it makes one; `saved` carries the task as the office answered it."""

    saved = Signal(object)

    def __init__(
        self,
        ui: Ui,
        session: Session,
        colleagues: Sequence[Colleague],
        line: TaskLine | None,
        parent: QWidget,
    ) -> None:
        super().__init__(ui, ui.say("ui.tasks.new" if line is None else "ui.tasks.change-title"), parent)
        self._session = session
        self._line = line
        self.note = QPlainTextEdit(line.note if line is not None else "")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(_NOTE_HEIGHT)
        self._labelled("ui.tasks.what" if line is None or line.kind == "own" else "ui.tasks.note", self.note)
        self.person: PersonField | None = None
        if line is None:
            self.person = PersonField(ui, session, ui.say("ui.tasks.find"))
            self._labelled("ui.tasks.about", self.person)
        self.owner = QComboBox()
        self.owner.addItem(ui.say("ui.tasks.anybody"), "")
        for one in colleagues:
            mine = one.id == session.user
            words = ui.say("ui.tasks.me", name=clean(one.name)) if mine else clean(one.name)
            self.owner.addItem(words, one.id)
        chosen = line.owner if line is not None else session.user
        self.owner.setCurrentIndex(max(0, self.owner.findData(chosen or "")))
        self._labelled("ui.tasks.whose", self.owner)
        self._due_row(line)
        self.go = button(ui.say("ui.save"), self.save, "primary")
        self.go.setDefault(True)
        self.foot.addWidget(self.go)
        (self.owner if line is not None else self.note).setFocus()

    def _labelled(self, code: str, field: QWidget) -> None:
        words = self.ui.say(code)
        label = plain_label(words, "label")
        label.setBuddy(field)
        field.setAccessibleName(words)
        self.content.addWidget(label)
        self.content.addWidget(field)

    def _due_row(self, line: TaskLine | None) -> None:
        due = line.due_at.astimezone().date() if line is not None and line.due_at is not None else None
        day = due or self.ui.clock.now().astimezone().date()
        self.has_due = QCheckBox(self.ui.say("ui.tasks.has-due"))
        self.has_due.setChecked(due is not None)
        self.day = day_input(
            self.ui.say("ui.tasks.due-day"), QDate(day.year, day.month, day.day), self.ui.texts.language
        )
        self.day.setEnabled(due is not None)
        self.has_due.toggled.connect(self.day.setEnabled)
        row = QHBoxLayout()
        row.addWidget(self.has_due)
        row.addWidget(self.day)
        row.addStretch()
        self.content.addLayout(row)

    @property
    def due(self) -> datetime | None:
        """The end of the day, on this computer's clock."""
        if not self.has_due.isChecked():
            return None
        picked = self.day.date()
        return datetime.combine(date(picked.year(), picked.month(), picked.day()), _LAST_MINUTE).astimezone()

    def save(self) -> None:
        owner = UserId(str(self.owner.currentData())) if self.owner.currentData() else None
        note, due, office, line = self.note.toPlainText(), self.due, self.ui, self._line
        person = self.person.chosen if self.person is not None else None
        self.go.setEnabled(False)
        if line is None:
            request = TaskRequest(note, person, owner, due)
            self.ui.bridge.run(
                self, lambda _: office.office.add_task(self._session, request), self._saved, self._failed
            )
            return
        change = TaskChange(
            line.id,
            owner if owner != line.owner else None,
            give_back=owner is None and line.owner is not None,
            due_at=due if due != line.due_at else None,
            no_due=due is None and line.due_at is not None,
            note=note if note != line.note else None,
        )
        self.ui.bridge.run(
            self, lambda _: office.office.change_task(self._session, change), self._saved, self._failed
        )

    def _saved(self, line: TaskLine) -> None:
        self.saved.emit(line)
        self.accept()

    def _failed(self, error: object) -> None:
        self.go.setEnabled(True)
        self.failed(error)  # type: ignore[arg-type]

"""Looking for messages and tasks: a field, a row of limits that folds away, and what was found."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from PySide6.QtCore import QDate, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationState, MailQuery
from desktop.models.records import Label
from desktop.office.values_messages import MailFound, MailHit, TaskLine
from desktop.ui.audit.inputs import day_input
from desktop.ui.audit.personfield import PersonField
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.messages.rows import HEIGHT, Opener, row_column, row_list
from desktop.ui.messages.words import hit_look, task_look
from desktop.ui.table import Rows

ALL, CHOSEN = "all", "chosen"
_DAYS = {"today": 1, "week": 7, "month": 30, "year": 365}
_PERIODS = (ALL, *_DAYS, CHOSEN)
_WAIT_MS = 500
"""Each search is a record of the log: it waits until the typing rests."""
_LEAST = 2
_STRETCH = 50
_TASKS_SEEN = 3


class SearchField(QLineEdit):
    """`wanted` once the typing rests or after Enter; `left` after Esc."""

    wanted = Signal()
    left = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.setPlaceholderText(ui.say("ui.messages.search"))
        self.setAccessibleName(ui.say("ui.messages.search-name"))
        self.setClearButtonEnabled(True)
        self.setMaximumWidth(420)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MS)
        self._later.timeout.connect(self.wanted)
        self.textChanged.connect(lambda _: self._later.start())
        self.returnPressed.connect(self._now)

    def _now(self) -> None:
        self._later.stop()
        self.wanted.emit()

    def empty(self) -> None:
        self.clear()
        self._later.stop()


class Limits(QWidget):
    """Person, time, how sensitive, and how it stands; every change is told by `changed`."""

    changed = Signal()

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__()
        self.ui = ui
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.person = PersonField(ui, session, ui.say("ui.filter.person"))
        self.person.changed.connect(self.changed)
        row.addWidget(self.person, 2)
        self.period = self._box("ui.filter.period", [(ui.say(f"ui.filter.{one}"), one) for one in _PERIODS])
        self.label = self._box(
            "ui.label.name",
            [
                (ui.say("ui.messages.any-label"), ""),
                *((ui.say(f"ui.label.{one.value}"), one.value) for one in Label),
            ],
        )
        self.state = self._box(
            "ui.messages.state",
            [
                (ui.say("ui.messages.any-state"), ""),
                *((ui.say(f"ui.messages.state-{one.value}"), one.value) for one in ConversationState),
            ],
        )
        for box in (self.period, self.label, self.state):
            row.addWidget(box, 1)
        today = ui.clock.now().astimezone().date()
        last = QDate(today.year, today.month, today.day)
        self.first = day_input(ui.say("ui.filter.first"), last.addDays(-6), ui.texts.language)
        self.last = day_input(ui.say("ui.filter.last"), last, ui.texts.language)
        for one in (self.first, self.last):
            one.dateChanged.connect(lambda _: self.changed.emit())
            one.hide()
            row.addWidget(one)

    def _box(self, name: str, choices: list[tuple[str, str]]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(self.ui.say(name))
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(8)
        for words, data in choices:
            made.addItem(words, data)
        made.currentIndexChanged.connect(lambda _: self._told())
        return made

    def _told(self) -> None:
        for one in (self.first, self.last):
            one.setVisible(self.period.currentData() == CHOSEN)
        self.changed.emit()

    def clear(self) -> None:
        for box in (self.period, self.label, self.state):
            box.setCurrentIndex(0)
        self.person.setText("")

    def query(self, text: str) -> MailQuery:
        since, until = self._range()
        label, state = str(self.label.currentData()), str(self.state.currentData())
        return MailQuery(
            text=text,
            person=self.person.chosen,
            since=since,
            until=until,
            label=Label(label) if label else None,
            state=ConversationState(state) if state else None,
            limit=_STRETCH,
        )

    def _range(self) -> tuple[datetime | None, datetime | None]:
        """From midnight of the first day to midnight behind the last, on this computer's clock."""
        period = str(self.period.currentData())
        if period == ALL:
            return None, None
        if period == CHOSEN:
            days = sorted(
                date(one.year(), one.month(), one.day()) for one in (self.first.date(), self.last.date())
            )
            return _midnight(days[0]), _midnight(days[1] + timedelta(days=1))
        today = self.ui.clock.now().astimezone().date()
        return _midnight(today - timedelta(days=_DAYS[period] - 1)), None


def asks(query: MailQuery) -> bool:
    """Whether there is anything to look for."""
    limits = (query.person, query.since, query.until, query.label, query.state)
    return len(query.text.strip()) >= _LEAST or any(one is not None for one in limits)


class FoundList(QWidget):
    """`hit` with a message that was opened, `task` with a task, `more` for the next stretch."""

    hit = Signal(object)
    entered = Signal()
    task = Signal(object)
    more = Signal(int)
    closed = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        self.words = plain_label("", "muted", wrap=True)
        head.addWidget(self.words, 1)
        self.close_button = button(ui.say("ui.messages.end-search"), self.closed.emit, "quiet")
        head.addWidget(self.close_button)
        column.addLayout(head)
        name = ui.say("ui.messages.found")
        self.rows = Rows[MailHit]([row_column(name, lambda one: hit_look(ui, one))], self._fetch)
        self.view = row_list(self.rows, name, ui.theme)
        opener = Opener(self.view)
        opener.opened.connect(self._open)
        opener.entered.connect(lambda _: self.entered.emit())
        column.addWidget(self.view, 1)
        self.hidden = plain_label("", "muted", wrap=True)
        column.addWidget(self.hidden)
        self.tasks_label = plain_label(ui.say("ui.messages.found-tasks"), "label")
        column.addWidget(self.tasks_label)
        tasks = ui.say("ui.messages.found-tasks")
        self.tasks = Rows[TaskLine]([row_column(tasks, lambda one: task_look(ui, one))])
        self.tasks_view = row_list(self.tasks, tasks, ui.theme)
        self.tasks_view.clicked.connect(lambda index: self._open_task(index.row()))
        Opener(self.tasks_view).entered.connect(self._open_task)
        column.addWidget(self.tasks_view)

    def show_found(self, found: MailFound) -> None:
        self.rows.show(found.hits, len(found.hits) + found.more)
        number = len(found.hits)
        self.words.setText(
            self.ui.texts.count("ui.messages.found-many", number)
            if number and not found.more
            else self.ui.say("ui.messages.found-first" if number else "ui.messages.found-nothing")
        )
        self.view.setVisible(number > 0 or not found.tasks)
        self.hidden.setText(self.ui.texts.count("ui.messages.found-hidden", found.hidden))
        self.hidden.setVisible(found.hidden > 0)
        self.tasks.show(found.tasks)
        for one in (self.tasks_label, self.tasks_view):
            one.setVisible(bool(found.tasks))
        self.tasks_view.setFixedHeight(HEIGHT * min(len(found.tasks), _TASKS_SEEN) + 6)

    def append(self, found: MailFound) -> None:
        self.rows.append(found.hits)
        if not found.more:
            self.rows.append(())

    def _fetch(self) -> None:
        self.more.emit(len(self.rows.rows))

    def _open(self, row: int) -> None:
        if row < len(self.rows.rows):
            self.hit.emit(self.rows.rows[row])

    def _open_task(self, row: int) -> None:
        if 0 <= row < len(self.tasks.rows):
            self.task.emit(self.tasks.rows[row])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone().astimezone(UTC)

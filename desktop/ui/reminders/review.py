"""Who gets a reminder, how, and who does not and why; then one button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QProgressBar, QVBoxLayout, QWidget

from desktop.models.records import PersonId
from desktop.office.values import Explained, PersonShown, ReminderPlan
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import day_words, time_words
from desktop.ui.decision.beside import Beside
from desktop.ui.decision.card import DecisionCard
from desktop.ui.decision.words import reason_words
from desktop.ui.reminders.drill import ALL, GROUPS, NEED, CountLine
from desktop.ui.table import Column, Rows, table

_HOW, _WHY = 2, 3
"""Columns; the opened card says the last one better."""


@dataclass(frozen=True)
class Line:
    """One visit: who, and how the reminder goes or why it does not."""

    start: datetime
    person: PersonId
    name: str
    how: str
    why: str
    group: str

    @property
    def ready(self) -> bool:
        return self.group != NEED


class ReviewView(QWidget):
    """Those who need somebody come first; the rest by the time of the visit.

    `on_person` asks for somebody's decision; `show_card` or `no_card` answers.
    """

    def __init__(
        self,
        ui: Ui,
        *,
        on_send: Callable[[], None],
        on_back: Callable[[], None],
        on_person: Callable[[PersonId], None],
        card: DecisionCard,
    ) -> None:
        super().__init__()
        self.ui = ui
        self.day: date | None = None
        self._lines: list[Line] = []
        self._ready = 0
        self._on_person = on_person
        self._cancel: Callable[[], None] = lambda: None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.heading = plain_label("", "heading", wrap=True)
        self.counts = CountLine(ui, self.show_group)
        column.addWidget(self.heading)
        column.addWidget(self.counts)
        self.rows = Rows[Line](self._columns())
        self.view = table(self.rows, ui.say("ui.review.list"))
        self.view.clicked.connect(lambda index: self._open(index.row()))
        self.view.activated.connect(lambda index: self._open(index.row()))
        self.view.selectionModel().currentRowChanged.connect(lambda now, _: self._follow(now.row()))
        self.card = card
        card.hide()
        card.closed.connect(self.close_card)
        column.addWidget(Beside(self.view, card), 1)
        self._build_foot(column, on_send, on_back)

    def _columns(self) -> list[Column[Line]]:
        ui, tokens = self.ui, self.ui.theme.tokens
        language = ui.texts.language
        return [
            Column(ui.say("ui.review.time"), lambda line: time_words(line.start, language), width=90),
            Column(ui.say("ui.review.name"), lambda line: line.name, width=185),
            Column(
                ui.say("ui.review.how"),
                lambda line: line.how,
                colour=lambda line: tokens.ok if line.ready else tokens.warn,
                width=195,
            ),
            Column(ui.say("ui.review.why"), lambda line: line.why, stretch=True),
        ]

    def _build_foot(
        self, column: QVBoxLayout, on_send: Callable[[], None], on_back: Callable[[], None]
    ) -> None:
        ui = self.ui
        foot = QHBoxLayout()
        self.back = button(ui.say("ui.back"), on_back)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(ui.say("ui.review.progress"))
        self.progress.hide()
        self.cancel_button = button(ui.say("ui.cancel"), lambda: self._cancel())
        self.cancel_button.hide()
        self.send_button = button("", on_send, "primary")
        foot.addWidget(self.back)
        foot.addStretch()
        foot.addWidget(self.progress)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.send_button)
        column.addLayout(foot)

    # --- the plan ------------------------------------------------------------------------

    def show_plan(self, plan: ReminderPlan) -> None:
        """Reminders plus excluded are all visits of the day."""
        self.sending_ended()
        self.close_card()
        self.day = plan.day
        say = self.ui.say
        need = [
            Line(
                e.start,
                e.person,
                clean(e.name),
                say("ui.review.not-sent"),
                reason_words(self.ui, e.reason),
                NEED,
            )
            for e in plan.excluded
        ]
        ready = [
            Line(
                r.start,
                r.person,
                clean(r.name),
                say(f"ui.method.{r.method.value}"),
                " ".join(reason_words(self.ui, reason) for reason in r.reasons),
                GROUPS[r.method],
            )
            for r in plan.reminders
        ]
        self._lines = [*sorted(need, key=_when), *sorted(ready, key=_when)]
        self._ready = len(ready)
        counts = Counter(line.group for line in self._lines)
        self.counts.show_counts(counts)
        self.show_group(ALL)
        self.heading.setText(
            self.ui.texts.count(
                "ui.review.heading", len(self._lines), day=day_words(plan.day, self.ui.texts.language)
            )
        )
        self.send_button.setText(self.ui.texts.count("ui.review.send", self._ready))
        self.send_button.setEnabled(bool(self._ready))

    def show_group(self, group: str) -> None:
        """The people of one count alone, or everybody."""
        self.close_card()
        self.rows.show([line for line in self._lines if group in (ALL, line.group)])

    # --- one person ------------------------------------------------------------------------

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.rows.rows):
            self._on_person(self.rows.rows[row].person)

    def _follow(self, row: int) -> None:
        """With the card open, arrows go from person to person."""
        if self.card.isVisible():
            self._open(row)

    def show_card(self, decided: Explained, who: PersonShown) -> None:
        """Beside the list; for somebody who needs a person it says why, and what would help."""
        name = clean(who.person.first_name or who.person.name)
        self.card.show_decision(decided, name, who)
        self.card.show()
        self._say_why(False)

    def close_card(self) -> None:
        back = self.card.isVisible()
        self.card.hide()
        self._say_why(True)
        if back:
            self.view.setFocus()

    def _say_why(self, shown: bool) -> None:
        """In its own column, or on the card, and then the list takes the room that is left."""
        header = self.view.horizontalHeader()
        mode = QHeaderView.ResizeMode.Interactive if shown else QHeaderView.ResizeMode.Stretch
        self.view.setColumnHidden(_WHY, not shown)
        header.setSectionResizeMode(_HOW, mode)
        if shown:
            header.resizeSection(_HOW, self.rows.columns[_HOW].width)

    def focus_send(self) -> None:
        (self.send_button if self._ready else self.back).setFocus()

    # --- sending ---------------------------------------------------------------------------

    def sending(self) -> None:
        self.send_button.setEnabled(False)
        self.progress.setRange(0, 0)
        self.progress.show()
        self.cancel_button.show()

    def cancel_with(self, cancel: Callable[[], None]) -> None:
        self._cancel = cancel

    def show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)

    def sending_ended(self) -> None:
        self.progress.hide()
        self.cancel_button.hide()
        self.send_button.setEnabled(self._ready > 0)


def _when(line: Line) -> datetime:
    return line.start

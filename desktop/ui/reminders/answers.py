"""Answers of patients on their way back into the schedule: a day's list, ticked row by row, and its files."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from desktop.models.accounts import Session
from desktop.office.values_answers import (
    CSV,
    FHIR,
    PAPER,
    AnswerLine,
    AnswerMark,
    AnswersFile,
    AnswersShown,
)
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import day_words, time_words
from desktop.ui.icons import icon
from desktop.ui.saving import save_paper
from desktop.ui.table import Column, Rows, table


class AnswersPage(Page):
    """Opens on the practice's next day; Space or Enter ticks the row, the arrows beside the day turn it."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.answers.title"))
        self._session = session
        self._day: date | None = None
        self._may_enter = False
        self.title.hide()
        self.outer.setContentsMargins(0, 0, 0, 0)
        self._build_head()
        self.lead = plain_label(ui.say("ui.answers.lead"), "muted", wrap=True)
        self.outer.addWidget(self.lead)
        self.rows = Rows[AnswerLine](self._columns())
        self.view = table(self.rows, ui.say("ui.answers.title"))
        self.view.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.view.doubleClicked.connect(lambda _: self.tick())
        for key in ("Space", "Return", "Enter"):
            QShortcut(QKeySequence(key), self.view).activated.connect(self.tick)
        self.outer.addWidget(self.view, 1)
        self.empty = plain_label(ui.say("ui.answers.empty"), "muted", wrap=True)
        self.outer.addWidget(self.empty)
        self._build_foot()
        self._choose(-1)

    def _build_head(self) -> None:
        say, muted = self.ui.say, self.ui.theme.tokens.muted
        row = QHBoxLayout()
        row.setSpacing(8)
        self.back = button("", lambda: self.step(-1))
        self.back.setIcon(icon("chevron-left", muted))
        self.back.setAccessibleName(say("ui.visits.earlier"))
        self.on = button("", lambda: self.step(1))
        self.on.setIcon(icon("chevron-right", muted))
        self.on.setAccessibleName(say("ui.visits.later"))
        self.heading = plain_label("", "heading", wrap=True)
        row.addWidget(self.back)
        row.addWidget(self.on)
        row.addWidget(self.heading, 1)
        self.outer.addLayout(row)

    def _build_foot(self) -> None:
        say = self.ui.say
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.tick_button = button(say("ui.answers.tick"), self.tick, "primary")
        self.files = {
            form: button(say(f"ui.answers.{form}"), partial(self.hand_out, form))
            for form in (CSV, PAPER, FHIR)
        }
        foot.addWidget(self.tick_button)
        foot.addStretch()
        for made in self.files.values():
            foot.addWidget(made)
        self.outer.addLayout(foot)

    def _columns(self) -> list[Column[AnswerLine]]:
        ui, say, tokens = self.ui, self.ui.say, self.ui.theme.tokens
        language = ui.texts.language

        def colour(line: AnswerLine) -> str:
            if line.answer is None:
                return tokens.muted
            return "" if line.entered_at is None else tokens.ok

        return [
            Column(say("ui.answers.time"), lambda line: time_words(line.start, language), colour, width=108),
            Column(say("ui.answers.name"), lambda line: clean(line.name), colour, stretch=True),
            Column(say("ui.answers.phone"), lambda line: clean(line.phone), colour, width=150),
            Column(say("ui.answers.with"), lambda line: clean(line.provider), colour, width=170),
            Column(say("ui.answers.answer"), self._answer, colour, width=150),
            Column(say("ui.answers.entered"), self._entered, colour, width=200),
        ]

    def _answer(self, line: AnswerLine) -> str:
        return self.ui.say(f"ui.answers.said-{line.answer.value if line.answer else 'none'}")

    def _entered(self, line: AnswerLine) -> str:
        if line.answer is None:
            return ""
        if line.entered_at is None:
            return self.ui.say("ui.answers.to-enter")
        if not line.entered_by:
            return self.ui.say("ui.answers.entered-import")
        return self.ui.say("ui.answers.entered-by", name=clean(line.entered_by))

    # --- looking -----------------------------------------------------------------------------

    def refresh(self) -> None:
        day = self._day
        self.call(lambda _: self.ui.office.list_answers(self._session, day), self.show_day)

    def step(self, days: int) -> None:
        """To another day; what was said of the last one goes."""
        if self._day is not None:
            self._day += timedelta(days=days)
            self.notice.clear()
            self.refresh()

    def show_day(self, shown: AnswersShown) -> None:
        """The row in focus stays the one of the same visit where it is still there."""
        chosen = self._chosen()
        self._day, self._may_enter = shown.day, shown.may_enter
        texts = self.ui.texts
        counts = [
            texts.count(f"ui.answers.count-{name}", number)
            for name, number in (
                ("confirmed", shown.confirmed),
                ("declined", shown.declined),
                ("silent", shown.silent),
                ("left", shown.left),
            )
            if number
        ]
        self.heading.setText("  ·  ".join([day_words(shown.day, texts.language), *counts]))
        self.rows.show(shown.lines)
        self.view.setVisible(bool(shown.lines))
        self.empty.setVisible(not shown.lines)
        for made in self.files.values():
            made.setEnabled(shown.may_export and bool(shown.lines))
        visits = [line.appointment for line in shown.lines]
        at = visits.index(chosen.appointment) if chosen and chosen.appointment in visits else 0
        self.view.selectRow(at)
        self._choose(at)

    def _chosen(self) -> AnswerLine | None:
        at = self.view.currentIndex().row()
        return self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None

    def _choose(self, at: int) -> None:
        line = self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None
        known = line is not None and line.answer is not None
        entered = line is not None and line.entered_at is not None
        self.tick_button.setText(self.ui.say("ui.answers.untick" if entered else "ui.answers.tick"))
        self.tick_button.setEnabled(self._may_enter and known)

    # --- ticking and handing out ---------------------------------------------------------------

    def tick(self) -> None:
        """Entered in the schedule, or not after all."""
        line = self._chosen()
        if line is None or not self.tick_button.isEnabled():
            return
        mark = AnswerMark(line.appointment, line.occurrence, line.entered_at is None, line.answer)
        self.notice.clear()
        self.call(lambda _: self.ui.office.mark_answer(self._session, mark), self.show_day)

    def hand_out(self, form: str) -> None:
        day = self._day
        self.notice.clear()
        self.call(lambda _: self.ui.office.answers_file(self._session, day, form), self._save)

    def _save(self, made: AnswersFile) -> None:
        save_paper(self, self.ui, made.data, made.name, "ui.answers.saved", self.notice.show_words)

"""Visits of a day or a week; one is chosen and moved, cancelled or marked below the list."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QDate
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from desktop.models.accounts import Session
from desktop.models.records import VisitStatus
from desktop.office.values_facts import VisitLine, VisitQuery, VisitsShown
from desktop.texts import clean
from desktop.ui.audit.inputs import day_input
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.buttonline import ButtonLine
from desktop.ui.icons import icon
from desktop.ui.navigation import Navigation
from desktop.ui.table import Column, Rows, table
from desktop.ui.visits import words
from desktop.ui.visits.actions import VisitActions

DAY, WEEK = "day", "week"
_WEEK = 7


class VisitsPage(Page):
    """Opens on today, by the practice's clock; arrows go a day or a week back and on."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.visits.title"))
        self._session, self._navigation = session, navigation
        self._first: date | None = None
        self._asked = 0
        self._none = ""
        self.title.hide()
        say = ui.say
        self.span = ButtonLine(say("ui.visits.span"), lambda _: self._look())
        for code in (DAY, WEEK):
            self.span.add(code, say(f"ui.visits.span-{code}"))
        self.span.buttons[DAY].setChecked(True)
        muted = ui.theme.tokens.muted
        self.back = button("", lambda: self.step(-1))
        self.back.setIcon(icon("chevron-left", muted))
        self.back.setAccessibleName(say("ui.visits.earlier"))
        self.on = button("", lambda: self.step(1))
        self.on.setIcon(icon("chevron-right", muted))
        self.on.setAccessibleName(say("ui.visits.later"))
        self.day = day_input(say("ui.visits.day"), QDate(2000, 1, 1), ui.texts.language)
        self.day.setCalendarPopup(False)
        self.day.editingFinished.connect(self._typed)
        self.today = button(say("ui.visits.today"), self.go_today)
        self.add_button = button(say("ui.visits.add"), lambda: self.ways.add(), "primary")
        row = QHBoxLayout()
        row.setSpacing(8)
        for one in (self.back, self.day, self.on, self.today):
            row.addWidget(one)
        row.addSpacing(8)
        row.addWidget(self.span, 1)
        row.addWidget(self.add_button)
        self.outer.addLayout(row)
        self.rows = Rows[VisitLine](self._columns())
        self.list = table(self.rows, say("ui.visits.title"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.list.doubleClicked.connect(lambda _: self.open_person())
        for key in ("Return", "Enter"):
            QShortcut(QKeySequence(key), self.list).activated.connect(self.open_person)
        self.outer.addWidget(self.list, 1)
        self.empty = plain_label("", "muted", wrap=True)
        self.outer.addWidget(self.empty)
        self.ways = VisitActions(ui, session)
        self.ways.changed.connect(self._changed)
        self.ways.failed.connect(self.show_error)
        self.open_button = button(say("ui.visits.open"), self.open_person)
        foot = QHBoxLayout()
        foot.addWidget(self.ways, 1)
        foot.addWidget(self.open_button)
        self.outer.addLayout(foot)
        self._choose(-1)

    def _columns(self) -> tuple[Column[VisitLine], ...]:
        ui, say, tokens = self.ui, self.ui.say, self.ui.theme.tokens

        def colour(line: VisitLine) -> str:
            return "" if line.visit.status is VisitStatus.BOOKED else tokens.muted

        return (
            Column(say("ui.visits.day"), lambda line: words.day_of(ui, line), colour, width=104),
            Column(say("ui.visits.time"), lambda line: words.time_of(ui, line), colour, width=108),
            Column(say("ui.visits.person"), lambda line: clean(line.name), colour, stretch=True),
            Column(say("ui.visits.what"), words.what, colour, stretch=True),
            Column(say("ui.visits.status"), lambda line: words.status(ui, line), colour, width=130),
            Column(say("ui.visits.reminder"), lambda line: words.reminder(ui, line), colour, width=150),
        )

    # --- looking -------------------------------------------------------------------------------

    def refresh(self) -> None:
        self._look()

    def step(self, by: int) -> None:
        """A day, or a week, on or back."""
        if self._first is not None:
            self._first += by * timedelta(days=self._days)
            self._look()

    def go_today(self) -> None:
        self._first = None
        self._look()

    @property
    def _days(self) -> int:
        return _WEEK if self.span.chosen == WEEK else 1

    def _typed(self) -> None:
        picked = self.day.date()
        day = date(picked.year(), picked.month(), picked.day())
        if self._first is not None and day != self._first:
            self._first = day
            self._look()

    def _look(self) -> None:
        query = VisitQuery(self._first, self._days)
        self._asked += 1
        asked = self._asked

        def done(shown: VisitsShown) -> None:
            if asked == self._asked:
                self._show(shown)

        self.call(lambda _: self.ui.office.list_visits(self._session, query), done)

    def _show(self, shown: VisitsShown) -> None:
        self._first = shown.first
        self.day.setDate(QDate(shown.first.year, shown.first.month, shown.first.day))
        self.list.setColumnHidden(0, shown.days == 1)
        self.rows.show(shown.lines)
        self.add_button.setVisible(shown.can_change)
        self.ways.show_list(shown)
        self._none = "" if shown.lines else f"ui.visits.none-{DAY if shown.days == 1 else WEEK}"
        self.list.setVisible(bool(shown.lines))
        self._choose(self.list.currentIndex().row())

    def _choose(self, row: int) -> None:
        """What can be done stands below the list; before anything is chosen, that one can choose."""
        line = self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None
        self.ways.choose(line)
        self.open_button.setVisible(line is not None)
        hint = "ui.visits.choose" if self.ways.can_change else ""
        code = self._none or ("" if line is not None else hint)
        self.empty.setText(self.ui.say(code) if code else "")
        self.empty.setVisible(bool(code))

    def open_person(self) -> None:
        """The page of whoever the chosen visit is of."""
        if self.ways.line is not None:
            self._navigation.person(self.ways.line.visit.person)

    def _changed(self, said: str) -> None:
        self.notice.show_words(said, "ok")
        self._look()

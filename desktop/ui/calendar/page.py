"""The calendar: a month on the left; the day's letters, its free visits and the season on the right."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_calendar import (
    CalendarDay,
    CalendarLetters,
    CalendarShown,
    Season,
    SlotsRequest,
)
from desktop.texts import clean
from desktop.ui.audit.inputs import number_input
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.calendar.grid import MonthGrid, month_after
from desktop.ui.calendar.season import Seasons, planned
from desktop.ui.dates import day_words
from desktop.ui.icons import icon
from desktop.ui.navigation import Navigation

_UNKNOWN = -1
_MOST = 999
_WIDTH = 288


class CalendarPage(Page):
    """Opens on this month; a day's letters stand beside it in words."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.calendar.title"))
        self._session, self._navigation = session, navigation
        self._month: date | None = None
        self._day: date | None = None
        self.shown: CalendarShown | None = None
        self.title.hide()
        self.outer.setContentsMargins(0, 0, 0, 0)
        self._build_head()
        self.grid = MonthGrid(ui)
        self.grid.chosen.connect(self._show_day)
        self.grid.turned.connect(self.turn)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.grid, 1)
        row.addWidget(self._beside())
        self.outer.addLayout(row, 1)

    def _build_head(self) -> None:
        say, muted = self.ui.say, self.ui.theme.tokens.muted
        row = QHBoxLayout()
        row.setSpacing(8)
        self.back = button("", lambda: self.turn(-1))
        self.back.setIcon(icon("chevron-left", muted))
        self.back.setAccessibleName(say("ui.calendar.earlier"))
        self.on = button("", lambda: self.turn(1))
        self.on.setIcon(icon("chevron-right", muted))
        self.on.setAccessibleName(say("ui.calendar.later"))
        self.heading = plain_label("", "heading")
        for one in (self.back, self.on):
            row.addWidget(one)
        row.addWidget(self.heading, 1)
        self.outer.addLayout(row)

    def _beside(self) -> QWidget:
        say = self.ui.say
        frame, column = card()
        frame.setFixedWidth(_WIDTH)
        self.day_title = plain_label("", "heading", wrap=True)
        self.letters = plain_label("", wrap=True)
        column.addWidget(self.day_title)
        column.addWidget(self.letters)
        column.addLayout(self._slots())
        column.addWidget(plain_label(say("ui.calendar.free-hint"), "muted", wrap=True))
        column.addWidget(plain_label(say("ui.calendar.seasons"), "heading"))
        self.seasons = Seasons(self.ui, self.plan)
        column.addWidget(self.seasons)
        column.addStretch()
        return frame

    def _slots(self) -> QVBoxLayout:
        say = self.ui.say
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(plain_label(say("ui.calendar.free")))
        self.type = QComboBox()
        self.type.setAccessibleName(say("ui.times.type"))
        self.type.currentIndexChanged.connect(lambda _: self._show_free())
        column.addWidget(self.type)
        row = QHBoxLayout()
        self.free = number_input(say("ui.calendar.free"), _UNKNOWN, _MOST)
        self.free.setSpecialValueText(say("ui.calendar.free-unknown"))
        self.keep_button = button(say("ui.calendar.keep"), self.keep)
        row.addWidget(self.free, 1)
        row.addWidget(self.keep_button)
        column.addLayout(row)
        return column

    # --- looking -------------------------------------------------------------------------------

    def refresh(self) -> None:
        month = self._month
        self.call(lambda _: self.ui.office.show_calendar(self._session, month), self.show_month)

    def turn(self, months: int) -> None:
        if self.shown is not None:
            self._month, self._day = month_after(self.shown.first, months), None
            self.notice.clear()
            self.refresh()

    def show_month(self, shown: CalendarShown) -> None:
        self.shown, self._month = shown, shown.first
        say, language = self.ui.say, self.ui.texts.language
        month = QLocale(language).standaloneMonthName(shown.first.month)
        self.heading.setText(say("ui.calendar.month", month=month.capitalize(), year=shown.first.year))
        chosen = self.type.currentData()
        self.type.blockSignals(True)
        self.type.clear()
        self.type.addItem(say("ui.times.every"), "")
        for name in shown.visit_types:
            self.type.addItem(clean(name), name)
        self.type.setCurrentIndex(max(0, self.type.findData(chosen)))
        self.type.blockSignals(False)
        self.seasons.show_seasons(shown.seasons, may_plan=shown.may_plan)
        days = {one.day for one in shown.days}
        first = shown.today if shown.today in days else shown.first
        self.grid.show_month(shown, self._day if self._day in days else first)

    def plan(self, season: Season) -> None:
        """The campaign of an occasion, as far as the practice has what it needs, opened to go on with."""
        self.notice.clear()
        self.call(lambda _: planned(self.ui, self._session, season), self._navigation.campaign)

    def _show_day(self, day: CalendarDay) -> None:
        self._day = day.day
        self.day_title.setText(day_words(day.day, self.ui.texts.language))
        lines = [self._line(one) for one in day.letters]
        self.letters.setText("\n".join(lines) or self.ui.say("ui.calendar.nothing"))
        may = self.shown is not None and self.shown.may_set and day.day >= self.shown.today
        for one in (self.free, self.keep_button, self.type):
            one.setEnabled(may)
        self._show_free()

    def _line(self, one: CalendarLetters) -> str:
        name = clean(one.name) if one.campaign is not None else self.ui.say("ui.calendar.reminders")
        return self.ui.say("ui.calendar.line", name=name, planned=one.planned, gone=one.gone)

    def _show_free(self) -> None:
        day = self.grid.days.get(self._day) if self._day is not None else None
        wanted = str(self.type.currentData() or "")
        slots = {line.visit_type: line.free for line in day.slots} if day is not None else {}
        self.free.setValue(slots.get(wanted, _UNKNOWN))

    def keep(self) -> None:
        """What can still be taken on the day in front; the least value forgets what was said."""
        if self._day is None:
            return
        said = None if self.free.value() == _UNKNOWN else self.free.value()
        request = SlotsRequest((self._day,), said, str(self.type.currentData() or ""))
        self.notice.clear()
        self.call(lambda _: self.ui.office.set_slots(self._session, request), self.show_month)

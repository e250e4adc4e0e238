"""A month as a grid of days: arrows go from day to day, Page Up and Page Down from month to month."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from desktop.office.values_calendar import CalendarDay, CalendarShown
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import day_words

_WEEK = 7
_SUNDAY_FIRST = {"en": 1, "es": 0}
"""Days before Monday that a week begins, by language, as calendars of the United States are printed."""
_DAY_ROLE = Qt.ItemDataRole.UserRole


class MonthGrid(QTableWidget):
    """`chosen` tells the day in front, `turned` that another month is wanted (-1 or 1)."""

    chosen = Signal(object)
    turned = Signal(int)

    def __init__(self, ui: Ui) -> None:
        super().__init__(0, _WEEK)
        self.ui = ui
        self.days: dict[date, CalendarDay] = {}
        self.setAccessibleName(ui.say("ui.calendar.grid"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setStyleSheet("::item { padding: 2px 4px; }")
        self.verticalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setMinimumSectionSize(54)
        self._early = _SUNDAY_FIRST.get(ui.texts.language, 0)
        locale = QLocale(ui.texts.language)
        names = [
            locale.dayName((at - self._early) % _WEEK + 1, QLocale.FormatType.ShortFormat) for at in range(7)
        ]
        self.setHorizontalHeaderLabels(names)
        self.currentItemChanged.connect(lambda now, _: self._tell(now))

    def show_month(self, shown: CalendarShown, day: date) -> None:
        """`day` is in front."""
        self.days = {one.day: one for one in shown.days}
        lead = (shown.first.weekday() + self._early) % _WEEK
        self.blockSignals(True)
        self.clearContents()
        self.setRowCount((lead + len(shown.days) + _WEEK - 1) // _WEEK)
        for at, one in enumerate(shown.days, lead):
            self.setItem(at // _WEEK, at % _WEEK, self._item(one, shown.today))
        self.blockSignals(False)
        at = lead + (day - shown.first).days
        self.setCurrentCell(at // _WEEK, at % _WEEK)
        self._tell(self.currentItem())

    def _item(self, one: CalendarDay, today: date) -> QTableWidgetItem:
        count, tokens = self.ui.texts.count, self.ui.theme.tokens
        letters = sum(line.planned + line.gone for line in one.letters)
        parts = [
            ", ".join(clean(line.name) for line in one.letters if line.campaign is not None),
            count("ui.calendar.letters", letters) if letters else "",
            count("ui.calendar.visits", one.visits) if one.visits else "",
            count("ui.calendar.free-count", one.free) if one.free is not None else "",
            self.ui.say("ui.calendar.closed") if one.closed else "",
        ]
        told = [part for part in parts if part]
        item = QTableWidgetItem("\n".join([str(one.day.day), *told]))
        item.setData(_DAY_ROLE, QDate(one.day.year, one.day.month, one.day.day))
        item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        said = ", ".join([day_words(one.day, self.ui.texts.language), *told])
        item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        item.setToolTip(said)
        if one.day == today:
            font = item.font()
            font.setBold(True)
            item.setFont(font)
        if one.closed or one.day < today:
            item.setForeground(QBrush(QColor(tokens.muted)))
        return item

    def _tell(self, item: QTableWidgetItem | None) -> None:
        day = item.data(_DAY_ROLE) if item is not None else None
        if isinstance(day, QDate):
            self.chosen.emit(self.days[date(day.year(), day.month(), day.day())])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        turn = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
        if turn is not None:
            self.turned.emit(turn)
            return
        super().keyPressEvent(event)


def month_after(first: date, months: int) -> date:
    """The first day of the month so many months on, at most one."""
    return (
        (first + timedelta(days=31)).replace(day=1)
        if months > 0
        else (first - timedelta(days=1)).replace(day=1)
    )

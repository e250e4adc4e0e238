"""From how many on, and within which time, something stands out; and the opening hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_audit import OpeningHours, RuleLine
from desktop.ui.audit.alerts import severity_colour
from desktop.ui.audit.inputs import number_input
from desktop.ui.audit.words import may_change
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table

T = TypeVar("T")
_MOST = 100_000
_HOUR, _DAY = 60, 24 * 60
_UNITS = (("minutes", 1, 59), ("hours", _HOUR, 48), ("days", _DAY, 30))
_WEEK = range(1, 8)
_HOURS = 24


class RulesSection(Page):
    """A table, the chosen rule below it, and the opening hours. What was before a change counts no more."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._changes = may_change(session.role)
        self.line: RuleLine | None = None
        say = ui.say
        self.rows = Rows[RuleLine](
            [
                Column(say("ui.alerts.what"), lambda one: say(f"alert.{one.rule}"), stretch=True),
                Column(
                    say("ui.alerts.severity"),
                    lambda one: say(f"alert.severity.{one.severity}"),
                    lambda one: severity_colour(ui, one.severity),
                    width=112,
                ),
                Column(say("ui.rules.least"), lambda one: str(one.least), width=96),
                Column(say("ui.rules.within"), lambda one: window_words(ui, one.minutes), width=104),
                Column(
                    say("ui.rules.set-by"),
                    lambda one: say("ui.rules.practice" if one.changed else "ui.rules.program"),
                    width=120,
                ),
            ]
        )
        self.view = table(self.rows, say("ui.rules.list"))
        self.view.selectionModel().currentRowChanged.connect(lambda now, _: self._open(now.row()))
        self.outer.addWidget(self.view, 1)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self._rule_card(), 1)
        below.addWidget(self._hours_card(), 1)
        self.outer.addLayout(below)

    def _rule_card(self) -> QWidget:
        self.rule, column = card()
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(10)
        self.words = plain_label("", "label", wrap=True)
        column.addWidget(self.words)
        row = QHBoxLayout()
        self.least = number_input(self.ui.say("ui.rules.least"), 1, _MOST)
        self.number = number_input(self.ui.say("ui.rules.within"), 1, 59)
        self.unit = QComboBox()
        self.unit.setAccessibleName(self.ui.say("ui.rules.unit"))
        for code, _, _ in _UNITS:
            self.unit.addItem(self.ui.say(f"ui.rules.{code}"), code)
        self.unit.currentIndexChanged.connect(lambda at: self.number.setMaximum(_UNITS[at][2]))
        row.addWidget(plain_label(self.ui.say("ui.rules.from"), "muted"))
        row.addWidget(self.least)
        row.addWidget(plain_label(self.ui.say("ui.rules.in"), "muted"))
        row.addWidget(self.number)
        row.addWidget(self.unit)
        row.addStretch()
        column.addLayout(row)
        column.addWidget(plain_label(self.ui.say("ui.rules.from-now"), "muted", wrap=True))
        self.save_rule = button(self.ui.say("ui.rules.save"), self._save_rule)
        foot = QHBoxLayout()
        foot.addWidget(self.save_rule)
        foot.addStretch()
        column.addStretch()
        column.addLayout(foot)
        for one in (self.least, self.number, self.unit):
            one.setEnabled(self._changes)
        self.save_rule.setVisible(self._changes)
        return self.rule

    def _hours_card(self) -> QWidget:
        frame, column = card()
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(10)
        column.addWidget(plain_label(self.ui.say("ui.hours.title"), "label", wrap=True))
        row = QHBoxLayout()
        self.first = number_input(self.ui.say("ui.hours.first"), 0, _HOURS - 1)
        self.last = number_input(self.ui.say("ui.hours.last"), 1, _HOURS)
        for one in (self.first, self.last):
            one.setSuffix(":00")
            label = plain_label(one.accessibleName(), "muted")
            label.setBuddy(one)
            row.addWidget(label)
            row.addWidget(one)
        row.addStretch()
        column.addLayout(row)
        days = QHBoxLayout()
        days.setSpacing(10)
        self.days = {day: QCheckBox(self.ui.say(f"ui.hours.day-{day}")) for day in _WEEK}
        for day, box in self.days.items():
            box.setAccessibleName(self.ui.say(f"ui.hours.weekday-{day}"))
            box.setEnabled(self._changes)
            days.addWidget(box)
        days.addStretch()
        column.addLayout(days)
        self.save_hours = button(self.ui.say("ui.hours.save"), self._save_hours)
        foot = QHBoxLayout()
        foot.addWidget(self.save_hours)
        foot.addStretch()
        column.addStretch()
        column.addLayout(foot)
        for one in (self.first, self.last):
            one.setEnabled(self._changes)
        self.save_hours.setVisible(self._changes)
        return frame

    # --- showing ----------------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_rules(self._session), self.show_rules)
        self.call(lambda _: self.ui.office.show_hours(self._session), self.show_hours)

    def show_rules(self, lines: tuple[RuleLine, ...]) -> None:
        chosen = self.line.rule if self.line is not None else ""
        self.rows.show(lines)
        at = next((row for row, one in enumerate(lines) if one.rule == chosen), 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.view.selectionModel().setCurrentIndex(self.rows.index(at, 0), flags)
        self._open(at)

    def _open(self, row: int) -> None:
        self.line = line = self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None
        self.rule.setVisible(line is not None)
        if line is None:
            return
        self.words.setText(self.ui.say(f"alert.{line.rule}"))
        self.least.setValue(line.least)
        at = _unit_of(line.minutes)
        self.unit.setCurrentIndex(at)
        self.number.setMaximum(_UNITS[at][2])
        self.number.setValue(line.minutes // _UNITS[at][1])

    def show_hours(self, hours: OpeningHours) -> None:
        self.first.setValue(hours.first)
        self.last.setValue(hours.last)
        for day, box in self.days.items():
            box.setChecked(day in hours.days)

    # --- changing ---------------------------------------------------------------------------

    def _save_rule(self) -> None:
        if self.line is None:
            return
        minutes = self.number.value() * _UNITS[self.unit.currentIndex()][1]
        rule = replace(self.line, least=self.least.value(), minutes=minutes)
        self._save(lambda: self.ui.office.set_rule(self._session, rule), self.show_rules)

    def _save_hours(self) -> None:
        days = tuple(day for day, box in self.days.items() if box.isChecked())
        hours = OpeningHours(self.first.value(), self.last.value(), days)
        self._save(lambda: self.ui.office.set_hours(self._session, hours), self.show_hours)

    def _save(self, work: Callable[[], T], show: Callable[[T], None]) -> None:
        def done(answer: T) -> None:
            show(answer)
            self.notice.show_words(self.ui.say("ui.rules.saved"), "ok")

        self.notice.clear()
        proved(self, self.ui, self._session, Purpose.USERS, lambda _: work(), done, self.show_error)


def window_words(ui: Ui, minutes: int) -> str:
    """Such as "1 hour" or "3 days"."""
    code, size, _ = _UNITS[_unit_of(minutes)]
    return ui.texts.count(f"ui.rules.n-{code}", minutes // size)


def _unit_of(minutes: int) -> int:
    """The largest unit that says it in whole numbers."""
    return max(at for at, (_, size, _) in enumerate(_UNITS) if at == 0 or minutes % size == 0)

"""When a campaign leaves: now or at an hour, within which hours and days, how fast, by free visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from functools import partial

from PySide6.QtCore import QDate, Qt, QTime, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.models.campaigning import CampaignSchedule
from desktop.ui.audit.inputs import day_input, number_input, time_input
from desktop.ui.base import Ui, plain_label
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.words import day_name

_DAYS = range(7)
_MOST = 100_000
_WIDTH = 160
"""For the words that stand for 0."""
_FIRST, _LAST = time(9), time(17)


class ScheduleForm(QWidget):
    """`changed` with each choice; what is kept of a schedule and not shown here stays as it is."""

    changed = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._kept = CampaignSchedule()
        self._showing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._build_start())
        column.addLayout(self._build_hours())
        column.addLayout(self._build_days())
        column.addLayout(self._build_pace())
        say = ui.say
        self.by_slots = QCheckBox(say("ui.campaigns.by-slots"))
        self.again = QCheckBox(say("ui.campaigns.again"))
        for one in (self.by_slots, self.again):
            one.toggled.connect(self._tell)
            column.addWidget(one)

    def _build_start(self) -> QHBoxLayout:
        say = self.ui.say
        self.now = QRadioButton(say("ui.campaigns.start-now"))
        self.later = QRadioButton(say("ui.campaigns.start-at"))
        self._start = QButtonGroup(self)
        self.day = day_input(say("ui.campaigns.start-day"), QDate.currentDate(), self.ui.texts.language)
        self.hour = self._hour("start-hour", _FIRST)
        row = QHBoxLayout()
        for one in (self.now, self.later):
            self._start.addButton(one)
            row.addWidget(one)
        row.addWidget(self.day)
        row.addWidget(self.hour)
        row.addStretch()
        self.now.setChecked(True)
        self.later.toggled.connect(self._enable)
        self.day.dateChanged.connect(self._tell)
        self.hour.timeChanged.connect(self._tell)
        return row

    def _build_hours(self) -> QHBoxLayout:
        say = self.ui.say
        self.in_hours = QCheckBox(say("ui.campaigns.only-hours"))
        self.first = self._hour("first-hour", _FIRST)
        self.last = self._hour("last-hour", _LAST)
        row = QHBoxLayout()
        row.addWidget(self.in_hours)
        row.addWidget(self.first)
        row.addWidget(plain_label(say("ui.campaigns.to-hour")))
        row.addWidget(self.last)
        row.addStretch()
        self.in_hours.toggled.connect(self._enable)
        self.first.timeChanged.connect(self._tell)
        self.last.timeChanged.connect(self._tell)
        return row

    def _hour(self, name: str, at: time) -> QTimeEdit:
        return time_input(self.ui.say(f"ui.campaigns.{name}"), _qtime(at), self.ui.texts.language)

    def _build_days(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(plain_label(self.ui.say("ui.campaigns.on-days")))
        self.days: dict[int, QCheckBox] = {}
        for day in _DAYS:
            made = QCheckBox(day_name(self.ui, day))
            made.toggled.connect(partial(self._day, day))
            row.addWidget(made)
            self.days[day] = made
        row.addStretch()
        return row

    def _day(self, day: int, on: bool) -> None:
        """One day at least: none at all would read as never, and be kept as always."""
        if not on and not any(one.isChecked() for one in self.days.values()):
            self.days[day].setChecked(True)
            return
        self._tell()

    def _build_pace(self) -> QHBoxLayout:
        say = self.ui.say
        self.per_hour = _pace(say("ui.campaigns.per-hour"), say("ui.campaigns.pace-own"))
        self.per_domain = _pace(say("ui.campaigns.per-domain"), say("ui.campaigns.pace-none"))
        row = QHBoxLayout()
        for one in (self.per_hour, self.per_domain):
            label = plain_label(one.accessibleName())
            label.setBuddy(one)
            row.addWidget(label)
            row.addWidget(one)
            one.valueChanged.connect(self._tell)
        row.addStretch()
        return row

    # --- the values ---------------------------------------------------------------------------

    def show_schedule(self, kept: CampaignSchedule) -> None:
        self._kept, self._showing = kept, True
        zone = kept.starts.tzinfo if kept.starts is not None else None
        starts = kept.starts or self.ui.clock.now().astimezone(zone)
        local = starts.astimezone()
        self.day.setDate(QDate(local.year, local.month, local.day))
        self.hour.setTime(QTime(local.hour, local.minute) if kept.starts is not None else QTime(9, 0))
        (self.later if kept.starts is not None else self.now).setChecked(True)
        self.in_hours.setChecked(kept.first is not None)
        self.first.setTime(_qtime(kept.first or _FIRST))
        self.last.setTime(_qtime(kept.last or _LAST))
        for day, made in self.days.items():
            made.setChecked(not kept.days or day in kept.days)
        self.per_hour.setValue(kept.per_hour)
        self.per_domain.setValue(kept.per_domain_hour)
        self.by_slots.setChecked(kept.by_slots)
        self.again.setChecked(kept.resend_uncertain)
        self._showing = False
        self._enable()

    def draft(self, before: Draft) -> Draft:
        return replace(before, schedule=self.schedule())

    def schedule(self) -> CampaignSchedule:
        chosen = tuple(day for day, made in self.days.items() if made.isChecked())
        within = self.in_hours.isChecked()
        return replace(
            self._kept,
            starts=self._starts(),
            first=_time(self.first.time()) if within else None,
            last=_time(self.last.time()) if within else None,
            days=() if len(chosen) == len(self.days) else chosen,
            per_hour=self.per_hour.value(),
            per_domain_hour=self.per_domain.value(),
            by_slots=self.by_slots.isChecked(),
            resend_uncertain=self.again.isChecked(),
        )

    def _starts(self) -> datetime | None:
        """The kept moment itself while nobody chose another minute."""
        if not self.later.isChecked():
            return None
        day, hour = self.day.date(), self.hour.time()
        local = datetime(day.year(), day.month(), day.day(), hour.hour(), hour.minute()).astimezone()
        kept = self._kept.starts
        return kept if kept is not None and kept.replace(second=0, microsecond=0) == local else local

    def _enable(self) -> None:
        for one in (self.day, self.hour):
            one.setEnabled(self.later.isChecked() and self.isEnabled())
        for one in (self.first, self.last):
            one.setEnabled(self.in_hours.isChecked() and self.isEnabled())
        self._tell()

    def _tell(self) -> None:
        if not self._showing:
            self.changed.emit()


def _pace(name: str, none: str) -> QSpinBox:
    """0 is said in words."""
    made = number_input(name, 0, _MOST)
    made.setSingleStep(10)
    made.setSpecialValueText(none)
    made.setMinimumWidth(_WIDTH)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made


def _qtime(at: time) -> QTime:
    return QTime(at.hour, at.minute)


def _time(at: QTime) -> time:
    return time(at.hour(), at.minute())

"""What of the log is shown: period, user, kind of event, outcome, person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from PySide6.QtCore import QDate, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Session, UserId
from desktop.models.filters import AuditFilter
from desktop.office.values_access import UserLine
from desktop.office.values_audit import EVENT_GROUPS
from desktop.texts import clean
from desktop.ui.audit.inputs import day_input
from desktop.ui.audit.personfield import PersonField
from desktop.ui.audit.words import OUTCOMES, SYSTEM, date_of, outcome_words
from desktop.ui.base import Ui, button, plain_label

ALL, CHOSEN = "all", "chosen"
PERIODS = (ALL, "today", "week", "month", "year", CHOSEN)
_DAYS = {"today": 1, "week": 7, "month": 30, "year": 365}


class FilterBar(QWidget):
    """One row, and a second one for two dates; every change is told at once by `changed`."""

    changed = Signal()

    def __init__(self, ui: Ui, session: Session, *, people: bool) -> None:
        """`people`: whether this role may search for people."""
        super().__init__()
        self.ui = ui
        self.zone: tzinfo | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        outer.addLayout(row)
        self.period = self._box("period", [(ui.say(f"ui.filter.{code}"), code) for code in PERIODS])
        self.user = self._box("user", [(ui.say("ui.filter.any-user"), ""), (ui.say("report.system"), SYSTEM)])
        groups = [(ui.say(f"digest.{code}"), code) for code in EVENT_GROUPS]
        self.group = self._box("what", [(ui.say("ui.filter.anything"), ""), *groups])
        outcomes = [(outcome_words(ui, code), code) for code in OUTCOMES]
        self.outcome = self._box("outcome", [(ui.say("ui.filter.any-outcome"), ""), *outcomes])
        for box in (self.period, self.user, self.group, self.outcome):
            row.addWidget(box, 1)
        self.person = PersonField(ui, session, ui.say("ui.filter.person"))
        self.person.changed.connect(self._told)
        row.addWidget(self.person, 1)
        self.person.setVisible(people)
        self.reset = button(ui.say("ui.filter.reset"), self.clear, "link")
        self.reset.hide()
        row.addWidget(self.reset)
        self.dates = self._dates()
        outer.addWidget(self.dates)
        self.period.currentIndexChanged.connect(lambda _: self.dates.setVisible(self._period == CHOSEN))

    def _box(self, code: str, choices: Iterable[tuple[str, str]]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(self.ui.say(f"ui.filter.{code}"))
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(9)
        for words, data in choices:
            made.addItem(words, data)
        made.currentIndexChanged.connect(lambda _: self._told())
        return made

    def _dates(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        today = _qdate(self.ui.clock.now().astimezone().date())
        self.first = day_input(self.ui.say("ui.filter.first"), today.addDays(-6), self.ui.texts.language)
        self.last = day_input(self.ui.say("ui.filter.last"), today, self.ui.texts.language)
        for one, code in ((self.first, "first"), (self.last, "last")):
            label = plain_label(self.ui.say(f"ui.filter.{code}"), "muted")
            label.setBuddy(one)
            row.addWidget(label)
            row.addWidget(one)
            one.dateChanged.connect(lambda _: self._told())
        row.addStretch()
        made.hide()
        return made

    @property
    def _period(self) -> str:
        return str(self.period.currentData())

    def _told(self) -> None:
        self.reset.setVisible(self.wanted() != AuditFilter())
        self.changed.emit()

    # --- what is asked for ---------------------------------------------------------------

    def wanted(self) -> AuditFilter:
        since, until = self._range()
        group = str(self.group.currentData())
        return AuditFilter(
            since=since,
            until=until,
            actor=UserId(str(self.user.currentData())) if self.user.currentData() else None,
            person=self.person.chosen,
            acts=EVENT_GROUPS.get(group, ()),
            outcome=str(self.outcome.currentData()) or None,
        )

    def _range(self) -> tuple[datetime | None, datetime | None]:
        """From midnight of the first day to midnight behind the last, on the practice's clock."""
        if self._period == ALL:
            return None, None
        if self._period == CHOSEN:
            first, last = date_of(self.first.date()), date_of(self.last.date())
            first, last = min(first, last), max(first, last)
            return self._midnight(first), self._midnight(last + timedelta(days=1))
        today = self.ui.clock.now().astimezone(self.zone).date()
        return self._midnight(today - timedelta(days=_DAYS[self._period] - 1)), None

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def words(self) -> str:
        """The filter in one line; empty where everything is shown."""
        boxes = [box for box in (self.period, self.user, self.group, self.outcome) if box.currentIndex() > 0]
        parts = [box.currentText() for box in boxes]
        if self._period == CHOSEN:
            days = self.ui.say("ui.filter.between", first=self.first.text(), last=self.last.text())
            parts[0] = days
        if self.person.chosen is not None:
            parts.append(self.person.text())
        return " · ".join(parts)

    # --- from outside ----------------------------------------------------------------------

    def show_users(self, users: Iterable[UserLine]) -> None:
        """Offer them; what is chosen stays."""
        blocked = QSignalBlocker(self.user)
        chosen = self.user.currentData()
        while self.user.count() > 2:
            self.user.removeItem(2)
        for one in sorted(users, key=lambda line: line.name.casefold()):
            self.user.addItem(clean(one.name), str(one.id))
        self.user.setCurrentIndex(max(0, self.user.findData(chosen)))
        del blocked

    def clear(self) -> None:
        """Everything again, told once."""
        self._set(0, 0, 0, 0)
        self.person.setText("")
        self._told()

    def show_group(self, group: str, period: str = "week") -> None:
        """One kind of event of one period."""
        self.person.setText("")
        self._set(self.period.findData(period), 0, self.group.findData(group), 0)
        self._told()

    def _set(self, *rows: int) -> None:
        for box, row in zip((self.period, self.user, self.group, self.outcome), rows, strict=True):
            blocked = QSignalBlocker(box)
            box.setCurrentIndex(max(0, row))
            del blocked
        self.dates.setVisible(self._period == CHOSEN)


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)

"""Who gets a reminder, how, and who does not and why; then one button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.frozen import dataclass
from desktop.models.campaigning import WindowKind
from desktop.models.records import AppointmentId, PersonId
from desktop.office.values import ExcludedLine, Explained, PersonShown, ReminderLine, ReminderPlan
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import day_words, near_words, time_words
from desktop.ui.decision.beside import Beside
from desktop.ui.decision.card import DecisionCard
from desktop.ui.decision.words import reason_words
from desktop.ui.reminders.drill import ALL, GROUPS, NEED, SETTLED, CountLine
from desktop.ui.table import Column, Rows, table

_TIME, _LEAVES, _HOW, _WHY, _FIX = 0, 2, 3, 4, 5
"""Columns; the opened card says why, and what would help, better."""
_MOST_FIXES = 300
"""Rows with a button of their own; those who need somebody stand first."""
_ORDER = (NEED, "", SETTLED)
_TIME_WIDTH, _DAY_WIDTH = 100, 152
DROP = "drop"


@dataclass(frozen=True)
class Line:
    """One visit: who, and how the reminder goes or why it does not."""

    visit: AppointmentId
    start: datetime
    person: PersonId
    name: str
    how: str
    why: str
    group: str
    leaves: str = ""
    """At which hour; '' at once."""
    fix: str = ""

    @property
    def place(self) -> tuple[int, datetime]:
        """Who needs somebody stands first, who needs nothing last."""
        return _ORDER.index(self.group if self.group in _ORDER else ""), self.start


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
        on_fix: Callable[[Line], None],
        card: DecisionCard,
    ) -> None:
        super().__init__()
        self.ui = ui
        self._on_fix = on_fix
        self.fixes: dict[int, QPushButton] = {}
        self.day: date | None = None
        self._lines: list[Line] = []
        self._ready = 0
        self._timed, self._dated = False, False
        self._zone = ZoneInfo("UTC")
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
        QShortcut(QKeySequence("Ctrl+Return"), self.view).activated.connect(self.fix_current)
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
        colours = {NEED: tokens.warn, SETTLED: tokens.muted}
        return [
            Column(ui.say("ui.review.time"), self._start, width=_TIME_WIDTH),
            Column(ui.say("ui.review.name"), lambda line: line.name, width=150),
            Column(ui.say("ui.review.hour"), lambda line: line.leaves, width=_DAY_WIDTH),
            Column(
                ui.say("ui.review.how"),
                lambda line: line.how,
                colour=lambda line: colours.get(line.group, tokens.ok),
                width=172,
            ),
            Column(ui.say("ui.review.why"), lambda line: line.why, stretch=True),
            Column(ui.say("ui.review.fix"), lambda line: "", width=150),
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
        """Reminders plus excluded are all visits of the day, or all that is due by the end of another."""
        self.sending_ended()
        self.close_card()
        self.day = plan.day if plan.until is None else None
        self._zone = ZoneInfo(plan.zone)
        left = [self._left_out(line) for line in _once(plan.excluded)]
        goes = [line for one in plan.reminders for line in self._goes(one)]
        self._lines = sorted((*left, *self._with_doubles(goes)), key=lambda line: line.place)
        self._ready = len(plan.reminders)
        counts = Counter(line.group for line in self._lines)
        self.counts.show_counts(counts)
        self._timed = any(line.leaves for line in self._lines)
        self._dated = len({line.start.date() for line in self._lines}) > 1
        self.show_group(ALL)
        texts = self.ui.texts
        code = "ui.review.heading" if plan.until is None else "ui.review.heading-due"
        day = day_words(plan.until or plan.day, texts.language)
        words = [texts.count(code, len(self._lines), day=day)]
        families = sum(1 for one in plan.reminders if one.others)
        if families:
            words.append(texts.count("ui.review.families", families))
        self.heading.setText("  ·  ".join(words))
        self.send_button.setText(self.ui.texts.count("ui.review.send", self._ready))
        self.send_button.setEnabled(bool(self._ready))

    def _goes(self, one: ReminderLine) -> list[Line]:
        """A row for each visit of it; a family's further ones say whose letter they share."""
        why = " ".join(reason_words(self.ui, reason) for reason in one.reasons)
        why, leaves = self._said(one.kind, why), self._leaves(one.hour)
        how = self.ui.say(f"ui.method.{one.method.value}")
        first = clean(one.name)
        others = ", ".join(clean(other.name) for other in one.others)
        name = self.ui.say("ui.review.with-family", name=first, others=others) if others else first
        group = GROUPS[one.method]
        made = Line(one.appointment, one.start, one.person, name, how, why, group, leaves)
        shared = self.ui.say("ui.review.shares", name=first)
        return [
            made,
            *(
                Line(o.appointment, o.start, o.person, clean(o.name), how, shared, group, leaves)
                for o in one.others
            ),
        ]

    def _with_doubles(self, lines: list[Line]) -> list[Line]:
        """Two visits of one person on one day may be one that was moved: the wrong one can be dropped."""
        of_day: dict[tuple[PersonId, date], set[datetime]] = {}
        for line in lines:
            of_day.setdefault((line.person, line.start.date()), set()).add(line.start)
        made = []
        for line in lines:
            others = sorted(of_day[line.person, line.start.date()] - {line.start})
            times = ", ".join(time_words(one, self.ui.texts.language) for one in others)
            too = self.ui.say("ui.review.stands-too", times=times)
            made.append(replace(line, why=f"{too} {line.why}".strip(), fix=DROP) if others else line)
        return made

    def _left_out(self, one: ExcludedLine) -> Line:
        why, leaves = self._said(one.kind, reason_words(self.ui, one.reason)), self._leaves(one.hour)
        say = self.ui.say("ui.review.not-sent" if one.fix else "ui.review.no-need")
        group = NEED if one.fix else SETTLED
        return Line(one.appointment, one.start, one.person, clean(one.name), say, why, group, leaves, one.fix)

    def _start(self, line: Line) -> str:
        """With its day where there are several."""
        return (near_words if self._dated else time_words)(line.start, self.ui.texts.language)

    def _leaves(self, hour: datetime | None) -> str:
        """'' for what leaves when it is sent: most practices have nothing else."""
        if hour is None:
            return ""
        if hour <= self.ui.clock.now():
            return self.ui.say("ui.review.at-once")
        return near_words(hour.astimezone(self._zone), self.ui.texts.language)

    def _said(self, kind: WindowKind, why: str) -> str:
        """Before the reasons, what it is where it is no plain reminder."""
        if kind is WindowKind.REMINDER:
            return why
        return f"{self.ui.say(f'ui.review.what-{kind.value}')}. {why}".strip()

    def show_group(self, group: str) -> None:
        """The people of one count alone, or everybody."""
        self.close_card()
        self.rows.show([line for line in self._lines if group in (ALL, line.group)])
        self.view.setColumnHidden(_LEAVES, not self._timed)
        self.view.setColumnWidth(_TIME, _DAY_WIDTH if self._dated else _TIME_WIDTH)
        self._offer_fixes()

    def _offer_fixes(self) -> None:
        """A button in the row of whoever somebody can do something for."""
        self.fixes = {}
        for at, line in enumerate(self.rows.rows[:_MOST_FIXES]):
            if not line.fix:
                continue
            words = self.ui.say(f"ui.review.fix-{line.fix}")
            made = button(words, partial(self._on_fix, line), "link")
            made.setAccessibleName(f"{words}: {line.name}")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.view.setIndexWidget(self.rows.index(at, _FIX), made)
            self.fixes[at] = made
        self.view.setColumnHidden(_FIX, not self.fixes)

    def fix_current(self) -> None:
        """What the button of the row in front does, by Ctrl+Enter."""
        made = self.fixes.get(self.view.currentIndex().row())
        if made is not None:
            made.click()

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
        self.view.setColumnHidden(_FIX, not (shown and self.fixes))
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


def _once(lines: Iterable[ExcludedLine]) -> list[ExcludedLine]:
    """Of several times of one visit that all stay home for the same reason, the first."""
    first: dict[tuple[AppointmentId, str], ExcludedLine] = {}
    for line in lines:
        first.setdefault((line.appointment, line.reason.code), line)
    return list(first.values())

"""Who gets a reminder, how, and who does not and why; then one button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.models.records import Method
from desktop.office.values import ReminderPlan
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import day_words, time_words
from desktop.ui.table import Column, Rows, table


@dataclass(frozen=True)
class _Line:
    start: datetime
    name: str
    how: str
    why: str
    ready: bool


class ReviewView(QWidget):
    """Those who need somebody come first; the rest by the time of the visit."""

    def __init__(self, ui: Ui, *, on_send: Callable[[], None], on_back: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        self.day: date | None = None
        self._ready = 0
        self._cancel: Callable[[], None] = lambda: None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.heading = plain_label("", "heading", wrap=True)
        self.summary = plain_label("", "muted", wrap=True)
        column.addWidget(self.heading)
        column.addWidget(self.summary)
        tokens = ui.theme.tokens
        self.rows = Rows[_Line](
            [
                Column(
                    ui.say("ui.review.time"),
                    lambda line: time_words(line.start, ui.texts.language),
                    width=90,
                ),
                Column(ui.say("ui.review.name"), lambda line: line.name, width=185),
                Column(
                    ui.say("ui.review.how"),
                    lambda line: line.how,
                    colour=lambda line: tokens.ok if line.ready else tokens.warn,
                    width=195,
                ),
                Column(ui.say("ui.review.why"), lambda line: line.why, stretch=True),
            ]
        )
        self.view = table(self.rows, ui.say("ui.review.list"))
        column.addWidget(self.view, 1)
        foot = QHBoxLayout()
        self.back = button(ui.say("ui.back"), on_back)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(ui.say("ui.review.progress"))
        self.progress.hide()
        self.cancel_button = button(ui.say("ui.cancel"), lambda: self._cancel())
        self.cancel_button.hide()
        self.how = plain_label("", "muted")
        self.send_button = button("", on_send, "primary")
        foot.addWidget(self.back)
        foot.addStretch()
        foot.addWidget(self.how)
        foot.addWidget(self.progress)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.send_button)
        column.addLayout(foot)

    def show_plan(self, plan: ReminderPlan) -> None:
        """Reminders plus excluded are all visits of the day."""
        self.sending_ended()
        self.day = plan.day
        say = self.ui.say
        need = [
            _Line(e.start, clean(e.name), say("ui.review.not-sent"), self.ui.reason(e.reason), ready=False)
            for e in plan.excluded
        ]
        ready = [
            _Line(
                r.start,
                clean(r.name),
                say(f"ui.method.{r.method.value}"),
                " ".join(self.ui.reason(reason) for reason in r.reasons),
                ready=True,
            )
            for r in plan.reminders
        ]
        self.rows.show([*sorted(need, key=_when), *sorted(ready, key=_when)])
        self._ready = len(ready)
        total = len(ready) + len(need)
        self.heading.setText(
            self.ui.texts.count("ui.review.heading", total, day=day_words(plan.day, self.ui.texts.language))
        )
        self.summary.setText(self._sum(len(ready), len(need)))
        self.how.setText(how_words(self.ui, Counter(r.method for r in plan.reminders)))
        self.send_button.setText(self.ui.texts.count("ui.review.send", len(ready)))
        self.send_button.setEnabled(bool(ready))

    def _sum(self, ready: int, need: int) -> str:
        parts = [self.ui.texts.count("ui.review.ready", ready)]
        if need:
            parts.append(self.ui.texts.count("ui.review.need-you", need))
        return ", ".join(parts)

    def focus_send(self) -> None:
        (self.send_button if self._ready else self.back).setFocus()

    def sending(self) -> None:
        self.send_button.setEnabled(False)
        self.how.hide()
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
        self.how.show()
        self.send_button.setEnabled(self._ready > 0)


def _when(line: _Line) -> datetime:
    return line.start


def how_words(ui: Ui, methods: Counter[Method]) -> str:
    """Such as "14 only they can open, 3 locked files"."""
    sealed = methods[Method.OPENPGP] + methods[Method.SMIME]
    parts = [
        ui.texts.count(code, number)
        for code, number in (
            ("ui.how.sealed", sealed),
            ("ui.how.on-the-way", methods[Method.TLS] + methods[Method.PORTAL]),
            ("ui.how.locked-file", methods[Method.ENVELOPE]),
            ("ui.how.plain", methods[Method.PLAIN]),
        )
        if number
    ]
    return ", ".join(parts)

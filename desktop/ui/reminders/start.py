"""The first look: whose schedule is known, what waits, and the next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop.office.values import AppointmentsImported, RejectedRow
from desktop.office.values_practice import TodayShown
from desktop.ui.base import Notice, Ui, button, card, plain_label
from desktop.ui.dates import day_words, moment_words
from desktop.ui.icons import pixmap
from desktop.ui.reach import ReachLine
from desktop.ui.reminders.overview import Overview
from desktop.ui.table import Column, Rows, table


class StartView(QWidget):
    """One primary action at a time: import while nothing is known, else review."""

    def __init__(
        self,
        ui: Ui,
        *,
        on_import: Callable[[], None],
        on_review: Callable[[], None],
        on_confirm: Callable[[], None],
        on_decline: Callable[[], None],
        on_open: Callable[[str], None],
        on_desk: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.ui = ui
        self._cancel: Callable[[], None] = lambda: None
        self._imported = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.setup_notice = Notice(ui.theme)
        column.addWidget(self.setup_notice)
        self.result = Notice(ui.theme)
        column.addWidget(self.result)
        column.addWidget(self._question(on_confirm, on_decline))
        self.overview = Overview(ui, on_desk)
        both = QHBoxLayout()
        both.setSpacing(14)
        both.addWidget(self.overview, 2)
        both.addWidget(self._schedule_card(on_import, on_review), 3)
        column.addLayout(both, 2)
        self.rejected = Rows[RejectedRow](
            [
                Column(ui.say("ui.import.line"), lambda row: str(row.line), width=90),
                Column(ui.say("ui.import.problem"), lambda row: ui.reason(row.reason), stretch=True),
            ]
        )
        self.rejected_view = table(self.rejected, ui.say("ui.import.rejected-list"))
        self.rejected_view.hide()
        column.addWidget(self.rejected_view, 3)
        self.reach = ReachLine(ui, lambda: on_open("people"))
        column.addWidget(self.reach)

    def _schedule_card(self, on_import: Callable[[], None], on_review: Callable[[], None]) -> QFrame:
        frame, column = card()
        frame.setObjectName("drop")
        column.addStretch()
        picture = QLabel()
        picture.setPixmap(pixmap("calendar-check", self.ui.theme.tokens.accent, 40))
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        self.heading = plain_label("", "hero", wrap=True)
        self.detail = plain_label("", "muted", wrap=True)
        for label in (self.heading, self.detail):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.heading)
        column.addWidget(self.detail)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.addStretch()
        self.import_button = button(self.ui.say("ui.today.import"), on_import)
        self.review_button = button(self.ui.say("ui.today.review"), on_review, "primary")
        row.addWidget(self.review_button)
        row.addWidget(self.import_button)
        row.addStretch()
        column.addLayout(row)
        row = QHBoxLayout()
        row.addStretch()
        self.whole = QCheckBox(self.ui.say("ui.today.whole"))
        self.whole.setToolTip(self.ui.say("ui.today.whole-hint"))
        self.whole.setChecked(True)
        row.addWidget(self.whole)
        row.addStretch()
        column.addLayout(row)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.ui.say("ui.import.progress"))
        self.progress_words = plain_label("", "muted")
        self.cancel_button = button(self.ui.say("ui.cancel"), lambda: self._cancel())
        line = QHBoxLayout()
        line.addWidget(self.progress, 1)
        line.addWidget(self.progress_words)
        line.addWidget(self.cancel_button)
        self.progress_row = QWidget()
        self.progress_row.setLayout(line)
        self.progress_row.hide()
        column.addWidget(self.progress_row)
        column.addStretch()
        return frame

    def _question(self, on_confirm: Callable[[], None], on_decline: Callable[[], None]) -> QFrame:
        self.question, column = card()
        self.question_words = plain_label("", wrap=True)
        column.addWidget(self.question_words)
        row = QHBoxLayout()
        self.confirm_button = button(self.ui.say("ui.today.take-it"), on_confirm)
        self.decline_button = button(self.ui.say("ui.today.keep-old"), on_decline, "primary")
        for made in (self.confirm_button, self.decline_button):
            made.clicked.connect(self.question.hide)
        row.addWidget(self.decline_button)
        row.addWidget(self.confirm_button)
        row.addStretch()
        column.addLayout(row)
        self.question.hide()
        return self.question

    # --- what is shown --------------------------------------------------------------

    def show_today(self, shown: TodayShown) -> None:
        language = self.ui.texts.language
        day = day_words(shown.day, language)
        if shown.visits:
            exported = (
                self.ui.say("ui.today.exported", when=moment_words(shown.exported_at, language))
                if shown.exported_at
                else ""
            )
            self.heading.setText(self.ui.texts.count("ui.today.schedule", shown.visits, day=day))
            already = (
                self.ui.texts.count("ui.today.already", shown.already_queued) if shown.already_queued else ""
            )
            self.detail.setText("  ·  ".join(part for part in (exported, already) if part))
        else:
            self.heading.setText(self.ui.say("ui.today.no-schedule", day=day))
            self.detail.setText(self.ui.say("ui.today.no-schedule-hint"))
        self.detail.setVisible(bool(self.detail.text()))
        any_due = bool(shown.visits or shown.ready)
        self.review_button.setEnabled(any_due)
        self._make_primary(self.review_button if any_due else self.import_button)
        if self._imported and any_due:
            self.review_button.setFocus()
        self._imported = False
        self.overview.show_lines(shown.desk, shown.day)
        self._show_missing(shown)

    def _show_missing(self, shown: TodayShown) -> None:
        if not shown.people:
            self.setup_notice.show_words(self.ui.say("ui.today.no-people"), "plain")
        elif not shown.relay_ready:
            self.setup_notice.show_words(self.ui.say("ui.today.no-relay"), "warn")
        else:
            self.setup_notice.clear()

    def _make_primary(self, which: QWidget) -> None:
        for made in (self.import_button, self.review_button):
            made.setObjectName("primary" if made is which else "")
            made.style().unpolish(made)
            made.style().polish(made)

    @property
    def mode(self) -> str:
        """What the next file is said to be; a visit that a whole schedule lacks is cancelled."""
        return "whole" if self.whole.isChecked() else "changes"

    def importing(self) -> None:
        self.question.hide()
        self.result.clear()
        self.rejected_view.hide()
        self.progress.setRange(0, 0)
        self.progress_words.setText(self.ui.say("ui.import.reading"))
        self.progress_row.show()
        self.import_button.setEnabled(False)

    def cancel_with(self, cancel: Callable[[], None]) -> None:
        self._cancel = cancel

    def show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.progress_words.setText(self.ui.say("ui.import.done-of", done=done, total=total))

    def import_ended(self) -> None:
        self.progress_row.hide()
        self.import_button.setEnabled(True)

    def show_import(self, answer: AppointmentsImported) -> None:
        """What the file did, and every row that was left out with its reason; Review is the next key."""
        self.import_ended()
        self._imported = True
        parts = [
            self.ui.texts.count(f"ui.today.import-{name}", number)
            for name, number in (
                ("new", answer.created),
                ("changed", answer.updated),
                ("cancelled", len(answer.cancelled)),
                ("rejected", len(answer.rejected)),
            )
            if number
        ]
        words = ", ".join(parts) or self.ui.say("ui.today.import-unchanged")
        self.result.show_words(words, "warn" if answer.rejected or answer.cancelled else "ok")
        self.rejected.show(answer.rejected)
        self.rejected_view.setVisible(bool(answer.rejected))

    def ask(self, words: str) -> None:
        """The file needs a yes: what it would do, and both ways out; keeping is the default."""
        self.question_words.setText(words)
        self.question.show()
        self.decline_button.setFocus()

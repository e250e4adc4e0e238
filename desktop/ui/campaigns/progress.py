"""How far a campaign is: what left, what waits, what nobody can tell, and pause, continue or stop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.office.values_running import Difference, DifferencesShown, RunShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.bridge import Task
from desktop.ui.campaigns.words import (
    LIVE,
    OVER,
    about,
    count_words,
    held_words,
    left_words,
    note_words,
    state_words,
)
from desktop.ui.dates import moment_words
from desktop.ui.dialog import ConfirmDialog, FormDialog
from desktop.ui.table import Column, Rows, table

_LOOK_AGAIN = 4_000
"""Milliseconds between two looks while letters leave."""
_MOST = 200


class ProgressView(QWidget):
    """`on_again` begins a campaign for everyone who has not had this one, `on_report` shows what came of
    it, `on_state` hears of a change."""

    def __init__(
        self,
        ui: Ui,
        session: Session,
        page: Page,
        *,
        on_state: Callable[[RunShown], None],
        on_again: Callable[[CampaignId], None],
        on_report: Callable[[CampaignId], None],
    ) -> None:
        super().__init__()
        self.ui, self._session, self._page = ui, session, page
        self._on_state, self._on_again, self._on_report = on_state, on_again, on_report
        self._looking = False
        self._campaign: CampaignId | None = None
        self.shown: RunShown | None = None
        self._timer = QTimer(self, interval=_LOOK_AGAIN)
        self._timer.timeout.connect(self._look_again)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        column = scrolled_column(outer, margin=8)
        frame, inner = card()
        self.state = plain_label("", "heading", wrap=True)
        self.counts = plain_label("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(ui.say("ui.campaigns.progress"))
        self.when = plain_label("", "muted", wrap=True)
        for one in (self.state, self.counts, self.bar, self.when):
            inner.addWidget(one)
        inner.addLayout(self._build_acts())
        column.addWidget(frame)
        numbers, below = card()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setColumnStretch(1, 1)
        below.addLayout(self._grid)
        self.note = plain_label("", "muted", wrap=True)
        below.addWidget(self.note)
        column.addWidget(numbers)
        column.addStretch()

    def _build_acts(self) -> QHBoxLayout:
        say = self.ui.say
        row = QHBoxLayout()
        self.continue_button = button(say("ui.campaigns.continue"), self.resume, "primary")
        self.pause_button = button(say("ui.campaigns.pause"), self.pause)
        self.stop_button = button(say("ui.campaigns.stop"), self.ask_stop)
        self.differences_button = button(
            self.ui.texts.count("ui.campaigns.differences", 0), self.show_differences, "link"
        )
        self.report_button = button(say("ui.results.campaign"), self._report)
        self.again_button = button(say("ui.campaigns.to-the-rest"), self._again)
        for one in (
            self.continue_button,
            self.pause_button,
            self.stop_button,
            self.report_button,
            self.again_button,
            self.differences_button,
        ):
            row.addWidget(one)
        row.addStretch()
        return row

    # --- showing ------------------------------------------------------------------------------

    def open(self, campaign: CampaignId) -> None:
        self._campaign = campaign
        self.look()

    def look(self) -> None:
        if self._campaign is not None:
            id_ = self._campaign
            self._page.call(lambda _: self.ui.office.campaign_progress(self._session, id_), self.show_run)

    def _look_again(self) -> None:
        """While it is looked at: another page or another person's hands need no answer."""
        if self.isVisible() and not self._looking and self._campaign is not None:
            self._looking = True
            id_ = self._campaign
            self._page.call(
                lambda _: self.ui.office.campaign_progress(self._session, id_), self._looked, self._unseen
            )

    def _looked(self, run: RunShown) -> None:
        self._looking = False
        self.show_run(run)

    def _unseen(self, error: SealwellError) -> None:
        self._looking = False
        self._page.show_error(error)

    def show_run(self, run: RunShown) -> None:
        if run.campaign != self._campaign:
            return
        before, self.shown = self.shown, run
        self.state.setText(self._headline(run))
        self.counts.setText(count_words(self.ui, run.counts))
        self.bar.setRange(0, max(run.counts.included, 1))
        counts = run.counts
        self.bar.setValue(counts.left + counts.back + counts.unclear + counts.dropped)
        self.when.setText(self._when(run))
        self.when.setVisible(bool(self.when.text()))
        self._show_acts(run)
        self._show_numbers(run)
        if run.state in LIVE:
            self._timer.start()
        else:
            self._timer.stop()
        if before is None or before.campaign != run.campaign or before.state is not run.state:
            self._on_state(run)

    def _headline(self, run: RunShown) -> str:
        """Where it stands; what holds it up is said first."""
        if run.held is not None:
            return held_words(self.ui, run.held)
        return state_words(self.ui, run.state)

    def _when(self, run: RunShown) -> str:
        language, say = self.ui.texts.language, self.ui.say
        parts = []
        if run.begins is not None:
            code = "begins" if run.started_at is None else "goes-on"
            parts.append(say(f"ui.campaigns.{code}", when=moment_words(run.begins, language)))
        if run.started_at is not None:
            when = moment_words(run.started_at, language)
            parts.append(say("ui.campaigns.started", name=clean(run.started_by, 60), when=when))
        if run.ends is not None:
            parts.append(say("ui.campaigns.ends", when=moment_words(run.ends, language)))
        if run.ended_at is not None:
            parts.append(say("ui.campaigns.ended", when=moment_words(run.ended_at, language)))
        return " ".join(parts)

    def _show_acts(self, run: RunShown) -> None:
        """The focus never falls on a button that has just gone."""
        acts = {
            self.continue_button: "resume" in run.may,
            self.pause_button: "pause" in run.may,
            self.stop_button: "stop" in run.may,
            self.report_button: run.started_at is not None,
            self.again_button: run.state in OVER,
            self.differences_button: run.differences > 0,
        }
        had = next((made for made in acts if made.hasFocus()), None)
        for made, there in acts.items():
            made.setVisible(there)
        if had is not None and not acts[had]:
            left = next((made for made, there in acts.items() if there), None)
            if left is not None:
                left.setFocus()
        if run.differences:
            self.differences_button.setText(self.ui.texts.count("ui.campaigns.differences", run.differences))

    def _show_numbers(self, run: RunShown) -> None:
        emptied(self._grid)
        counts = run.counts
        rows: list[tuple[int, str]] = [
            (number, self.ui.say(f"ui.campaigns.number-{code}"))
            for code, number in (
                ("included", counts.included),
                ("left", counts.left),
                ("waiting", counts.waiting + counts.under_way),
                ("ahead", counts.ahead),
                ("unclear", counts.unclear),
                ("back", counts.back),
                ("dropped", counts.dropped),
            )
            if number or code in ("included", "left")
        ]
        rows += [(late.count, f"  {left_words(self.ui, late)}") for late in run.late]
        for at, (number, words) in enumerate(rows):
            self._grid.addWidget(_number(number), at, 0)
            self._grid.addWidget(plain_label(words, wrap=True), at, 1)
        self.note.setVisible(run.note is not None)
        if run.note is not None:
            self.note.setText(note_words(self.ui, run.note))

    # --- acting -------------------------------------------------------------------------------

    def pause(self) -> None:
        self._do(lambda id_: lambda _: self.ui.office.pause_campaign(self._session, id_))

    def resume(self) -> None:
        self._do(lambda id_: lambda _: self.ui.office.resume_campaign(self._session, id_))

    def ask_stop(self) -> None:
        if self.shown is not None:
            dialog = StopDialog(self.ui, self.shown, self)
            dialog.accepted.connect(self._stop)
            dialog.open()

    def _stop(self) -> None:
        self._do(lambda id_: lambda _: self.ui.office.stop_campaign(self._session, id_))

    def _do(self, work: Callable[[CampaignId], Callable[[Task], RunShown]]) -> None:
        if self._campaign is None:
            return
        self._page.notice.clear()
        self._enable(False)
        self._page.call(work(self._campaign), self._done, self._refused)

    def _done(self, run: RunShown) -> None:
        """The focus was lost with the button that waited: it goes to what can be done now."""
        self._enable(True)
        self.show_run(run)
        if run.campaign == self._campaign:
            there = (self.continue_button, self.pause_button, self.report_button, self.stop_button)
            next((one for one in there if not one.isHidden()), self.again_button).setFocus()

    def _refused(self, error: SealwellError) -> None:
        """Somebody else was first: what it is now is shown."""
        self._enable(True)
        self._page.show_error(error)
        self.look()

    def _enable(self, on: bool) -> None:
        for one in (self.continue_button, self.pause_button, self.stop_button):
            one.setEnabled(on)

    def _again(self) -> None:
        if self._campaign is not None:
            self._on_again(self._campaign)

    def _report(self) -> None:
        if self._campaign is not None:
            self._on_report(self._campaign)

    def show_differences(self) -> None:
        if self._campaign is not None:
            DifferencesDialog(self.ui, self._session, self._campaign, self).open()


class StopDialog(ConfirmDialog):
    """What a stop means, in numbers; going on is the other answer."""

    def __init__(self, ui: Ui, run: RunShown, parent: QWidget) -> None:
        super().__init__(ui, "ui.campaigns.stop", parent)
        counts = run.counts
        waiting = counts.ahead + counts.waiting
        code = "ui.campaigns.stop-waiting" if counts.left else "ui.campaigns.stop-all"
        words = ui.texts.count(code, waiting, left=f"{counts.left:,}")
        self.content.insertWidget(0, plain_label(words, wrap=True))
        self.go_button.setObjectName("danger")
        self.cancel.setText(ui.say("ui.campaigns.stop-not"))


class DifferencesDialog(FormDialog):
    """Letters that were not made as the practice run made them, each with why."""

    def __init__(self, ui: Ui, session: Session, campaign: CampaignId, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.campaigns.differences-title"), parent)
        self.content.addWidget(plain_label(ui.say("ui.campaigns.differences-lead"), "muted", wrap=True))
        self.rows = Rows[Difference](
            [
                Column(ui.say("ui.campaigns.person"), lambda one: clean(one.name), width=190),
                Column(
                    ui.say("ui.campaigns.difference"), lambda one: about(ui, one.why, one.name), stretch=True
                ),
            ]
        )
        self.list = table(self.rows, ui.say("ui.campaigns.differences-title"))
        self.list.setMinimumSize(560, 260)
        self.content.addWidget(self.list, 1)
        self.count = plain_label("", "muted")
        self.content.addWidget(self.count)
        self.cancel.setText(ui.say("ui.close"))
        ui.bridge.run(
            self, lambda _: ui.office.list_differences(session, campaign, _MOST), self._show, self.failed
        )

    def _show(self, shown: DifferencesShown) -> None:
        self.rows.show(shown.rows)
        self.count.setText(self.ui.texts.count("ui.campaigns.people", shown.total))
        self.list.setFocus()


def _number(number: int) -> QLabel:
    return plain_label(f"{number:,}", "label")

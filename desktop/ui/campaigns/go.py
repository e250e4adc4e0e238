"""The fifth page: when it leaves, the start, and from then on how far it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId, CampaignState
from desktop.office.values_access import Purpose
from desktop.office.values_campaigns import CampaignShown
from desktop.office.values_running import RunShown, StartRequest
from desktop.ui.base import Page, Ui, button, card, plain_label, scrolled_column
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.progress import ProgressView
from desktop.ui.campaigns.schedule import ScheduleForm
from desktop.ui.campaigns.words import begun, schedule_words
from desktop.ui.stepup import proved


class GoPage(QWidget):
    """`on_keep` keeps other hours, `on_state` hears of the campaign once it was started, `on_stale` that it
    may be another by now; `on_again` and `on_report` lead on from one that has ended."""

    def __init__(
        self,
        ui: Ui,
        session: Session,
        page: Page,
        *,
        on_keep: Callable[[], None],
        on_state: Callable[[RunShown], None],
        on_again: Callable[[CampaignId], None],
        on_report: Callable[[CampaignId], None],
        on_stale: Callable[[], None],
    ) -> None:
        super().__init__()
        self.ui, self._session, self._page, self._on_keep = ui, session, page, on_keep
        self._on_stale = on_stale
        self._shown: CampaignShown | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.views = QStackedWidget()
        outer.addWidget(self.views)
        self.before = QWidget()
        column = QVBoxLayout(self.before)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._build_start())
        self.views.addWidget(self.before)
        self.progress = ProgressView(
            ui, session, page, on_state=on_state, on_again=on_again, on_report=on_report
        )
        self.views.addWidget(self.progress)

    def _build_start(self) -> QWidget:
        say = self.ui.say
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(0, 0, 0, 0)
        column = scrolled_column(outer, margin=8)
        frame, inner = card()
        inner.addWidget(plain_label(say("ui.campaigns.when-heading"), "heading"))
        self.schedule = ScheduleForm(self.ui)
        self.schedule.changed.connect(self._offer)
        inner.addWidget(self.schedule)
        self.voids = plain_label("", "muted", wrap=True)
        inner.addWidget(self.voids)
        row = QHBoxLayout()
        self.keep_button = button(say("ui.campaigns.keep-when"), lambda: self._on_keep())
        row.addWidget(self.keep_button)
        row.addStretch()
        inner.addLayout(row)
        last, below = card()
        self.ready = plain_label("", "heading", wrap=True)
        self.ready_why = plain_label("", "muted", wrap=True)
        self.start_button = button(self.ui.say("ui.campaigns.start-later"), self.start, "primary")
        foot = QHBoxLayout()
        foot.addWidget(self.start_button)
        foot.addStretch()
        below.addWidget(self.ready)
        below.addWidget(self.ready_why)
        below.addLayout(foot)
        column.addWidget(last)
        column.addWidget(frame)
        column.addStretch()
        return holder

    # --- showing ------------------------------------------------------------------------------

    def show_draft(self, draft: Draft) -> None:
        self.schedule.show_schedule(draft.schedule)

    def draft(self, before: Draft) -> Draft:
        return self.schedule.draft(before) if self.views.currentWidget() is self.before else before

    def show_campaign(self, shown: CampaignShown) -> None:
        self._shown = shown
        if begun(shown.line):
            self.views.setCurrentWidget(self.progress)
            self.progress.open(shown.line.id)
            return
        self.views.setCurrentWidget(self.before)
        self.schedule.setEnabled("keep" in shown.may)
        self._offer()

    def _offer(self) -> None:
        """What can be pressed now: other hours are kept first, and ask for the check anew."""
        shown, say = self._shown, self.ui.say
        if shown is None:
            return
        changed = self.schedule.schedule() != shown.schedule
        checked = shown.checked_at is not None
        self.keep_button.setVisible(changed)
        self.voids.setVisible(changed and checked)
        self.voids.setText(say("ui.campaigns.when-voids"))
        may = "start" in shown.may and not changed
        self.start_button.setVisible(may)
        self.start_button.setText(
            say("ui.campaigns.start-later")
            if shown.schedule.starts is not None
            else self.ui.texts.count("ui.campaigns.start", shown.line.included)
        )
        code = "ready" if may else "not-kept" if changed else self._not_yet(shown)
        self.ready.setText(say(f"ui.campaigns.{code}"))
        self.ready_why.setText(schedule_words(self.ui, shown.schedule) if may else "")
        self.ready_why.setVisible(may)

    def _not_yet(self, shown: CampaignShown) -> str:
        if shown.line.state is CampaignState.STOPPED:
            return "go-stopped"
        if shown.checked_at is None or shown.differs:
            return "go-check-first"
        if not shown.line.included:
            return "go-nobody"
        return "go-not-allowed" if shown.line.state is CampaignState.APPROVED else "go-approve-first"

    def start(self) -> None:
        if self._shown is None:
            return
        shown = self._shown
        request = StartRequest(shown.line.id, shown.content, shown.audience)
        self._page.notice.clear()
        self.start_button.setEnabled(False)
        proved(
            self._page,
            self.ui,
            self._session,
            Purpose.CAMPAIGN,
            lambda _: self.ui.office.start_campaign(self._session, request),
            self._started,
            self._refused,
        )

    def _started(self, run: RunShown) -> None:
        self.start_button.setEnabled(True)
        if self._shown is None or self._shown.line.id != run.campaign:
            return
        self.views.setCurrentWidget(self.progress)
        self.progress.open(run.campaign)
        self.progress.show_run(run)

    def _refused(self, error: SealwellError) -> None:
        self.start_button.setEnabled(True)
        self._page.show_error(error)
        self._on_stale()

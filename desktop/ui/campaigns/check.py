"""The third page: one button settles who gets it and who does not, and practises every letter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.office.values_campaigns import CampaignRow, CampaignShown, ReasonCount
from desktop.office.values_protection import Paper
from desktop.office.values_templates import TemplateShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.bridge import Task
from desktop.ui.campaigns.audience import BY_REASON, AudienceList
from desktop.ui.campaigns.preview import PreviewDialog
from desktop.ui.campaigns.words import left_words, note_words, schedule_words, undo_code, way_line
from desktop.ui.dates import moment_words
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.saving import save_paper
from desktop.ui.templates.testing import TestDialog

FORMS = ("call-list", "labels", "letters")
"""What those who do not get it can become."""


class CheckPage(QWidget):
    """`on_shown` hears of the campaign as it is after the check, `on_when` leads to its hours, `on_stale`
    hears that it may be another by now."""

    def __init__(
        self,
        ui: Ui,
        session: Session,
        page: Page,
        on_shown: Callable[[CampaignShown], None],
        *,
        on_when: Callable[[], None],
        on_stale: Callable[[], None],
    ) -> None:
        super().__init__()
        self.ui, self._session, self._page = ui, session, page
        self._on_shown, self._on_stale = on_shown, on_stale
        self._shown: CampaignShown | None = None
        self._task: Task | None = None
        say = ui.say
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        column = scrolled_column(outer, margin=8)
        column.addWidget(self._build_head(on_when))
        self.result = QWidget()
        result = QVBoxLayout(self.result)
        result.setContentsMargins(0, 0, 0, 0)
        result.setSpacing(12)
        result.addWidget(self._build_counts())
        result.addLayout(self._build_acts())
        self.audience = AudienceList(ui, session, page, self._look_at)
        self.audience.filtered.connect(self._say_papers)
        result.addWidget(self.audience, 1)
        column.addWidget(self.result, 1)
        self.result.setAccessibleName(say("ui.campaigns.audience"))
        self.result.hide()
        column.addStretch()

    def _build_head(self, on_when: Callable[[], None]) -> QWidget:
        say = self.ui.say
        frame, column = card()
        self.lead = plain_label("", wrap=True)
        column.addWidget(self.lead)
        row = QHBoxLayout()
        self.when = plain_label("", "muted", wrap=True)
        row.addWidget(self.when, 1)
        self.when_button = button(say("ui.campaigns.change-when"), on_when, "link")
        row.addWidget(self.when_button)
        column.addLayout(row)
        acts = QHBoxLayout()
        self.check_button = button(say("ui.campaigns.check"), self.check, "primary")
        self.cancel_button = button(say("ui.cancel"), self.cancel)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(say("ui.campaigns.checking"))
        self.far = plain_label("", "muted")
        acts.addWidget(self.check_button)
        acts.addWidget(self.cancel_button)
        acts.addWidget(self.progress, 1)
        acts.addWidget(self.far)
        acts.addStretch()
        column.addLayout(acts)
        for one in (self.cancel_button, self.progress, self.far):
            one.hide()
        return frame

    def _build_counts(self) -> QWidget:
        """Two numbers that add up, by which way, and every reason with what mends it."""
        frame, column = card()
        row = QHBoxLayout()
        self.gets = plain_label("", "number")
        self.left_out = plain_label("", "number")
        row.addWidget(self.gets)
        row.addSpacing(24)
        row.addWidget(self.left_out)
        row.addStretch()
        column.addLayout(row)
        self.ways = plain_label("", wrap=True)
        column.addWidget(self.ways)
        self.note = plain_label("", "muted", wrap=True)
        column.addWidget(self.note)
        self.reasons = QVBoxLayout()
        self.reasons.setSpacing(4)
        column.addLayout(self.reasons)
        return frame

    def _build_acts(self) -> QHBoxLayout:
        say = self.ui.say
        row = QHBoxLayout()
        self.letters_button = button(say("ui.campaigns.look-at-letters"), self.look_at_letters)
        self.test_button = button(say("ui.campaigns.test"), self.test)
        self.papers_button = button(say("ui.campaigns.papers"), lambda: None)
        self.papers = QMenu(self.papers_button)
        for form in FORMS:
            self.papers.addAction(say(f"ui.campaigns.paper-{form}")).triggered.connect(
                partial(self._paper, form)
            )
        self.papers_button.setMenu(self.papers)
        self.tests_button = button(say("ui.campaigns.test"), lambda: None)
        self.wordings = QMenu(self.tests_button)
        self.tests_button.setMenu(self.wordings)
        for one in (self.letters_button, self.test_button, self.tests_button, self.papers_button):
            row.addWidget(one)
        row.addStretch()
        return row

    # --- showing ------------------------------------------------------------------------------

    def show_campaign(self, shown: CampaignShown) -> None:
        if self._task is not None and (self._shown is None or self._shown.line.id != shown.line.id):
            self._task.cancel()
            self._task = None
            self._busy(False)
        self._shown = shown
        self.when.setText(schedule_words(self.ui, shown.schedule))
        self.when_button.setVisible("keep" in shown.may)
        self._say_lead(shown)
        self.check_button.setVisible("check" in shown.may)
        self.check_button.setEnabled(not shown.missing)
        checked = shown.checked_at is not None
        again = "ui.campaigns.check-again" if checked else "ui.campaigns.check"
        self.check_button.setText(self.ui.say(again))
        self._stand_out(checked=checked and not shown.differs)
        self.result.setVisible(checked)
        if checked:
            self._show_counts(shown)
            self.audience.show_campaign(shown)

    def _stand_out(self, *, checked: bool) -> None:
        """The one thing to do here; after it going on is."""
        self.check_button.setObjectName("" if checked else "primary")
        self.check_button.style().unpolish(self.check_button)
        self.check_button.style().polish(self.check_button)

    def _say_lead(self, shown: CampaignShown) -> None:
        say = self.ui.say
        if shown.missing:
            parts = ", ".join(say(f"ui.campaigns.missing-{one}") for one in shown.missing)
            words = say("ui.campaigns.check-missing", parts=parts)
        elif shown.checked_at is None:
            words = say("ui.campaigns.check-lead")
        elif shown.differs:
            words = say("ui.campaigns.check-differs")
        elif shown.few:
            words = say("ui.campaigns.check-few", least=f"{shown.few:,}")
        else:
            when = moment_words(shown.checked_at, self.ui.texts.language)
            words = say("ui.campaigns.checked", when=when)
        self.lead.setText(words)

    def _show_counts(self, shown: CampaignShown) -> None:
        count, line = self.ui.texts.count, shown.line
        self.gets.setText(count("ui.campaigns.get-it", line.included))
        self.left_out.setText(count("ui.campaigns.get-it-not", line.excluded))
        self.ways.setText(way_line(self.ui, shown.methods, shown.reasons))
        self.ways.setVisible(bool(self.ways.text()))
        self.note.setText(note_words(self.ui, shown.note) if shown.note is not None else "")
        self.note.setVisible(shown.note is not None)
        emptied(self.reasons)
        for one in shown.reasons:
            self.reasons.addWidget(self._reason(one))
        may = shown.may
        self.letters_button.setVisible("preview" in may and line.included > 0)
        self._offer_tests(shown)
        self.papers_button.setVisible("hand-out" in may and line.excluded > 0)

    def _reason(self, one: ReasonCount) -> QWidget:
        """How many and why; a press shows them. Beside it what mends it."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        words = f"{one.count:,} · {left_words(self.ui, one)}"
        shows = partial(self._show_them, one.reason.code)
        made = button(self.ui.say("ui.campaigns.show-them"), shows, "link")
        made.setAccessibleName(f"{made.text()}: {words}")
        row.addWidget(plain_label(words, wrap=True), 3)
        fix = self.ui.say(f"campaign.fix.{one.fix}") if one.fix else ""
        row.addWidget(plain_label(fix, "muted", wrap=True), 3)
        row.addWidget(made)
        return holder

    def _offer_tests(self, shown: CampaignShown) -> None:
        """Of two wordings each can be sent to oneself."""
        may = shown.template is not None and "keep" in shown.may
        self.test_button.setVisible(may and not shown.letters)
        self.tests_button.setVisible(may and bool(shown.letters))
        self.wordings.clear()
        for at, name in enumerate(shown.letters):
            self.wordings.addAction(clean(name)).triggered.connect(partial(self._test, at))

    def _show_them(self, code: str) -> None:
        """Those people alone, where they can be seen: the list may lie below the window's edge."""
        self.audience.choose(f"{BY_REASON}{code}")
        self.audience.list.setFocus()
        scroll = self.findChild(QScrollArea)
        if scroll is not None:
            scroll.ensureWidgetVisible(self.audience)

    # --- checking -----------------------------------------------------------------------------

    def check(self) -> None:
        """Where it undoes what was approved, only after a question."""
        undo = undo_code(self._shown.line.state) if self._shown is not None else ""
        if not undo:
            self._check()
            return
        dialog = ConfirmDialog(self.ui, undo, self)
        dialog.accepted.connect(self._check)
        dialog.open()

    def _check(self) -> None:
        shown = self._shown
        if shown is None or self._task is not None:
            return
        id_ = shown.line.id
        self._page.notice.clear()
        self._busy(True)
        self._task = self._page.call(
            lambda task: self.ui.office.check_campaign(self._session, id_, task.progress),
            self._checked,
            partial(self._not_checked, id_),
            self._told,
        )
        self.cancel_button.setFocus()

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.cancel_button.setEnabled(False)

    def _busy(self, busy: bool) -> None:
        self.check_button.setEnabled(not busy)
        self.cancel_button.setEnabled(busy)
        for one in (self.cancel_button, self.progress, self.far):
            one.setVisible(busy)
        self.progress.setRange(0, 0)
        self.far.setText("")

    def _told(self, done: int, of: int) -> None:
        self.progress.setRange(0, max(of, 1))
        self.progress.setValue(done)
        self.far.setText(self.ui.say("ui.campaigns.far", done=f"{done:,}", of=f"{of:,}"))

    def _is_shown(self, campaign: CampaignId) -> bool:
        """Whether this very campaign is in hand still: a check outlasts a look at another."""
        return self._shown is not None and self._shown.line.id == campaign

    def _checked(self, shown: CampaignShown) -> None:
        if not self._is_shown(shown.line.id):
            return
        self._task = None
        self._busy(False)
        self._on_shown(shown)
        self.letters_button.setFocus()

    def _not_checked(self, campaign: CampaignId, error: SealwellError) -> None:
        if not self._is_shown(campaign):
            return
        self._task = None
        self._busy(False)
        if error.code == "cancelled":
            self._page.notice.show_words(self.ui.say("ui.campaigns.check-cancelled"), "plain")
        else:
            self._page.show_error(error)
            self._on_stale()
        self.check_button.setFocus()

    # --- letters ------------------------------------------------------------------------------

    def _look_at(self, row: CampaignRow) -> None:
        if row.included:
            self.look_at_letters(row)

    def look_at_letters(self, row: CampaignRow | None = None) -> None:
        if self._shown is not None:
            whose = row.person if row is not None else None
            PreviewDialog(self.ui, self._session, self._shown.line.id, whose, self).open()

    def test(self) -> None:
        """A letter of it to oneself."""
        self._test(0)

    def _test(self, at: int, _: bool = False) -> None:
        shown = self._shown
        if shown is None or shown.template is None:
            return
        template, version = shown.template, shown.template_version
        if shown.variants:
            template, version = shown.variants[at].template, shown.variants[at].version
        self._page.call(
            lambda _task: self.ui.office.show_template(self._session, template, version), self._ask_test
        )

    def _ask_test(self, shown: TemplateShown) -> None:
        dialog = TestDialog(self.ui, self._session, shown, self._page, unsaved=False)
        words = self.ui.say("ui.templates.test-sent")
        dialog.sent.connect(lambda: self._page.notice.show_words(words, "ok"))
        dialog.open()

    def _paper(self, form: str, _: bool = False) -> None:
        """Of the reason that is looked at, or of all."""
        if self._shown is None:
            return
        id_, code = self._shown.line.id, self.audience.reason
        self._page.notice.clear()
        self._page.call(
            lambda _task: self.ui.office.print_excluded(self._session, id_, form, code), self._save_paper
        )

    def _say_papers(self) -> None:
        """The papers are of those whom the list shows."""
        code = "papers-shown" if self.audience.reason else "papers"
        self.papers_button.setText(self.ui.say(f"ui.campaigns.{code}"))

    def _save_paper(self, paper: Paper) -> None:
        say = self._page.notice.show_words
        save_paper(self, self.ui, paper.data, paper.name, "ui.campaigns.paper-saved", say)

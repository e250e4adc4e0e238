"""The fourth page: who must sign, what exactly is signed, and what a change would undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignState
from desktop.office.values_access import Purpose
from desktop.office.values_campaigns import ApprovalShown, CampaignShown, CampaignVerdict
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.bridge import Task
from desktop.ui.campaigns.words import schedule_words, way_line
from desktop.ui.dates import moment_words
from desktop.ui.decision.words import reason_words
from desktop.ui.stepup import proved

PENDING, APPROVED, REFUSED, OVER = "pending", "approved", "refused", "over"


class ApprovePage(QWidget):
    """`on_shown` hears of the campaign after each step, `on_stale` that it may be another by now;
    `on_letters` shows what is signed."""

    def __init__(
        self,
        ui: Ui,
        session: Session,
        page: Page,
        on_shown: Callable[[CampaignShown], None],
        *,
        on_letters: Callable[[], None],
        on_stale: Callable[[], None],
    ) -> None:
        super().__init__()
        self.ui, self._session, self._page = ui, session, page
        self._on_shown, self._on_stale = on_shown, on_stale
        self._shown: CampaignShown | None = None
        self._waited = QTimer(self, singleShot=True)
        self._waited.timeout.connect(self._wait_over)
        say = ui.say
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        column = scrolled_column(outer, margin=8)
        frame, inner = card()
        self.state = plain_label("", "heading", wrap=True)
        self.why = plain_label("", "muted", wrap=True)
        inner.addWidget(self.state)
        inner.addWidget(self.why)
        row = QHBoxLayout()
        self.ask_button = button(say("ui.campaigns.ask"), self.ask, "primary")
        self.sign_button = button(say("ui.campaigns.sign"), lambda: self.decide(approve=True), "primary")
        self.refuse_button = button(say("ui.campaigns.refuse"), lambda: self.decide(approve=False))
        self.look_button = button(say("ui.campaigns.look-again"), self.look)
        for one in (self.ask_button, self.sign_button, self.refuse_button, self.look_button):
            row.addWidget(one)
            one.hide()
        row.addStretch()
        inner.addLayout(row)
        column.addWidget(frame)
        self.signed, below = card()
        head = QHBoxLayout()
        head.addWidget(plain_label(say("ui.campaigns.signed-heading"), "heading"))
        head.addStretch()
        self.letters_button = button(say("ui.campaigns.look-at-letters"), on_letters, "link")
        head.addWidget(self.letters_button)
        below.addLayout(head)
        self._facts = QVBoxLayout()
        self._facts.setSpacing(6)
        below.addLayout(self._facts)
        below.addWidget(plain_label(say("ui.campaigns.signed-void"), "muted", wrap=True))
        column.addWidget(self.signed)
        column.addStretch()

    # --- showing ------------------------------------------------------------------------------

    def show_campaign(self, shown: CampaignShown) -> None:
        self._shown = shown
        checked = shown.checked_at is not None and not shown.differs and not shown.missing
        self.state.setText(self._state(shown, checked=checked))
        self.why.setText(self._why(shown, checked=checked))
        self.why.setVisible(bool(self.why.text()))
        self.signed.setVisible(checked and shown.line.included > 0)
        self.letters_button.setVisible("preview" in shown.may)
        self._show_facts(shown)
        asked = shown.approval if shown.approval is not None and shown.approval.state == PENDING else None
        mine = asked is not None and asked.mine
        may_sign = "approve" in shown.may and (asked is None or not asked.mine or asked.alone)
        self.ask_button.setVisible("ask" in shown.may and checked)
        self.ask_button.setText(
            self.ui.say("ui.campaigns.ask" if shown.needs_approval else "ui.campaigns.ask-nobody")
        )
        self.sign_button.setVisible(may_sign)
        self.sign_button.setEnabled(not mine or asked is None or not self._waits(asked))
        self.refuse_button.setVisible(may_sign and not mine)
        self.look_button.setVisible(mine)
        self._wait_for(asked)

    def _state(self, shown: CampaignShown, *, checked: bool) -> str:
        say, line = self.ui.say, shown.line
        if line.state is CampaignState.APPROVED or shown.approved_at is not None:
            return say("ui.campaigns.approved")
        if not checked:
            return say("ui.campaigns.approve-check-first")
        if not line.included:
            return say("ui.campaigns.approve-nobody")
        asked = shown.approval
        if asked is not None and asked.state == PENDING:
            return self._asked(asked)
        if asked is not None and asked.state == REFUSED:
            return say("ui.campaigns.refused-by", name=clean(asked.decided_by, 60))
        code = "needs-signature" if shown.needs_approval else "needs-nobody"
        return say(f"ui.campaigns.{code}")

    def _asked(self, asked: ApprovalShown) -> str:
        say, when = self.ui.say, moment_words(asked.asked_at, self.ui.texts.language)
        if asked.mine:
            return say("ui.campaigns.asked-mine", when=when)
        return say("ui.campaigns.asked-by", name=clean(asked.asked_by, 60), when=when)

    def _why(self, shown: CampaignShown, *, checked: bool) -> str:
        """Why somebody has to sign, who did, or from when one may go on alone."""
        say, asked = self.ui.say, shown.approval
        language = self.ui.texts.language
        if asked is not None and asked.state == APPROVED and asked.decided_at is not None:
            when = moment_words(asked.decided_at, language)
            return say("ui.campaigns.approved-by", name=clean(asked.decided_by, 60), when=when)
        if not checked:
            return say("ui.campaigns.approve-check-why")
        if not shown.line.included:
            return say("ui.campaigns.approve-nobody-why")
        if shown.few:
            return say("ui.campaigns.check-few", least=f"{shown.few:,}")
        parts = [reason_words(self.ui, shown.needs_why)] if shown.needs_why is not None else []
        if asked is not None and asked.state == PENDING and asked.alone and asked.not_before is not None:
            code = "alone-wait" if self._waits(asked) else "alone-now"
            parts.append(say(f"ui.campaigns.{code}", when=moment_words(asked.not_before, language)))
        elif shown.needs_approval and (asked is None or asked.state != PENDING):
            parts.append(say("ui.campaigns.who-signs"))
        return " ".join(parts)

    def _waits(self, asked: ApprovalShown) -> bool:
        return asked.not_before is not None and asked.not_before > self.ui.clock.now()

    def _wait_for(self, asked: ApprovalShown | None) -> None:
        """Who waits alone need not look again and again."""
        self._waited.stop()
        if asked is not None and asked.mine and asked.alone and asked.not_before is not None:
            left = int((asked.not_before - self.ui.clock.now()).total_seconds() * 1000)
            if left > 0:
                self._waited.start(left)

    def _wait_over(self) -> None:
        if self._shown is not None:
            self.show_campaign(self._shown)

    def _show_facts(self, shown: CampaignShown) -> None:
        """What the signature covers, as sentences."""
        say, line = self.ui.say, shown.line
        emptied(self._facts)
        facts = [
            (
                "who",
                self.ui.texts.count(
                    "ui.campaigns.fact-who", line.included, group=clean(shown.segment_name, 80)
                ),
            ),
            ("how", way_line(self.ui, shown.methods)),
            ("what", self._letters(shown)),
            ("purpose", f"{say(f'campaign.purpose.{line.purpose.value}')} ({shown.citation})"),
            ("payer", clean(shown.payer, 80)),
            ("when", schedule_words(self.ui, shown.schedule)),
        ]
        for code, words in facts:
            if words:
                self._facts.addWidget(plain_label(say(f"ui.campaigns.signed-{code}"), "label"))
                self._facts.addWidget(plain_label(words, wrap=True))

    def _letters(self, shown: CampaignShown) -> str:
        say, name = self.ui.say, clean(shown.template_name, 80)
        if not name:
            return ""
        if not shown.variants:
            return say("ui.campaigns.fact-letter", name=name, version=shown.template_version)
        both = (
            say("ui.campaigns.fact-wording", name=clean(name, 80), version=one.version, share=one.share)
            for one, name in zip(shown.variants, shown.letters, strict=True)
        )
        return "\n".join(both)

    # --- signing ------------------------------------------------------------------------------

    def ask(self) -> None:
        if self._shown is not None:
            id_ = self._shown.line.id
            self._do(lambda _: self.ui.office.ask_campaign(self._session, id_))

    def look(self) -> None:
        if self._shown is not None:
            id_ = self._shown.line.id
            self._do(lambda _: self.ui.office.show_campaign(self._session, id_))

    def decide(self, *, approve: bool) -> None:
        """Over what stands on this page: where it is not that any more, nothing is signed."""
        if self._shown is None:
            return
        shown = self._shown
        verdict = CampaignVerdict(shown.line.id, approve, shown.content, shown.audience)
        self._do(lambda _: self.ui.office.approve_campaign(self._session, verdict))

    def _do(self, work: Callable[[Task], CampaignShown]) -> None:
        self._page.notice.clear()
        self._enable(False)
        proved(self._page, self.ui, self._session, Purpose.CAMPAIGN, work, self._done, self._refused)

    def _enable(self, on: bool) -> None:
        for one in (self.ask_button, self.sign_button, self.refuse_button, self.look_button):
            one.setEnabled(on)

    def _done(self, shown: CampaignShown) -> None:
        self._enable(True)
        self._on_shown(shown)
        self._focus()

    def _focus(self) -> None:
        """On what can be pressed next, where there is something."""
        buttons = (self.ask_button, self.sign_button, self.look_button)
        first = next((one for one in buttons if one.isVisible() and one.isEnabled()), None)
        if first is not None:
            first.setFocus()

    def _refused(self, error: SealwellError) -> None:
        self._enable(True)
        self._page.show_error(error)
        self._on_stale()

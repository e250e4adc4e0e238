"""One campaign on five pages: who, what, check, approve, go. Back and forth loses nothing.

What is chosen is kept when one goes on. Where somebody else changed the same campaign meanwhile, what
they changed alone comes in, what both changed stays as it is here until one of the two is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId, CampaignState
from desktop.office.values_campaigns import CampaignShown
from desktop.office.values_running import RunShown
from desktop.ui.base import Page, Ui, button
from desktop.ui.buttonline import ButtonLine
from desktop.ui.campaigns import draft as drafts
from desktop.ui.campaigns.approve import ApprovePage
from desktop.ui.campaigns.check import CheckPage
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.go import GoPage
from desktop.ui.campaigns.keeping import CHANGED, RUNNING, keeping, stands_signed
from desktop.ui.campaigns.what import WhatPage
from desktop.ui.campaigns.who import WhoPage
from desktop.ui.campaigns.words import begun, undo_code
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.gate.gate import Work
from desktop.ui.navigation import Navigation

WHO, WHAT, CHECK, APPROVE, GO = STEPS = ("who", "what", "check", "approve", "go")


class CampaignWizard(QWidget):
    """`open_new` or `open_one` begins; `on_again` is asked for a campaign to those who had none."""

    given_up = Signal()
    named = Signal(str)

    def __init__(
        self,
        ui: Ui,
        session: Session,
        page: Page,
        navigation: Navigation,
        *,
        on_templates: Callable[[], None],
        on_again: Callable[[CampaignShown], None],
        on_report: Callable[[CampaignId], None],
    ) -> None:
        super().__init__()
        self.ui, self._session, self._page, self._on_again = ui, session, page, on_again
        self.shown: CampaignShown | None = None
        self._draft = self._base = Draft()
        self._both: tuple[str, ...] = ()
        self._theirs = Draft()
        self._keeping = False
        self._opened = 0
        """Counts the campaigns that were opened: an answer about an earlier one moves nothing."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.steps = ButtonLine(ui.say("ui.campaigns.steps"), self.go)
        for number, code in enumerate(STEPS, 1):
            self.steps.add(code, f"{number}  {ui.say(f'ui.campaigns.step-{code}')}")
        column.addWidget(self.steps)
        self.who = WhoPage(ui, session, page, lambda: navigation.people("groups"))
        self.what = WhatPage(ui, session, page, on_templates)
        self.who.counted.connect(self.what.offer_two)
        self.check = CheckPage(
            ui, session, page, self._answered, on_when=lambda: self.go(GO), on_stale=self.look_again
        )
        self.approve = ApprovePage(
            ui,
            session,
            page,
            self._answered,
            on_letters=self.check.look_at_letters,
            on_stale=self.look_again,
        )
        self.last = GoPage(
            ui,
            session,
            page,
            on_keep=lambda: self._keep(lambda: self.show_step(CHECK)),
            on_state=self._run_changed,
            on_again=lambda _: self._begin_again(),
            on_report=on_report,
            on_stale=self.look_again,
        )
        self._settled: dict[str, CheckPage | ApprovePage | GoPage] = {
            CHECK: self.check,
            APPROVE: self.approve,
            GO: self.last,
        }
        self.pages: dict[str, QWidget] = dict(
            zip(STEPS, (self.who, self.what, self.check, self.approve, self.last), strict=True)
        )
        self.stack = QStackedWidget()
        for made in self.pages.values():
            self.stack.addWidget(made)
        column.addWidget(self.stack, 1)
        column.addLayout(self._build_foot())

    def _build_foot(self) -> QHBoxLayout:
        say = self.ui.say
        foot = QHBoxLayout()
        self.back_button = button(say("ui.back"), lambda: self._move(-1))
        self.theirs_button = button(say("ui.campaigns.take-theirs"), self.take_theirs)
        self.mine_button = button(say("ui.campaigns.keep-mine"), self.keep_mine)
        self.next_button = button(say("ui.next"), lambda: self._move(1), "primary")
        self.give_up_button = button(say("ui.campaigns.give-up"), self.ask_give_up, "quiet")
        foot.addWidget(self.back_button)
        foot.addWidget(self.give_up_button)
        foot.addStretch()
        for one in (self.theirs_button, self.mine_button, self.next_button):
            foot.addWidget(one)
        self._settle()
        return foot

    # --- which campaign -----------------------------------------------------------------------

    def open_new(self, draft: Draft) -> None:
        self._anew()
        self.shown = None
        self._base = Draft()
        self._show_draft(draft)
        self.show_step(WHO)
        self.who.name.input.setFocus()

    def open_one(self, shown: CampaignShown, step: str = "") -> None:
        self._anew()
        self.take(shown)
        self.show_step(step or first_step(shown))

    def _anew(self) -> None:
        self._opened += 1
        self._keeping = False
        self._settle()

    def _answered(self, shown: CampaignShown) -> None:
        """An answer about the campaign that is in hand; another may have been opened meanwhile."""
        if self.shown is not None and self.shown.line.id == shown.line.id:
            self.take(shown)

    def take(self, shown: CampaignShown) -> None:
        """As it is kept now."""
        self.shown, self._base = shown, drafts.of(shown)
        self._show_draft(self._base)
        for one in self._settled.values():
            one.show_campaign(shown)
        self._offer()
        self.named.emit(shown.line.name)

    def _show_draft(self, draft: Draft) -> None:
        self._draft = draft
        own = self.shown.line.id if self.shown is not None else None
        self.what.show_draft(draft)
        self.who.show_draft(draft, own)
        self.last.show_draft(draft)

    def draft(self) -> Draft:
        """As it stands on the pages, kept or not."""
        return self.last.draft(self.what.draft(self.who.draft(self._draft)))

    @property
    def _changed(self) -> bool:
        return self.draft() != self._base

    def _run_changed(self, run: RunShown) -> None:
        """Started, paused, done: what may be done with it is asked anew."""
        shown = self.shown
        if shown is not None and run.state is not shown.line.state:
            id_ = shown.line.id
            self._page.call(lambda _: self.ui.office.show_campaign(self._session, id_), self._after_run)

    def _after_run(self, shown: CampaignShown) -> None:
        if self.shown is None or self.shown.line.id != shown.line.id:
            return
        self.shown = shown
        self.check.show_campaign(shown)
        self.approve.show_campaign(shown)
        self._offer()

    def _begin_again(self) -> None:
        if self.shown is not None:
            self._on_again(self.shown)

    # --- which page ---------------------------------------------------------------------------

    @property
    def step(self) -> str:
        return next(code for code, made in self.pages.items() if made is self.stack.currentWidget())

    def go(self, step: str) -> None:
        """To another page; what was chosen on this one is kept first."""
        self.steps.buttons[self.step].setChecked(True)
        if step == self.step:
            return
        choosing = step in (WHO, WHAT) and self.step in (WHO, WHAT)
        if not choosing and (self.shown is None or (self._changed and self._may_change)):
            self._keep(partial(self.show_step, step))
        else:
            self.show_step(step)

    def show_step(self, step: str) -> None:
        self._page.notice.clear()
        self.stack.setCurrentWidget(self.pages[step])
        self.steps.buttons[step].setChecked(True)
        if step == WHO:
            self.who.look()
        elif step == WHAT:
            if self.who.segment is None:
                self.who.look()
            self.what.look()
        elif self.shown is not None:
            self._settled[step].show_campaign(self.shown)
        self._offer()
        if step == CHECK and self.shown is not None and self.shown.checked_at is None:
            self.check.check_button.setFocus()

    def look(self) -> None:
        """The page in front comes back: what is not being changed here is read anew."""
        if self.step == WHO:
            self.who.look()
        elif self.step == WHAT:
            self.what.look()
        self.look_again()

    def look_again(self) -> None:
        """What is kept may be another by now; what was chosen here and is not kept stays."""
        shown = self.shown
        if shown is not None and not self._changed:
            id_ = shown.line.id
            self._page.call(lambda _: self.ui.office.show_campaign(self._session, id_), self._seen)

    def _seen(self, shown: CampaignShown) -> None:
        if not self._changed:
            self._answered(shown)

    def _move(self, by: int) -> None:
        self.go(STEPS[STEPS.index(self.step) + by])

    @property
    def _may_change(self) -> bool:
        return self.shown is None or "keep" in self.shown.may

    def _offer(self) -> None:
        step = self.step
        self.back_button.setVisible(step != WHO)
        self.next_button.setVisible(step != GO)
        shown = self.shown
        self.give_up_button.setVisible(shown is not None and not begun(shown.line) and "stop" in shown.may)
        for page in (self.who, self.what):
            page.setEnabled(self._may_change)

    # --- keeping ------------------------------------------------------------------------------

    def _keep(self, then: Callable[[], None]) -> None:
        draft = self.draft()
        if not draft.name:
            self.show_step(WHO)
            self.who.name.refuse(self.ui.say("ui.form.missing"))
            return
        if self._keeping:
            return
        undo = undo_code(self.shown.line.state) if self.shown is not None else ""
        if undo:
            dialog = ConfirmDialog(self.ui, undo, self)
            dialog.accepted.connect(lambda: self._keep_it(draft, then))
            dialog.open()
            return
        self._keep_it(draft, then)

    def _keep_it(self, draft: Draft, then: Callable[[], None]) -> None:
        self._keeping = True
        self._page.notice.clear()
        request = draft.request(self.shown)
        self._page.call(
            lambda _: self.ui.office.keep_campaign(self._session, request),
            partial(self._kept, self._opened, then),
            partial(self._not_kept, self._opened, draft),
        )

    def _kept(self, opened: int, then: Callable[[], None], shown: CampaignShown) -> None:
        if opened != self._opened:
            return
        self._keeping = False
        self._settle()
        self.take(shown)
        then()

    def _not_kept(self, opened: int, draft: Draft, error: SealwellError) -> None:
        if opened != self._opened:
            return
        self._keeping = False
        shown = self.shown
        if error.code == CHANGED and shown is not None:
            id_ = shown.line.id
            self._page.call(
                lambda _: self.ui.office.show_campaign(self._session, id_),
                partial(self._meet, opened, draft),
            )
            return
        self.refused(error)

    def refused(self, error: SealwellError) -> None:
        """What began or ended meanwhile cannot be changed any more: it is shown as it is."""
        self._page.show_error(error)
        if error.code == RUNNING and self.shown is not None:
            id_ = self.shown.line.id
            self._page.call(lambda _: self.ui.office.show_campaign(self._session, id_), self._answered)

    def _meet(self, opened: int, mine: Draft, theirs: CampaignShown) -> None:
        """Somebody else was first: what they changed is said, and nothing of this page is lost."""
        if opened != self._opened:
            return
        found = drafts.merged(self._base, mine, drafts.of(theirs))
        self._theirs, self._both = drafts.of(theirs), found.both
        self.shown, self._base = theirs, self._theirs
        self._show_draft(found.draft)
        for one in self._settled.values():
            one.show_campaign(theirs)
        self.last.show_draft(found.draft)
        say = self.ui.say
        changed = [say(f"ui.campaigns.part-{part}") for part in (*found.taken, *found.both)]
        words = (
            [say("ui.campaigns.met", parts=", ".join(changed))] if changed else [say("ui.campaigns.met-same")]
        )
        if found.both:
            both = ", ".join(say(f"ui.campaigns.part-{part}") for part in found.both)
            words.append(say("ui.campaigns.met-both", parts=both))
        self._page.notice.show_words(" ".join(words), "warn")
        self._settle(found.both)
        self._offer()
        (self.mine_button if found.both else self.next_button).setFocus()

    def _settle(self, both: tuple[str, ...] = ()) -> None:
        """While two wordings of one part stand against each other, that is decided first."""
        self._both = both
        for one in (self.theirs_button, self.mine_button):
            one.setVisible(bool(both))
        self.next_button.setEnabled(not both)

    def keep_mine(self) -> None:
        self._settle()
        self._keep(lambda: self._page.notice.show_words(self.ui.say("ui.campaigns.kept"), "ok"))

    def take_theirs(self) -> None:
        self._show_draft(drafts.given_way(self.draft(), self._theirs, self._both))
        self._settle()
        self._keep(lambda: self._page.notice.show_words(self.ui.say("ui.campaigns.kept"), "ok"))

    def ask_give_up(self) -> None:
        """A campaign that never started is wanted no more."""
        dialog = ConfirmDialog(self.ui, "ui.campaigns.give-up", self)
        dialog.accepted.connect(self._give_up)
        dialog.open()

    def _give_up(self) -> None:
        if self.shown is not None:
            id_ = self.shown.line.id
            self._page.call(
                lambda _: self.ui.office.stop_campaign(self._session, id_), lambda _: self.given_up.emit()
            )

    def unfinished(self) -> Work | None:
        """What keeps the pages as they are, off this thread; None where they are kept already."""
        if not self._may_change or not self._changed:
            return None
        return keeping(self.ui, self._session, self.draft(), self.shown)

    @property
    def keeps_beside(self) -> bool:
        """Whether what `unfinished` keeps becomes a campaign of its own."""
        return stands_signed(self.shown)


def first_step(shown: CampaignShown) -> str:
    """Where somebody goes on with it."""
    if begun(shown.line):
        return GO
    if shown.line.state is CampaignState.APPROVED:
        return GO
    if shown.line.state is CampaignState.ASKED:
        return APPROVE
    if shown.segment is None:
        return WHO
    return WHAT if shown.missing else CHECK

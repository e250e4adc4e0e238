"""Campaigns: a list with where each stands, and the one in hand over it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId, CampaignState
from desktop.office.values_campaigns import CampaignLine, CampaignShown, CampaignsShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.campaigns import draft as drafts
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.wizard import CampaignWizard
from desktop.ui.campaigns.words import reach_words, state_words, tone
from desktop.ui.dates import moment_words
from desktop.ui.gate.gate import Work
from desktop.ui.navigation import Navigation
from desktop.ui.table import Column, Rows, table

_NAMED = 60
"""Characters of a name that begin another one."""


class CampaignsPage(Page):
    """Opens on the list; a campaign that is in hand stays there until one goes back."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.campaigns.title"))
        self._session = session
        self.title.hide()
        say = ui.say
        self.back_button = self.lead_back(say("ui.campaigns.all"), self.show_list)
        self.name = plain_label("", "heading")
        self.head.addWidget(self.name)
        self.head.addStretch()
        self.new_button = button(say("ui.campaigns.new"), self.begin, "primary")
        self.head.addWidget(self.new_button)
        self.views = QStackedWidget()
        self.outer.addWidget(self.views, 1)
        self.everything = self._build_list()
        self.views.addWidget(self.everything)
        self.wizard = CampaignWizard(
            ui,
            session,
            self,
            navigation,
            on_templates=lambda: navigation.campaigns("templates"),
            on_again=self.begin_for_the_rest,
            on_report=navigation.results,
        )
        self.wizard.named.connect(lambda name: self.name.setText(clean(name, 60)))
        self.wizard.given_up.connect(self._to_list)
        self.views.addWidget(self.wizard)
        self.back_button.hide()
        self.name.hide()

    def _build_list(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        ui, language = self.ui, self.ui.texts.language
        self.rows = Rows[CampaignLine](
            [
                Column(ui.say("ui.campaigns.campaign"), lambda one: clean(one.name), stretch=True),
                Column(
                    ui.say("ui.campaigns.state"),
                    lambda one: state_words(ui, one.state),
                    colour=lambda one: tone(ui, one.state),
                    width=210,
                ),
                Column(
                    ui.say("ui.campaigns.far-heading"),
                    lambda one: reach_words(ui, one),
                    width=200,
                ),
                Column(
                    ui.say("ui.campaigns.changed"),
                    lambda one: moment_words(one.changed_at, language),
                    width=180,
                ),
            ]
        )
        self.list = table(self.rows, ui.say("ui.campaigns.title"))
        self.list.activated.connect(lambda index: self._open_row(index.row()))
        self.list.clicked.connect(lambda index: self._open_row(index.row()))
        column.addWidget(self.list, 1)
        self.none = plain_label(ui.say("ui.campaigns.none"), "muted", wrap=True)
        column.addWidget(self.none, 1, Qt.AlignmentFlag.AlignTop)
        self.none.hide()
        foot = QHBoxLayout()
        self.count = plain_label("", "muted")
        foot.addWidget(self.count)
        foot.addStretch()
        column.addLayout(foot)
        return holder

    # --- the list -----------------------------------------------------------------------------

    @property
    def in_hand(self) -> bool:
        return self.views.currentWidget() is self.wizard

    def refresh(self) -> None:
        if self.in_hand:
            self.wizard.look()
        else:
            self._look()

    def _look(self) -> None:
        self.call(lambda _: self.ui.office.list_campaigns(self._session), self._show)

    def _show(self, shown: CampaignsShown) -> None:
        at = self.list.currentIndex().row()
        chosen = self.rows.rows[at].id if 0 <= at < len(self.rows.rows) else None
        self.rows.show(shown.campaigns)
        self.list.setVisible(bool(shown.campaigns))
        self.none.setVisible(not shown.campaigns)
        many = len(shown.campaigns)
        self.count.setText(self.ui.texts.count("ui.campaigns.count", many) if many else "")
        self.new_button.setVisible(shown.may_keep and not self.in_hand)
        row = next((at for at, one in enumerate(shown.campaigns) if one.id == chosen), -1)
        if row >= 0:
            self.list.selectRow(row)

    def show_list(self) -> None:
        """What was chosen on the pages is kept on the way, as before a lock."""
        work = self.wizard.unfinished() if self.in_hand else None
        if work is None:
            self._to_list()
            return
        keep, beside = work, self.wizard.keeps_beside
        self.call(lambda _: keep(), lambda _: self._left(beside=beside), self.wizard.refused)

    def _left(self, *, beside: bool) -> None:
        self._to_list()
        if beside:
            self.notice.show_words(self.ui.say("ui.campaigns.kept-beside"), "plain")

    def _to_list(self) -> None:
        self.notice.clear()
        self.views.setCurrentWidget(self.everything)
        for one in (self.back_button, self.name):
            one.hide()
        self._look()
        self.list.setFocus()

    # --- one campaign -------------------------------------------------------------------------

    def _open_row(self, row: int) -> None:
        if 0 <= row < len(self.rows.rows):
            self.open_campaign(self.rows.rows[row].id)

    def open_campaign(self, campaign: CampaignId) -> None:
        self.call(lambda _: self.ui.office.show_campaign(self._session, campaign), self._opened)

    def open_beside(self, campaign: CampaignId) -> None:
        """Asked for from elsewhere: what is in hand is kept on the way."""
        work = self.unfinished()
        if work is None:
            self.open_campaign(campaign)
            return
        keep = work
        self.call(lambda _: keep(), lambda _: self.open_campaign(campaign))

    def _opened(self, shown: CampaignShown) -> None:
        self._to_wizard(clean(shown.line.name, 60))
        self.wizard.open_one(shown)

    def begin(self) -> None:
        """A new one."""
        self._to_wizard(self.ui.say("ui.campaigns.new"))
        self.wizard.open_new(Draft())

    def begin_for_the_rest(self, shown: CampaignShown) -> None:
        """The same once more, to everyone who has not had it yet."""
        before = drafts.of(shown)
        name = self.ui.say("ui.campaigns.rest-name", name=clean(shown.line.name, _NAMED))
        without = (*before.without, shown.line.id)
        self._to_wizard(name)
        self.wizard.open_new(replace(before, name=name, without=without, template_version=0, variants=()))

    def _to_wizard(self, name: str) -> None:
        self.notice.clear()
        self.name.setText(name)
        self.views.setCurrentWidget(self.wizard)
        for one in (self.back_button, self.name):
            one.show()
        self.new_button.hide()

    # --- a lock -------------------------------------------------------------------------------

    def unfinished(self) -> Work | None:
        """What keeps the campaign that is in hand; None where nothing of it is lost."""
        return self.wizard.unfinished() if self.in_hand else None

    def take_up(self) -> None:
        """Back after a lock: what was kept then is a draft, and of these the newest."""
        self.call(lambda _: self.ui.office.list_campaigns(self._session), self._take_up)

    def _take_up(self, shown: CampaignsShown) -> None:
        kept = next((one for one in shown.campaigns if one.state is CampaignState.DRAFT), None)
        if kept is not None:
            self.open_campaign(kept.id)

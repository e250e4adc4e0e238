"""The place of campaigns in the rail: letters to many, and the templates that they are made from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.ui.base import Page, Ui
from desktop.ui.campaigns.page import CampaignsPage
from desktop.ui.campaigns.purpose import PurposeQuestions
from desktop.ui.gate.gate import Work
from desktop.ui.navigation import Navigation
from desktop.ui.tabs import Tabs
from desktop.ui.templates.page import TemplatesPage

CAMPAIGNS, TEMPLATES = "campaigns", "templates"
_BUILD: dict[str, Callable[[Ui, Session, Navigation], Page]] = {
    CAMPAIGNS: CampaignsPage,
    TEMPLATES: partial(TemplatesPage, PurposeQuestions),
}
"""In the order of the row; the first is opened."""


class CampaignsPlace(Page):
    """Each part is built when it is first opened."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.campaigns.title"))
        self.head.addStretch()
        parts = tuple(
            (code, ui.say(f"ui.campaigns.tab-{code}"), partial(build, ui, session, navigation))
            for code, build in _BUILD.items()
        )
        self.tabs = Tabs(ui.say("ui.campaigns.title"), parts)
        self.tabs.row.setVisible(len(parts) > 1)
        self.outer.addWidget(self.tabs, 1)

    def refresh(self) -> None:
        self.tabs.open(self.tabs.current or next(iter(_BUILD)))

    def open_part(self, code: str) -> None:
        """Bring one part to the front."""
        self.tabs.open(code)

    def open_campaign(self, campaign: CampaignId) -> None:
        page = self.tabs.bring(CAMPAIGNS)
        if isinstance(page, CampaignsPage):
            page.open_beside(campaign)

    def unfinished(self) -> Work | None:
        """What keeps the campaign and the template that are being made; None where nothing is lost."""
        works = self._works()
        return partial(_each, list(works.values())) if works else None

    def _works(self) -> dict[str, Work]:
        pages = self.tabs.pages.items()
        kept = {
            code: page.unfinished() for code, page in pages if isinstance(page, CampaignsPage | TemplatesPage)
        }
        return {code: work for code, work in kept.items() if work is not None}

    @property
    def unfinished_part(self) -> str:
        """Where something is not kept yet; of several the part in front."""
        works = self._works()
        return self.tabs.current if self.tabs.current in works else next(iter(works), "")

    def take_up(self, part: str) -> None:
        """Back after a lock: the part that had something unfinished, with what was in hand there."""
        page = self.tabs.open(part or CAMPAIGNS)
        if isinstance(page, CampaignsPage | TemplatesPage):
            page.take_up()


def _each(works: list[Work]) -> None:
    """What cannot be kept does not keep the rest from it."""
    for work in works:
        with suppress(SealwellError):
            work()

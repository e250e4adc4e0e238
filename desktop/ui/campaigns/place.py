"""The place of campaigns in the rail: letters to many, and the templates that they are made from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from desktop.errors import SealwellError
from desktop.models.accounts import Session
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

    def unfinished(self) -> Work | None:
        """What keeps the campaign and the template that are being made; None where nothing is lost."""
        pages = [one for one in self.tabs.pages.values() if isinstance(one, CampaignsPage | TemplatesPage)]
        works = [work for work in (page.unfinished() for page in pages) if work is not None]
        return partial(_each, works) if works else None

    def take_up(self) -> None:
        """Back after a lock: the campaign as it was."""
        page = self.tabs.bring(CAMPAIGNS)
        if isinstance(page, CampaignsPage):
            page.take_up()


def _each(works: list[Work]) -> None:
    """What cannot be kept does not keep the rest from it."""
    for work in works:
        with suppress(SealwellError):
            work()

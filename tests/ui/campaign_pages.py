"""What tests of campaigns in the window do again and again."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from desktop.config import LIMITS
from desktop.models import rules
from desktop.models.purposes import MailPurpose
from desktop.models.rules import Condition, Every, Op
from desktop.office.values_campaigns import CampaignLine, CampaignRequest, CampaignShown
from desktop.office.values_running import RunShown, StartRequest
from desktop.office.values_segments import SegmentRequest, SegmentShown
from desktop.office.values_templates import OwnTemplate, TemplateKeep, TemplateWords
from desktop.ui.campaigns.page import CampaignsPage
from desktop.ui.campaigns.place import CAMPAIGNS, CampaignsPlace
from desktop.ui.workspace import Workspace
from tests.ui.conftest import AtWork, Opened

D = TypeVar("D", bound=QDialog)
ANSWERS = {"paid": "no", "about": "running"}
WORDS = TemplateWords(
    "News of the practice", "# News\n\nHello {{ first_name }},\n\nwe have **news for you**."
)


def group(at_work: AtWork, name: str = "Adults", years: int = 18) -> SegmentShown:
    rule = rules.to_text(Every((Condition("age", Op.AT_LEAST, (years,)),)))
    return at_work.office.keep_segment(at_work.session, SegmentRequest(name, rule))


def letter(at_work: AtWork, name: str = "Spring news") -> OwnTemplate:
    """An approved letter of operations."""
    words = {"en": WORDS, "es": TemplateWords("Noticias", "Hola {{ first_name }}:\n\nhay noticias.")}
    asked = TemplateKeep(name, "news", MailPurpose.OPERATIONS, words, answers=ANSWERS)
    kept = at_work.office.keep_template(at_work.session, asked)
    return at_work.office.approve_template(at_work.session, kept.line.id, kept.number).line


def made(at_work: AtWork, **more: object) -> CampaignShown:
    """Ready to be checked."""
    shown, own = group(at_work), letter(at_work)
    asked = CampaignRequest("Spring", answers=ANSWERS, segment=shown.line.id, template=own.id)
    return at_work.office.keep_campaign(at_work.session, replace(asked, **more))  # type: ignore[arg-type]


def approved(at_work: AtWork, **more: object) -> CampaignShown:
    """Few people, about how the practice is run: nobody else has to sign."""
    shown = made(at_work, **more)
    at_work.office.check_campaign(at_work.session, shown.line.id)
    return at_work.office.ask_campaign(at_work.session, shown.line.id)


def begin(at_work: AtWork, shown: CampaignShown) -> RunShown:
    request = StartRequest(shown.line.id, shown.content, shown.audience)
    return at_work.office.start_campaign(at_work.session, request)


def opened_page(at_work: AtWork, workspace: Workspace | None = None) -> CampaignsPage:
    where = workspace or at_work.workspace
    where.open("campaigns")
    at_work.screen.settle()
    place = where.pages["campaigns"]
    assert isinstance(place, CampaignsPlace)
    page = place.tabs.open(CAMPAIGNS)
    at_work.screen.settle()
    assert isinstance(page, CampaignsPage)
    return page


def in_hand(at_work: AtWork, shown: CampaignShown, workspace: Workspace | None = None) -> CampaignsPage:
    page = opened_page(at_work, workspace)
    page.open_campaign(shown.line.id)
    at_work.screen.settle()
    return page


def kept_line(page: CampaignsPage) -> CampaignLine:
    assert page.wizard.shown is not None
    return page.wizard.shown.line


def press(at_work: AtWork, widget: QWidget, key: Qt.Key = Qt.Key.Key_Space) -> None:
    QTest.keyClick(widget, key)
    at_work.screen.settle()


def go(at_work: AtWork, page: CampaignsPage, step: str) -> None:
    """By the line of steps above, as somebody with the keyboard."""
    press(at_work, page.wizard.steps.buttons[step])
    assert page.wizard.step == step


def asked(owner: QWidget, kind: type[D]) -> D:
    """The dialog that stands open."""
    found = [one for one in owner.findChildren(kind) if one.isVisible()]
    assert len(found) == 1, found
    return found[0]


def later(at_work: AtWork, seconds: float = LIMITS.step_up + 1) -> None:
    """Time goes by, and the person is never idle."""
    while seconds > 0:
        step = min(seconds, 240.0)
        at_work.practice.clock.move(step)
        at_work.office.touch(at_work.session)
        seconds -= step


def send(at_work: AtWork) -> None:
    """What waits leaves, once nobody can take it back any more; the next look says what came of it."""
    at_work.practice.clock.move(60)
    at_work.office.touch(at_work.session)
    for _ in range(2):
        at_work.office.run_outbox(at_work.session)


def campaigns_of(opened: Opened, workspace: Workspace) -> CampaignsPage:
    """As it stands, without looking anew."""
    if "campaigns" not in workspace.pages:
        workspace.open("campaigns")
    opened.screen.settle()
    place = workspace.pages["campaigns"]
    assert isinstance(place, CampaignsPlace)
    page = place.tabs.pages[CAMPAIGNS]
    assert isinstance(page, CampaignsPage)
    return page

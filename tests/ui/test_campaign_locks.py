"""A lock in the middle of each page of a campaign keeps what was typed there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.models.campaigning import CampaignState
from desktop.office.values_campaigns import CampaignShown
from desktop.ui.campaigns import draft as drafts
from desktop.ui.campaigns.page import CampaignsPage
from desktop.ui.campaigns.place import CampaignsPlace
from desktop.ui.campaigns.wizard import APPROVE, CHECK, GO, WHAT, WHO
from desktop.ui.templates.page import TemplatesPage
from tests.ui.campaign_pages import approved, campaigns_of, made
from tests.ui.conftest import AtWork, Opened


class Locked:
    """Somebody at work in the whole window, who is locked out and comes back."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.workspace = opened.sign_in()
        self.at_work = AtWork(
            opened.screen, opened.office, self.workspace.session, self.workspace, opened.practice
        )

    def page(self, shown: CampaignShown | None, step: str) -> CampaignsPage:
        self.workspace.open("campaigns")
        page = campaigns_of(self.opened, self.workspace)
        if shown is None:
            page.begin()
        else:
            page.open_campaign(shown.line.id)
        self.opened.screen.settle()
        if page.wizard.step != step:
            QTest.keyClick(page.wizard.steps.buttons[step], Qt.Key.Key_Space)
            self.opened.screen.settle()
        assert page.wizard.step == step
        return page

    def lock(self) -> None:
        self.opened.window.lock()
        self.opened.screen.settle()
        assert self.opened.window.locked

    def back(self) -> CampaignsPage:
        self.workspace = self.opened.sign_in()
        self.opened.screen.settle()
        assert self.workspace.stack.currentWidget() is self.workspace.pages["campaigns"]
        return campaigns_of(self.opened, self.workspace)


@pytest.fixture
def locked(opened: Opened) -> Locked:
    return Locked(opened)


def test_on_the_first_page_the_name(locked: Locked) -> None:
    page = locked.page(made(locked.at_work), WHO)
    QTest.keyClicks(page.wizard.who.name.input, " and summer")
    locked.lock()
    assert locked.back().wizard.who.name.text == "Spring and summer"


def test_on_the_second_page_the_answers(locked: Locked) -> None:
    page = locked.page(None, WHO)
    QTest.keyClicks(page.wizard.who.name.input, "News")
    QTest.keyClick(page.wizard.steps.buttons[WHAT], Qt.Key.Key_Space)
    locked.opened.screen.settle()
    QTest.keyClick(page.wizard.what.purpose.choices["paid"]["no"], Qt.Key.Key_Space)
    locked.opened.screen.settle()
    locked.lock()
    back = locked.back()
    assert back.wizard.who.name.text == "News"
    assert back.wizard.draft().answers == {"paid": "no"}


def test_on_the_third_page_what_was_chosen_before(locked: Locked) -> None:
    """The check itself is made again: it was interrupted, and nothing of it is half kept."""
    shown = made(locked.at_work)
    page = locked.page(shown, CHECK)
    QTest.keyClicks(page.wizard.check.audience.search, "Zor")
    page.wizard.check.check()
    locked.lock()
    back = locked.opened.sign_in()
    kept = locked.opened.office.show_campaign(back.session, shown.line.id)
    assert kept.line.state in (CampaignState.DRAFT, CampaignState.CHECKED)
    assert drafts.of(kept) == drafts.of(shown)


def test_on_the_fifth_page_the_hours_of_a_draft(locked: Locked) -> None:
    page = locked.page(made(locked.at_work), GO)
    page.wizard.last.schedule.per_hour.setValue(40)
    locked.lock()
    assert locked.back().wizard.draft().schedule.per_hour == 40


@pytest.mark.parametrize("step", [WHO, APPROVE, GO])
def test_what_was_approved_stays_and_what_was_typed_is_kept_beside_it(locked: Locked, step: str) -> None:
    shown = approved(locked.at_work)
    page = locked.page(shown, step)
    page.wizard.last.schedule.per_hour.setValue(40)
    locked.lock()
    back = locked.back()
    say = locked.opened.screen.words
    assert back.wizard.who.name.text == say("ui.campaigns.beside", name="Spring")
    assert back.wizard.draft().schedule.per_hour == 40
    kept = locked.opened.office.show_campaign(locked.workspace.session, shown.line.id)
    assert (kept.line.state, kept.schedule.per_hour) == (CampaignState.APPROVED, 0)


def test_what_was_changed_beside_what_is_approved_is_said_on_the_list(locked: Locked) -> None:
    page = locked.page(approved(locked.at_work), GO)
    page.wizard.last.schedule.per_hour.setValue(40)
    QTest.keyClick(page.back_button, Qt.Key.Key_Space)
    locked.opened.screen.settle()
    assert not page.in_hand
    assert page.notice.words == locked.opened.screen.words("ui.campaigns.kept-beside")
    assert len(page.rows.rows) == 2


def test_the_longest_name_is_kept_beside_too(locked: Locked) -> None:
    shown = approved(locked.at_work, name="A very long name of a campaign, " * 2 + "and its end here")
    page = locked.page(shown, GO)
    page.wizard.last.schedule.per_hour.setValue(40)
    locked.lock()
    assert locked.back().wizard.draft().schedule.per_hour == 40


def test_what_somebody_else_changed_before_the_lock_is_not_written_over(locked: Locked) -> None:
    shown = made(locked.at_work)
    page = locked.page(shown, WHO)
    QTest.keyClicks(page.wizard.who.name.input, " of mine")
    theirs = replace(drafts.of(shown), name="Theirs").request(shown)
    locked.opened.office.keep_campaign(locked.workspace.session, theirs)
    locked.opened.practice.clock.move(1)
    locked.lock()
    assert locked.back().wizard.who.name.text == "Spring of mine (yours)"
    names = [one.name for one in locked.opened.office.list_campaigns(locked.workspace.session).campaigns]
    assert sorted(names) == ["Spring of mine (yours)", "Theirs"]


def test_a_template_that_was_in_hand_is_not_followed_by_some_campaign(locked: Locked) -> None:
    made(locked.at_work)
    locked.workspace.campaigns("templates")
    locked.opened.screen.settle()
    place = locked.workspace.pages["campaigns"]
    assert isinstance(place, CampaignsPlace)
    page = place.tabs.pages["templates"]
    assert isinstance(page, TemplatesPage)
    shelf = next(one for one in page.gallery.rows.rows if one.own is not None)
    page.open_shelf(shelf)
    locked.opened.screen.settle()
    QTest.keyClicks(page.editor.languages.form.subject, " again")
    locked.opened.screen.qtbot.waitUntil(lambda: page.editor.preview.settled, timeout=20_000)
    locked.lock()
    workspace = locked.opened.sign_in()
    locked.opened.screen.settle()
    place = workspace.pages["campaigns"]
    assert isinstance(place, CampaignsPlace)
    assert place.tabs.current == "templates"

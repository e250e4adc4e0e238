"""Campaigns in the real window: five pages with the keyboard, two who change the same one, a lock."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.models.campaigning import CampaignSchedule, CampaignState
from desktop.models.purposes import MailPurpose
from desktop.ui.campaigns import draft as drafts
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.preview import PreviewDialog
from desktop.ui.campaigns.wizard import APPROVE, CHECK, GO, WHAT, WHO
from desktop.ui.dialog import ConfirmDialog
from tests.ui.campaign_pages import (
    ANSWERS,
    campaigns_of,
    group,
    in_hand,
    kept_line,
    letter,
    made,
    opened_page,
    press,
)
from tests.ui.conftest import AtWork, Opened


def test_five_pages_with_the_keyboard_up_to_the_approval(at_work: AtWork) -> None:
    group(at_work)
    letter(at_work)
    page = opened_page(at_work)
    assert page.none.isVisible()
    press(at_work, page.new_button)
    wizard = page.wizard
    assert wizard.who.name.input.hasFocus() or not at_work.workspace.isActiveWindow()
    QTest.keyClicks(wizard.who.name.input, "Spring news")
    QTest.keyClick(wizard.who.list, Qt.Key.Key_Down)
    assert wizard.who.count.text().startswith("3 people are in this group now.")
    press(at_work, wizard.next_button)
    assert wizard.step == WHAT
    assert wizard.what.letters.isHidden(), "first what it is for, then the letter"
    press(at_work, wizard.what.purpose.choices["paid"]["no"])
    press(at_work, wizard.what.purpose.choices["about"]["running"])
    assert wizard.what.purpose.purpose is MailPurpose.OPERATIONS
    assert [one.name for one in wizard.what.rows.rows] == ["Spring news"]
    QTest.keyClick(wizard.what.list, Qt.Key.Key_Down)
    at_work.screen.settle()
    assert wizard.what.subject.text() == "News of the practice"
    assert wizard.what.beginning.text() == "News\n\nHello …,\n\nwe have news for you."
    press(at_work, wizard.next_button)
    assert wizard.step == CHECK
    assert page.notice.words == ""
    press(at_work, wizard.check.check_button)
    line = kept_line(page)
    assert line.state is CampaignState.CHECKED
    assert line.included + line.excluded == 3
    assert wizard.check.gets.text() == at_work.screen.ui.texts.count("ui.campaigns.get-it", line.included)
    assert len(wizard.check.audience.rows.rows) == 3
    press(at_work, wizard.next_button)
    assert wizard.step == APPROVE
    assert wizard.approve.state.text() == at_work.screen.words("ui.campaigns.needs-nobody")
    press(at_work, wizard.approve.ask_button)
    assert kept_line(page).state is CampaignState.APPROVED
    press(at_work, wizard.next_button)
    assert wizard.step == GO
    assert wizard.last.start_button.isVisible()


def test_a_letter_is_looked_at_person_by_person(at_work: AtWork) -> None:
    page = in_hand(at_work, made(at_work))
    page.wizard.check.check()
    at_work.screen.settle()
    page.wizard.check.look_at_letters()
    at_work.screen.settle()
    dialog = page.wizard.check.findChild(PreviewDialog)
    assert dialog is not None
    assert dialog.shown is not None
    first = dialog.shown.person
    assert not dialog.before.isEnabled()
    while dialog.next.isEnabled():
        dialog.next.click()
        at_work.screen.settle()
    assert dialog.shown.place == dialog.shown.total
    assert dialog.shown.person != first or dialog.shown.total == 1
    assert "we have news for you" in dialog.shown.text
    dialog.reject()


def test_back_and_forth_loses_nothing(at_work: AtWork) -> None:
    page = in_hand(at_work, made(at_work))
    wizard = page.wizard
    wizard.go(WHO)
    at_work.screen.settle()
    wizard.who.name.input.setText("Spring, second try")
    for step in (WHAT, WHO, WHAT, CHECK, WHO):
        wizard.go(step)
        at_work.screen.settle()
    assert wizard.who.name.text == "Spring, second try"
    assert wizard.shown is not None
    assert wizard.shown.line.name == "Spring, second try"
    assert wizard.shown.template is not None
    assert wizard.shown.answers == ANSWERS


def test_without_a_name_nothing_is_kept_and_the_field_says_so(at_work: AtWork) -> None:
    group(at_work)
    page = opened_page(at_work)
    page.begin()
    at_work.screen.settle()
    page.wizard.go(CHECK)
    at_work.screen.settle()
    assert page.wizard.step == WHO
    assert page.wizard.who.name.input.accessibleDescription() == at_work.screen.words("ui.form.missing")
    assert at_work.office.list_campaigns(at_work.session).campaigns == ()


def test_a_group_that_became_empty_is_said_at_the_check(at_work: AtWork) -> None:
    shown = group(at_work, "Nobody", 130)
    page = in_hand(at_work, made(at_work, segment=shown.line.id))
    page.wizard.check.check()
    at_work.screen.settle()
    assert page.notice.words.startswith(at_work.screen.words("error.campaign-empty"))
    assert page.wizard.check.check_button.isEnabled()
    page.wizard.go(WHO)
    at_work.screen.settle()
    assert page.wizard.who.count.text() == at_work.screen.words("ui.campaigns.group-empty")


def test_a_cancelled_check_keeps_nothing_and_can_be_made_again(at_work: AtWork) -> None:
    page = in_hand(at_work, made(at_work))
    page.wizard.check.check()
    page.wizard.check.cancel()
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.campaigns.check-cancelled")
    assert page.wizard.shown is not None
    kept = at_work.office.show_campaign(at_work.session, page.wizard.shown.line.id)
    assert kept.line.state is CampaignState.DRAFT
    page.wizard.check.check()
    at_work.screen.settle()
    assert page.wizard.shown.line.state is CampaignState.CHECKED


def test_what_somebody_else_changed_comes_in_and_nothing_of_mine_is_lost(at_work: AtWork) -> None:
    before = made(at_work)
    page = in_hand(at_work, before)
    other = group(at_work, "Older", 60)
    page.wizard.go(WHO)
    at_work.screen.settle()
    page.wizard.who.name.input.setText("My name for it")
    theirs = drafts.of(before)
    asked = replace(theirs, segment=other.line.id).request(before)
    at_work.office.keep_campaign(at_work.session, asked)
    page.wizard.go(CHECK)
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words(
        "ui.campaigns.met", parts=at_work.screen.words("ui.campaigns.part-group")
    )
    assert page.wizard.who.name.text == "My name for it"
    page.wizard.go(CHECK)
    at_work.screen.settle()
    kept = at_work.office.show_campaign(at_work.session, before.line.id)
    assert (kept.line.name, kept.segment) == ("My name for it", other.line.id)


@pytest.mark.parametrize("mine", [True, False])
def test_of_two_who_changed_the_same_one_is_chosen(at_work: AtWork, mine: bool) -> None:
    before = made(at_work)
    page = in_hand(at_work, before)
    page.wizard.go(WHO)
    at_work.screen.settle()
    page.wizard.who.name.input.setText("Mine")
    at_work.office.keep_campaign(at_work.session, replace(drafts.of(before), name="Theirs").request(before))
    page.wizard.go(CHECK)
    at_work.screen.settle()
    assert not page.wizard.next_button.isEnabled()
    (page.wizard.mine_button if mine else page.wizard.theirs_button).click()
    at_work.screen.settle()
    kept = at_work.office.show_campaign(at_work.session, before.line.id)
    assert kept.line.name == ("Mine" if mine else "Theirs")
    assert page.notice.words == at_work.screen.words("ui.campaigns.kept")
    assert page.wizard.next_button.isEnabled()


def test_other_hours_undo_an_approval_only_after_a_question(at_work: AtWork) -> None:
    shown = made(at_work)
    at_work.office.check_campaign(at_work.session, shown.line.id)
    at_work.office.ask_campaign(at_work.session, shown.line.id)
    page = in_hand(at_work, shown)
    wizard = page.wizard
    assert wizard.step == GO
    assert wizard.last.keep_button.isHidden()
    wizard.last.schedule.per_hour.setValue(30)
    assert wizard.last.start_button.isHidden(), "what was not approved cannot start"
    press(at_work, wizard.last.keep_button)
    dialog = wizard.findChild(ConfirmDialog)
    assert dialog is not None
    dialog.reject()
    at_work.screen.settle()
    assert at_work.office.show_campaign(at_work.session, shown.line.id).line.state is CampaignState.APPROVED
    press(at_work, wizard.last.keep_button)
    wizard.findChildren(ConfirmDialog)[-1].accept()
    at_work.screen.settle()
    kept = at_work.office.show_campaign(at_work.session, shown.line.id)
    assert (kept.line.state, kept.schedule.per_hour) == (CampaignState.DRAFT, 30)
    assert wizard.step == CHECK


def test_a_campaign_that_is_wanted_no_more_is_given_up(at_work: AtWork) -> None:
    shown = made(at_work)
    page = in_hand(at_work, shown)
    page.wizard.ask_give_up()
    dialog = page.wizard.findChild(ConfirmDialog)
    assert dialog is not None
    dialog.accept()
    at_work.screen.settle()
    assert not page.in_hand
    assert [one.state for one in page.rows.rows] == [CampaignState.STOPPED]


def test_a_lock_in_the_middle_keeps_the_campaign_and_shows_it_again(opened: Opened) -> None:
    page = campaigns_of(opened, opened.sign_in())
    page.begin()
    opened.screen.settle()
    page.wizard.who.name.input.setText("Half a campaign")
    opened.window.lock()
    opened.screen.settle()
    assert opened.window.locked
    workspace = opened.sign_in()
    opened.screen.settle()
    place = workspace.pages["campaigns"]
    assert workspace.stack.currentWidget() is place
    back = campaigns_of(opened, workspace)
    assert back.in_hand
    assert back.wizard.who.name.text == "Half a campaign"


def test_merging_takes_what_i_left_alone() -> None:
    base = Draft(name="A", answers={"paid": "no"})
    pace = CampaignSchedule(per_hour=10)
    found = drafts.merged(base, replace(base, name="B"), replace(base, schedule=pace))
    assert (found.draft, found.taken, found.both) == (
        Draft("B", answers={"paid": "no"}, schedule=pace),
        ("schedule",),
        (),
    )


def test_merging_says_what_both_changed_unless_they_agree() -> None:
    base = Draft(name="A")
    found = drafts.merged(base, replace(base, name="B"), replace(base, name="C"))
    assert (found.draft.name, found.both) == ("B", ("name",))
    agreed = drafts.merged(base, replace(base, name="B"), replace(base, name="B"))
    assert (agreed.taken, agreed.both) == ((), ())

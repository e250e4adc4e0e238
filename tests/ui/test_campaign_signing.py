"""Who signs a campaign, in the real window: another person, or whoever is alone after a recorded wait."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.config import LIMITS
from desktop.models.accounts import Role
from desktop.models.campaigning import CampaignState
from desktop.office.values_campaigns import CampaignRules, CampaignShown
from desktop.office.values_entry import Credentials
from desktop.ui.campaigns import draft as drafts
from desktop.ui.campaigns.approve import ApprovePage
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.page import CampaignsPage
from desktop.ui.campaigns.preview import PreviewDialog
from desktop.ui.campaigns.wizard import APPROVE, CHECK, GO, WHAT, WHO
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.stepup import StepUpDialog
from desktop.ui.workspace import Workspace
from tests.made_practice import PASSWORD
from tests.support.second_user import BEN, BENS_PASSWORD, add_ben, code_of
from tests.ui.campaign_pages import (
    approved,
    asked,
    begin,
    go,
    in_hand,
    kept_line,
    later,
    made,
    press,
)
from tests.ui.conftest import HOLD, AtWork

S = CampaignState


def with_ben(at_work: AtWork) -> Workspace:
    """Ben is a manager too, and sits at another window of the same practice."""
    clock = at_work.practice.clock
    uri = add_ben(at_work.office, at_work.session, clock, Role.MANAGER)
    clock.move(30)
    given = Credentials(BEN, password=BENS_PASSWORD, code=code_of(uri, clock))
    session = at_work.office.sign_in(given).session
    at_work.office.touch(at_work.session)
    return at_work.screen.show(Workspace(at_work.screen.ui, session, HOLD))


def to_sign(at_work: AtWork, shown: CampaignShown | None = None) -> CampaignsPage:
    """Checked, and somebody is asked, with the keyboard."""
    at_work.office.set_campaign_rules(at_work.session, CampaignRules(above=0))
    kept = shown or made(at_work)
    at_work.office.check_campaign(at_work.session, kept.line.id)
    page = in_hand(at_work, kept)
    go(at_work, page, APPROVE)
    press(at_work, page.wizard.approve.ask_button)
    assert kept_line(page).state is S.ASKED
    return page


def test_whoever_is_alone_signs_after_half_an_hour_that_is_written_down(at_work: AtWork) -> None:
    page = to_sign(at_work)
    sign = page.wizard.approve
    assert not sign.sign_button.isHidden()
    assert not sign.sign_button.isEnabled()
    assert "{" not in sign.why.text()
    later(at_work, LIMITS.sole_approver_wait - 60)
    press(at_work, sign.look_button)
    assert not sign.sign_button.isEnabled()
    later(at_work, 120)
    sign._wait_over()
    assert sign.sign_button.isEnabled()
    prove(at_work, sign)
    assert kept_line(page).state is S.APPROVED
    acts = [one.act for one in at_work.office.query_log(at_work.session).lines]
    assert {"campaign.asked", "campaign.approved"} <= set(acts)


def prove(at_work: AtWork, sign: ApprovePage) -> None:
    """Sign, with the password once more where it is asked for."""
    press(at_work, sign.sign_button)
    for dialog in at_work.workspace.findChildren(StepUpDialog):
        QTest.keyClicks(dialog.password.input, PASSWORD)
        press(at_work, dialog.password.input, Qt.Key.Key_Return)


def test_another_person_signs_what_they_can_look_at(at_work: AtWork) -> None:
    ben = with_ben(at_work)
    mine = to_sign(at_work)
    assert mine.wizard.approve.sign_button.isHidden(), "who asked does not sign"
    shown = mine.wizard.shown
    assert shown is not None
    page = in_hand(at_work, shown, ben)
    assert page.wizard.step == APPROVE
    sign = page.wizard.approve
    assert "ana" in sign.state.text()
    press(at_work, sign.letters_button)
    preview = asked(ben, PreviewDialog)
    assert preview.shown is not None
    preview.reject()
    at_work.screen.settle()
    press(at_work, sign.sign_button)
    assert kept_line(page).state is S.APPROVED
    press(at_work, mine.wizard.approve.look_button)
    assert kept_line(mine).state is S.APPROVED
    assert BEN in mine.wizard.approve.why.text()


def test_who_asked_finds_who_did_not_sign(at_work: AtWork) -> None:
    ben = with_ben(at_work)
    mine = to_sign(at_work)
    assert mine.wizard.shown is not None
    page = in_hand(at_work, mine.wizard.shown, ben)
    press(at_work, page.wizard.approve.refuse_button)
    assert kept_line(page).state is S.CHECKED
    press(at_work, mine.wizard.approve.look_button)
    sign = mine.wizard.approve
    assert sign.state.text() == at_work.screen.words("ui.campaigns.refused-by", name=BEN)
    press(at_work, sign.ask_button)
    assert kept_line(mine).state is S.ASKED


def test_what_was_signed_meanwhile_is_shown_with_the_refusal(at_work: AtWork) -> None:
    """Two managers stand before the same request: the second is told."""
    ben = with_ben(at_work)
    mine = to_sign(at_work)
    assert mine.wizard.shown is not None
    page = in_hand(at_work, mine.wizard.shown, ben)
    asked_for = page.wizard.shown
    assert asked_for is not None
    theirs = replace(drafts.of(asked_for), name="Theirs").request(asked_for)
    at_work.office.keep_campaign(at_work.session, theirs)
    press(at_work, page.wizard.approve.sign_button)
    assert page.notice.words.startswith(at_work.screen.words("error.campaign-differs"))
    assert kept_line(page).name == "Theirs"
    assert page.wizard.approve.sign_button.isHidden()


def test_a_check_undoes_what_was_approved_only_after_a_question(at_work: AtWork) -> None:
    shown = approved(at_work)
    page = in_hand(at_work, shown)
    go(at_work, page, CHECK)
    press(at_work, page.wizard.check.check_button)
    press(at_work, asked(page.wizard, ConfirmDialog).cancel)
    assert at_work.office.show_campaign(at_work.session, shown.line.id).line.state is S.APPROVED
    press(at_work, page.wizard.check.check_button)
    press(at_work, asked(page.wizard, ConfirmDialog).go_button)
    assert kept_line(page).state is S.CHECKED


def test_where_nobody_gets_it_the_pages_say_so(at_work: AtWork) -> None:
    ned = at_work.person("Ned")
    for name in ("Zoraida", "Bo"):
        at_work.office.set_person(at_work.session, at_work.person(name), {"status": "moved"})
    page = in_hand(at_work, made(at_work))
    press(at_work, page.wizard.check.check_button)
    assert kept_line(page).included == 0, ned
    assert page.wizard.check.letters_button.isHidden()
    go(at_work, page, APPROVE)
    assert page.wizard.approve.state.text() == at_work.screen.words("ui.campaigns.approve-nobody")
    assert page.wizard.approve.ask_button.isHidden()
    go(at_work, page, GO)
    assert page.wizard.last.ready.text() == at_work.screen.words("ui.campaigns.go-nobody")


def test_what_the_other_person_changes_is_told_in_my_window(at_work: AtWork) -> None:
    ben = with_ben(at_work)
    shown = made(at_work)
    mine, theirs = in_hand(at_work, shown), in_hand(at_work, shown, ben)
    for page in (mine, theirs):
        go(at_work, page, WHO)
    QTest.keyClicks(theirs.wizard.who.name.input, " for all")
    press(at_work, theirs.wizard.steps.buttons[CHECK])
    QTest.keyClicks(mine.wizard.who.name.input, " for some")
    press(at_work, mine.wizard.steps.buttons[CHECK])
    assert at_work.screen.words("ui.campaigns.part-name") in mine.notice.words
    assert not mine.wizard.next_button.isEnabled()
    press(at_work, mine.wizard.theirs_button)
    assert kept_line(mine).name == "Spring for all"


def test_what_the_other_person_started_is_shown_and_cannot_be_changed(at_work: AtWork) -> None:
    ben = with_ben(at_work)
    shown = approved(at_work)
    mine = in_hand(at_work, shown, ben)
    go(at_work, mine, WHO)
    begin(at_work, at_work.office.show_campaign(at_work.session, shown.line.id))
    QTest.keyClicks(mine.wizard.who.name.input, " for some")
    press(at_work, mine.wizard.steps.buttons[CHECK])
    press(at_work, asked(mine.wizard, ConfirmDialog).go_button)
    assert mine.notice.words.startswith(at_work.screen.words("error.campaign-running"))
    assert kept_line(mine).state is S.RUNNING
    assert not mine.wizard.who.isEnabled()
    assert mine.wizard.who.name.text == "Spring"


def test_an_answer_about_one_campaign_does_not_move_another(at_work: AtWork) -> None:
    first = made(at_work)
    second = at_work.office.keep_campaign(
        at_work.session, replace(drafts.of(first), name="Second").request(None)
    )
    page = in_hand(at_work, first)
    page.wizard.check.check()
    page.open_campaign(second.line.id)
    at_work.screen.settle()
    assert kept_line(page).id == second.line.id
    assert page.wizard.check.check_button.isEnabled()
    assert not page.wizard.check.cancel_button.isVisible()


def test_a_letter_that_does_not_fit_other_answers_is_chosen_no_more(at_work: AtWork) -> None:
    page = in_hand(at_work, made(at_work))
    go(at_work, page, WHAT)
    what = page.wizard.what
    assert what.draft(Draft()).template is not None
    press(at_work, what.purpose.again)
    press(at_work, what.purpose.choices["paid"]["no"])
    press(at_work, what.purpose.choices["about"]["bill"])
    assert what.draft(Draft()).template is None
    assert not what.none.isHidden()

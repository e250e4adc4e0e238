"""A campaign from Start to its report in the real window: step-up, progress, pause, stop, differences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from demo.faults import DROP, At, Fault
from desktop.errors import DeliveryError
from desktop.models.campaigning import CampaignSchedule, CampaignState
from desktop.ui.campaigns.page import CampaignsPage
from desktop.ui.campaigns.progress import DifferencesDialog, ProgressView, StopDialog
from desktop.ui.campaigns.wizard import CHECK, GO, WHO
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.results.page import ResultsPage
from desktop.ui.stepup import StepUpDialog
from tests.made_practice import PASSWORD
from tests.ui.campaign_pages import approved, asked, begin, go, in_hand, later, press, send
from tests.ui.conftest import AtWork, RelayHere

S = CampaignState


def running(at_work: AtWork, schedule: CampaignSchedule | None = None) -> CampaignsPage:
    """Started with the keyboard, and on its progress."""
    page = in_hand(at_work, approved(at_work, schedule=schedule or CampaignSchedule()))
    assert page.wizard.step == GO
    press(at_work, page.wizard.last.start_button)
    return page


def progress(page: CampaignsPage) -> ProgressView:
    assert page.wizard.last.views.currentWidget() is page.wizard.last.progress
    return page.wizard.last.progress


def look(at_work: AtWork, page: CampaignsPage) -> ProgressView:
    progress(page).look()
    at_work.screen.settle()
    return progress(page)


def test_start_asks_who_is_there_and_every_letter_leaves_and_the_report_opens(
    at_work: AtWork, relay: RelayHere
) -> None:
    page = in_hand(at_work, approved(at_work))
    later(at_work)
    press(at_work, page.wizard.last.start_button)
    dialog = asked(at_work.workspace, StepUpDialog)
    QTest.keyClicks(dialog.password.input, PASSWORD)
    press(at_work, dialog.password.input, Qt.Key.Key_Return)
    view = progress(page)
    assert view.state.text() == at_work.screen.words("ui.campaigns.state-running")
    assert view.counts.text() == "0 sent, 2 waiting"
    send(at_work)
    assert len(relay.server.received) == 2
    view = look(at_work, page)
    assert view.counts.text() == "2 sent"
    assert view.state.text() == at_work.screen.words("ui.campaigns.state-done")
    assert view.pause_button.isHidden()
    assert view.stop_button.isHidden()
    press(at_work, view.report_button)
    report = at_work.workspace.pages["results"]
    assert at_work.workspace.stack.currentWidget() is report
    assert isinstance(report, ResultsPage)
    assert page.wizard.shown is not None
    assert report.campaign == page.wizard.shown.line.id
    assert report.period.text() == "Results of Spring"


def test_a_start_that_nobody_confirms_starts_nothing(at_work: AtWork) -> None:
    shown = approved(at_work)
    page = in_hand(at_work, shown)
    later(at_work)
    press(at_work, page.wizard.last.start_button)
    press(at_work, asked(at_work.workspace, StepUpDialog).cancel)
    assert page.wizard.last.views.currentWidget() is page.wizard.last.before
    assert page.wizard.last.start_button.isEnabled()
    kept = at_work.office.show_campaign(at_work.session, shown.line.id)
    assert kept.line.state is S.APPROVED


def test_pause_and_go_on_with_the_keyboard(at_work: AtWork, relay: RelayHere) -> None:
    page = running(at_work)
    view = progress(page)
    press(at_work, view.pause_button)
    assert view.state.text() == at_work.screen.words("ui.campaigns.state-paused")
    assert view.continue_button.hasFocus() or not at_work.workspace.isActiveWindow()
    send(at_work)
    assert relay.server.received == []
    press(at_work, view.continue_button)
    assert view.state.text() == at_work.screen.words("ui.campaigns.state-running")
    send(at_work)
    assert len(relay.server.received) == 2


def test_stop_says_what_it_means_and_can_be_left(at_work: AtWork, relay: RelayHere) -> None:
    page = running(at_work)
    view = progress(page)
    press(at_work, view.stop_button)
    dialog = asked(view, StopDialog)
    words = at_work.screen.ui.texts.count("ui.campaigns.stop-all", 2)
    assert words in [one.text() for one in dialog.findChildren(type(view.counts))]
    press(at_work, dialog.cancel)
    assert view.state.text() == at_work.screen.words("ui.campaigns.state-running")
    press(at_work, view.stop_button)
    press(at_work, asked(view, StopDialog).go_button)
    assert view.state.text() == at_work.screen.words("ui.campaigns.state-stopped")
    send(at_work)
    assert relay.server.received == []
    assert not view.again_button.isHidden()


def test_who_had_no_letter_gets_the_same_once_more(at_work: AtWork) -> None:
    page = running(at_work)
    view = progress(page)
    view._do(lambda id_: lambda _: at_work.office.stop_campaign(at_work.session, id_))
    at_work.screen.settle()
    press(at_work, view.again_button)
    assert page.wizard.step == WHO
    assert page.wizard.who.name.text == at_work.screen.words("ui.campaigns.rest-name", name="Spring")
    assert len(page.wizard.who.without()) == 1


def test_what_differs_from_the_practice_run_is_named_with_its_reason(at_work: AtWork) -> None:
    shown = approved(at_work)
    at_work.office.set_person(at_work.session, at_work.person("Bo"), {"email": "other@example.org"})
    begin(at_work, shown)
    view = progress(in_hand(at_work, shown))
    assert view.differences_button.text() == at_work.screen.ui.texts.count("ui.campaigns.differences", 1)
    press(at_work, view.differences_button)
    dialog = asked(view, DifferencesDialog)
    assert [one.name for one in dialog.rows.rows] == ["Bo Nightingale"]
    assert dialog.count.text() == at_work.screen.ui.texts.count("ui.campaigns.people", 1)
    said = dialog.rows.data(dialog.rows.index(0, 1))
    assert said
    assert not said.startswith("reason.")


def test_who_fell_out_is_named_in_the_reason(at_work: AtWork) -> None:
    shown = approved(at_work)
    at_work.office.set_person(at_work.session, at_work.person("Bo"), {"status": "moved"})
    begin(at_work, shown)
    view = progress(in_hand(at_work, shown))
    press(at_work, view.differences_button)
    dialog = asked(view, DifferencesDialog)
    assert dialog.rows.data(dialog.rows.index(0, 1)) == "Bo Nightingale has moved away."


def test_while_the_mail_service_is_away_the_page_says_so(at_work: AtWork, relay: RelayHere) -> None:
    page = running(at_work)
    relay.server.faults.append(Fault(At.EHLO, DROP))
    with pytest.raises(DeliveryError) as refused:
        send(at_work)
    relay.server.faults.clear()
    view = look(at_work, page)
    assert view.state.text() != at_work.screen.words("ui.campaigns.state-running")
    assert refused.value.code not in view.state.text(), "in words"
    assert view.counts.text() == "0 sent, 2 waiting"


def test_one_that_waits_for_its_hour_says_so_whenever_it_is_opened(at_work: AtWork) -> None:
    starts = at_work.practice.clock.now() + timedelta(hours=2)
    page = running(at_work, CampaignSchedule(starts=starts))
    for _ in range(2):
        view = progress(page)
        assert view.state.text() == at_work.screen.words("ui.campaigns.state-scheduled")
        assert view.when.text()
        assert not view.stop_button.isHidden()
        assert page.wizard.give_up_button.isHidden()
        page.refresh()
        at_work.screen.settle()
    page.show_list()
    at_work.screen.settle()
    page.open_campaign(page.rows.rows[0].id)
    at_work.screen.settle()
    assert page.wizard.step == GO
    assert progress(page).state.text() == at_work.screen.words("ui.campaigns.state-scheduled")


def test_one_that_waits_for_its_hour_is_taken_back_only_after_a_question(at_work: AtWork) -> None:
    starts = at_work.practice.clock.now() + timedelta(hours=2)
    page = running(at_work, CampaignSchedule(starts=starts))
    assert page.wizard.shown is not None
    id_ = page.wizard.shown.line.id
    go(at_work, page, CHECK)
    press(at_work, page.wizard.check.check_button)
    press(at_work, asked(page.wizard, ConfirmDialog).cancel)
    assert at_work.office.show_campaign(at_work.session, id_).line.state is S.SCHEDULED
    go(at_work, page, WHO)
    QTest.keyClicks(page.wizard.who.name.input, " news")
    press(at_work, page.wizard.steps.buttons[CHECK])
    press(at_work, asked(page.wizard, ConfirmDialog).cancel)
    kept = at_work.office.show_campaign(at_work.session, id_)
    assert (kept.line.state, kept.line.name) == (S.SCHEDULED, "Spring")


def test_looking_on_while_letters_leave_is_one_look_in_the_log(at_work: AtWork) -> None:
    page = running(at_work)

    def looks() -> int:
        lines = at_work.office.query_log(at_work.session).lines
        return sum(one.act == "campaign.shown" for one in lines)

    look(at_work, page)
    before = looks()
    for _ in range(5):
        progress(page)._look_again()
        at_work.screen.settle()
    assert looks() == before
    page.show_list()
    at_work.screen.settle()
    assert looks() == before, "the list shows how far it is without a look at each"


def test_the_list_says_how_far_each_is(at_work: AtWork) -> None:
    page = running(at_work)
    send(at_work)
    page.show_list()
    at_work.screen.settle()
    cells = [page.rows.data(page.rows.index(0, column)) for column in range(3)]
    done = at_work.screen.words("ui.campaigns.state-done")
    assert cells == ["Spring", done, at_work.screen.words("ui.campaigns.left-of", left=2, of=2)]

"""Tomorrow's reminders by method: the counts lead to the people, a person leads to the card."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.office.values import PassphraseRequest
from desktop.ui.people.dialogs import PassphraseDialog
from desktop.ui.reminders.page import TodayPage
from desktop.ui.reminders.review import ReviewView
from tests.made_practice import import_visits
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


@pytest.fixture
def today(at_work: AtWork) -> TodayPage:
    """Zoraida and Bo are reached on the way, Ned has no address."""
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    page = at_work.page("today", TodayPage)
    page.review()
    at_work.screen.settle()
    return page


def names(view: ReviewView) -> list[str]:
    return [line.name for line in view.rows.rows]


def open_row(at_work: AtWork, view: ReviewView, row: int) -> None:
    view.view.selectRow(row)
    view.view.activated.emit(view.rows.index(row, 0))
    at_work.screen.settle()


def test_the_counts_stand_on_one_line_and_add_up_to_everybody(today: TodayPage) -> None:
    buttons = today.review_view.counts.buttons
    assert [one.text() for one in buttons.values()] == ["All 3", "2 encrypted on the way", "1 needs you"]


def test_a_count_shows_its_people_and_all_brings_everybody_back(today: TodayPage) -> None:
    view = today.review_view
    view.counts.buttons["need-you"].click()
    assert names(view) == ["Ned Noaddress"]
    view.counts.buttons["on-the-way"].click()
    assert names(view) == ["Zoraida Canaryfield", "Bo Nightingale"]
    view.counts.buttons[""].click()
    assert len(names(view)) == 3


def test_a_filter_changes_nothing_about_who_gets_a_reminder(today: TodayPage) -> None:
    view = today.review_view
    view.counts.buttons["need-you"].click()
    assert view.send_button.text() == "Send 2"
    assert view.send_button.isEnabled()


def test_enter_on_a_person_opens_their_card_and_escape_closes_it(at_work: AtWork, today: TodayPage) -> None:
    view = today.review_view
    at_work.screen.qtbot.waitUntil(at_work.workspace.isActiveWindow)
    view.view.setFocus()
    view.view.selectRow(1)
    QTest.keyClick(view.view, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert view.card.isVisible()
    assert at_work.screen.words("ui.compose.how-tls") in texts_of(view.card)
    view.card.close_button.setFocus()
    QTest.keyClick(view.card.close_button, Qt.Key.Key_Escape)
    assert not view.card.isVisible()
    assert view.view.hasFocus()


def test_with_the_card_open_the_arrows_go_from_person_to_person(at_work: AtWork, today: TodayPage) -> None:
    view = today.review_view
    open_row(at_work, view, 1)
    before = texts_of(view.card)
    view.view.selectRow(2)
    at_work.screen.settle()
    assert texts_of(view.card) != before
    view.close_card()
    view.view.selectRow(0)
    at_work.screen.settle()
    assert not view.card.isVisible(), "closed stays closed"


def test_nobody_chooses_a_way_for_a_single_reminder(at_work: AtWork, today: TodayPage) -> None:
    """The whole day goes as shown; the card only explains, and leads to what would help."""
    view = today.review_view
    open_row(at_work, view, 1)
    assert at_work.screen.words("ui.decision.use") not in texts_of(view.card)
    assert view.card.raise_box is None


def test_a_step_from_the_card_looks_at_the_day_anew(at_work: AtWork, today: TodayPage) -> None:
    view = today.review_view
    open_row(at_work, view, 1)
    view.card.buttons["envelope"].click()
    dialog = today.findChildren(PassphraseDialog)[-1]
    dialog.make_card()
    at_work.screen.settle()
    dialog.accept()
    at_work.screen.settle()
    assert today.views.currentWidget() is view
    assert view.send_button.text() == "Send 2"


def test_somebody_who_needs_a_person_is_explained_too(at_work: AtWork, today: TodayPage) -> None:
    view = today.review_view
    open_row(at_work, view, 0)
    assert "Ned Noaddress" in view.rows.rows[0].name
    if view.card.isVisible():
        assert any("no e-mail" in text for text in texts_of(view.card))


def test_a_locked_practice_is_said(at_work: AtWork, today: TodayPage) -> None:
    at_work.office.lock()
    open_row(at_work, today.review_view, 1)
    assert today.notice.words
    assert not today.review_view.card.isVisible()


def test_a_recorded_preference_shows_in_the_counts(at_work: AtWork) -> None:
    """Bo prefers the locked file: the day's line has both."""
    bo = at_work.person("Bo")
    at_work.office.make_passphrase(at_work.session, PassphraseRequest(bo, "Ana", "in-person"))
    at_work.office.set_person(at_work.session, bo, {"preferred_method": "envelope"})
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    page = at_work.page("today", TodayPage)
    page.review()
    at_work.screen.settle()
    assert page.review_view.counts.buttons["locked-file"].text() == "1 locked file"

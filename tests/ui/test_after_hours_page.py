"""After hours in the window: off by itself, its words in grey, what is wrong said, what is saved kept."""

from __future__ import annotations

from datetime import time

import pytest
from PySide6.QtWidgets import QMenu

from desktop.models.correspondence import AfterHours, Notify
from desktop.ui.settings.after_hours import AfterHoursSection
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.sending import HoursRow
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


@pytest.fixture
def page(at_work: AtWork) -> AfterHoursSection:
    opened = at_work.page("settings", SettingsPage).sections.open("after-hours")
    at_work.screen.settle()
    assert isinstance(opened, AfterHoursSection)
    return opened


def hours(page: AfterHoursSection) -> HoursRow:
    assert page.hours is not None
    return page.hours


def save(at_work: AtWork, page: AfterHoursSection) -> None:
    page.save_button.click()
    at_work.screen.settle()


def test_it_is_off_and_shows_in_grey_what_would_be_sent(page: AfterHoursSection) -> None:
    assert not page.answer.isChecked()
    assert page.english.toPlainText() == ""
    assert "911" in page.english.placeholderText()
    assert "911" in page.spanish.placeholderText()
    assert "emergency" in " ".join(texts_of(page))
    assert hours(page).holidays.isHidden()
    assert (hours(page).first.text, hours(page).last.text) == ("07:00", "19:00")


def test_what_is_saved_counts_and_is_shown_again(at_work: AtWork, page: AfterHoursSection) -> None:
    page.answer.setChecked(True)
    page.english.setPlainText("We open {{ date }} at {{ time }}.")
    page.notify.setChecked(False)
    hours(page).first.input.setText("06:30")
    hours(page).days[5].setChecked(True)
    save(at_work, page)
    kept = at_work.office.show_after_hours(at_work.session)
    assert kept.rules == AfterHours(True, "We open {{ date }} at {{ time }}.", "")
    assert kept.notify == Notify(False, time(6, 30), time(19), (0, 1, 2, 3, 4, 5))
    assert page.notice.words
    assert page.english.toPlainText() == "We open {{ date }} at {{ time }}."
    assert hours(page).first.text == "06:30"


def test_a_field_of_a_person_is_refused_and_nothing_typed_is_lost(
    at_work: AtWork, page: AfterHoursSection
) -> None:
    page.answer.setChecked(True)
    page.english.setPlainText("Dear {{ first_name }}")
    save(at_work, page)
    assert "first_name" in page.notice.words
    assert page.english.toPlainText() == "Dear {{ first_name }}"
    assert not at_work.office.show_after_hours(at_work.session).rules.enabled


def test_a_time_that_is_none_is_said_beside_its_field(at_work: AtWork, page: AfterHoursSection) -> None:
    hours(page).last.input.setText("late")
    page.answer.setChecked(True)
    save(at_work, page)
    assert hours(page).last.input.property("wrong")
    assert not at_work.office.show_after_hours(at_work.session).rules.enabled


def test_without_a_day_the_office_says_what_to_do(at_work: AtWork, page: AfterHoursSection) -> None:
    for box in hours(page).days:
        box.setChecked(False)
    save(at_work, page)
    assert page.notice.words.startswith("Choose at least one day")


def test_the_next_opening_is_put_where_the_cursor_stands(page: AfterHoursSection) -> None:
    page.english.setPlainText("We open on ")
    page.english.moveCursor(page.english.textCursor().MoveOperation.End)
    first = page.findChildren(QMenu)[0]
    next(one for one in first.actions() if one.text() == "Day when you open next").trigger()
    assert page.english.toPlainText() == "We open on {{ date }}"

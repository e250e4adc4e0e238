"""Settings, times of reminders: what holds, and who changes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.models.campaigning import WindowKind
from desktop.office.values_reminders import WindowRequest
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.times import TimesSection
from tests.made_practice import import_visits
from tests.ui.conftest import AtWork

DAY = 24 * 60


@pytest.fixture
def times(at_work: AtWork) -> TimesSection:
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    page = at_work.page("settings", SettingsPage).sections.open("times")
    at_work.screen.settle()
    assert isinstance(page, TimesSection)
    return page


def choose(section: TimesSection, kind: WindowKind, number: int, unit: str) -> None:
    section.kind.setCurrentIndex(section.kind.findData(kind.value))
    section.unit.setCurrentIndex(section.unit.findData(unit))
    section.number.setValue(number)


def shown(section: TimesSection) -> list[tuple[str, ...]]:
    rows = range(section.rows.rowCount())
    return [tuple(section.rows.data(section.rows.index(row, at)) for at in range(4)) for row in rows]


def test_without_any_time_it_says_what_holds(at_work: AtWork, times: TimesSection) -> None:
    assert not times.usual.isHidden()
    assert shown(times) == []
    assert not times.change_button.isEnabled()
    assert not times.remove_button.isEnabled()


def test_a_time_is_added_changed_and_removed_by_keys(at_work: AtWork, times: TimesSection) -> None:
    choose(times, WindowKind.REMINDER, 2, "days")
    times.add_button.setFocus()
    QTest.keyClick(times.add_button, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert shown(times) == [("of every type", "Reminder", "2 days before", "the program's own words")]
    assert times.usual.isHidden()
    times.view.selectRow(0)
    assert (times.number.value(), times.unit.currentData()) == (2, "days")
    choose(times, WindowKind.CONFIRM, 36, "hours")
    QTest.keyClick(times.change_button, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert shown(times)[0][1:3] == ("Reminder that asks for a yes", "36 hours before")
    times.view.selectRow(0)
    QTest.keyClick(times.remove_button, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert shown(times) == []
    assert not times.usual.isHidden()


def test_reminders_that_a_change_withdrew_are_told(at_work: AtWork, times: TimesSection) -> None:
    office, session = at_work.office, at_work.session
    office.set_window(session, WindowRequest(WindowKind.REMINDER, 120))
    sent = len(office.send_reminders(session).messages)
    assert sent == 2
    times.refresh()
    at_work.screen.settle()
    times.view.selectRow(0)
    times.remove_button.click()
    at_work.screen.settle()
    assert "2 reminders that waited were withdrawn" in times.notice.words


def test_what_cannot_be_is_said_and_keeps_what_was_typed(at_work: AtWork, times: TimesSection) -> None:
    choose(times, WindowKind.REMINDER, 5, "minutes")
    times.add_button.click()
    at_work.screen.settle()
    assert times.notice.words
    assert (times.number.value(), times.unit.currentData()) == (5, "minutes")
    assert shown(times) == []


def test_words_are_the_programs_the_librarys_or_the_practices_own(
    at_work: AtWork, times: TimesSection
) -> None:
    times.words.setCurrentIndex(times.words.findData("library:reminder-two-days"))
    choose(times, WindowKind.REMINDER, 2, "days")
    times.add_button.click()
    at_work.screen.settle()
    assert shown(times)[0][3] == at_work.screen.words("template.title.reminder-two-days")


def test_the_practice_writes_to_families_in_one_letter_or_apart(at_work: AtWork, times: TimesSection) -> None:
    assert not times.families.isChecked()
    for wanted in (True, False):
        QTest.keyClick(times.families, Qt.Key.Key_Space)
        at_work.screen.settle()
        assert at_work.office.list_windows(at_work.session).families is wanted
        assert times.families.isChecked() is wanted


def test_who_may_not_set_times_sees_them_and_changes_nothing(at_work: AtWork, times: TimesSection) -> None:
    at_work.office.set_window(at_work.session, WindowRequest(WindowKind.REMINDER, DAY))
    found = at_work.office.list_windows(at_work.session)
    times.show_windows(replace(found, may_set=False))
    times.view.selectRow(0)
    buttons = (times.add_button, times.change_button, times.remove_button, times.families)
    assert not any(made.isEnabled() for made in buttons)


def test_a_locked_practice_is_said(at_work: AtWork) -> None:
    at_work.office.lock()
    section = at_work.screen.show(TimesSection(at_work.screen.ui, at_work.session))
    section.refresh()
    at_work.screen.settle()
    assert section.notice.words, "a locked practice is said"

"""Visits in the window: the day, a further visit, another time, cancelled, the hour that comes twice."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.models.records import VisitStatus
from desktop.office.values_facts import VisitQuery, VisitRequest
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.people.fields import FieldsSection
from desktop.ui.people.page import PeoplePage
from desktop.ui.people.visits import VisitsSection
from desktop.ui.visits.dialogs import VisitDialog
from desktop.ui.visits.page import VisitsPage
from tests.ui.conftest import AtWork

DAY = date(2026, 11, 24)
NINE = datetime.fromisoformat("2026-11-24T09:00")


@pytest.fixture
def page(at_work: AtWork) -> VisitsPage:
    at_work.office.add_visit(
        at_work.session, VisitRequest(at_work.person("Canaryfield"), NINE, "Check-up", "Dr. Shah")
    )
    place = at_work.page("people", PeoplePage)
    place.open_part("visits")
    at_work.screen.settle()
    made = place.tabs.pages["visits"]
    assert isinstance(made, VisitsPage)
    return made


def dialog_of(kind: type[VisitDialog | ConfirmDialog]) -> VisitDialog | ConfirmDialog:
    found = [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]
    return found[-1]


def visits(at_work: AtWork, day: date = DAY) -> list[tuple[str, VisitStatus]]:
    shown = at_work.office.list_visits(at_work.session, VisitQuery(day))
    return [(f"{line.visit.start:%H:%M}", line.visit.status) for line in shown.lines]


def test_the_days_are_stepped_through_and_say_when_there_is_nothing(
    at_work: AtWork, page: VisitsPage
) -> None:
    assert not page.empty.isHidden()
    page.on.click()
    at_work.screen.settle()
    assert [line.name for line in page.rows.rows] == ["Zoraida Canaryfield"]
    assert page.list.isColumnHidden(0)
    page.span.buttons["week"].click()
    at_work.screen.settle()
    assert not page.list.isColumnHidden(0)
    page.on.click()
    at_work.screen.settle()
    assert page.rows.rows == []
    page.today.click()
    at_work.screen.settle()
    assert page.day.date() == QDate(2026, 11, 23)


def test_a_visit_is_added_by_keyboard(at_work: AtWork, page: VisitsPage) -> None:
    page.on.click()
    at_work.screen.settle()
    page.add_button.click()
    dialog = dialog_of(VisitDialog)
    assert isinstance(dialog, VisitDialog)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.notice.words == at_work.screen.words("ui.visits.person-missing")
    assert dialog.person is not None
    dialog.person.put(at_work.person("Nightingale"), "Bo")
    dialog.time.setTime(QTime(14, 30))
    assert dialog.type is not None
    assert dialog.type.findText("Check-up") >= 0
    QTest.keyClick(dialog.time, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert visits(at_work) == [("09:00", VisitStatus.BOOKED), ("14:30", VisitStatus.BOOKED)]
    assert page.notice.words == at_work.screen.words("ui.visits.done-added")
    assert len(page.rows.rows) == 2


def test_a_visit_is_moved_and_an_hour_that_comes_twice_is_asked(at_work: AtWork, page: VisitsPage) -> None:
    page.on.click()
    at_work.screen.settle()
    page.list.selectRow(0)
    page.ways.move_button.click()
    dialog = dialog_of(VisitDialog)
    assert isinstance(dialog, VisitDialog)
    assert dialog.which.isHidden()
    dialog.day.setDate(QDate(2027, 11, 7))
    dialog.time.setTime(QTime(1, 30))
    dialog.go.click()
    at_work.screen.settle()
    assert not dialog.which.isHidden()
    dialog.which.setCurrentIndex(1)
    dialog.go.click()
    at_work.screen.settle()
    assert visits(at_work, date(2027, 11, 7)) == [("01:30", VisitStatus.BOOKED)]
    assert visits(at_work) == []


def test_a_visit_is_cancelled_after_a_question_and_booked_again(at_work: AtWork, page: VisitsPage) -> None:
    page.on.click()
    at_work.screen.settle()
    page.list.selectRow(0)
    assert page.ways.kept_button.isHidden()  # it has not begun
    page.ways.cancel_button.click()
    dialog_of(ConfirmDialog).reject()
    at_work.screen.settle()
    assert visits(at_work) == [("09:00", VisitStatus.BOOKED)]
    page.ways.cancel_button.click()
    dialog_of(ConfirmDialog).accept()
    at_work.screen.settle()
    assert visits(at_work) == [("09:00", VisitStatus.CANCELLED)]
    page.list.selectRow(0)
    page.ways.back_button.click()
    at_work.screen.settle()
    assert visits(at_work) == [("09:00", VisitStatus.BOOKED)]


def test_a_persons_page_shows_their_visits_and_fields(at_work: AtWork) -> None:
    person = at_work.person("Canaryfield")
    at_work.office.add_visit(at_work.session, VisitRequest(person, NINE, "Check-up"))
    shown = at_work.office.show_person(at_work.session, person)
    section = at_work.screen.show(VisitsSection(at_work.screen.ui, at_work.session))
    section.show_person(shown)
    at_work.screen.settle()
    assert len(section.rows.rows) == 1
    assert not section.add_button.isHidden()
    fields = at_work.screen.show(FieldsSection(at_work.screen.ui, at_work.session))
    fields.show_person(shown)
    at_work.screen.settle()
    assert not fields.empty.isHidden()

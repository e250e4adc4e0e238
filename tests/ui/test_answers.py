"""Answers, the calendar and the times of reminders in the window, by keys as by the mouse."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from desktop.models import appointments, visitanswers
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.database import Tx
from desktop.models.records import State
from desktop.office.values import ImportRequest
from desktop.ui.outbox.calls import CallDialog
from desktop.ui.people.dialogs import EditDialog
from desktop.ui.reminders.page import ANSWERS, CALENDAR, TodayPage
from desktop.ui.saving import write_paper
from tests.made_practice import import_visits
from tests.made_staff import desk_of
from tests.ui.conftest import AtWork, RelayHere

KEYS_MOST = 4
"""From the open Today to sixty reminders on their way, the name of the file aside."""
A_KEY = 2.0
"""Seconds that somebody takes to look and press: more than anybody needs."""
MOST = 180.0
"""Seconds: three minutes."""


@pytest.fixture
def today(at_work: AtWork) -> TodayPage:
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    return at_work.page("today", TodayPage)


def answered(at_work: AtWork, number: str, answer: VisitAnswer) -> None:
    def keep(tx: Tx) -> None:
        visit = appointments.by_external(tx, number)
        assert visit is not None
        now = at_work.practice.clock.now()
        visitanswers.keep(tx, AnswerKept(visit.id, visit.occurrence, answer, now))

    desk_of(at_work.office).opened().database.write(keep)


def test_the_days_answers_are_ticked_and_unticked_by_the_space_bar(at_work: AtWork, today: TodayPage) -> None:
    answered(at_work, "A2", VisitAnswer.DECLINED)
    today.choice.buttons[ANSWERS].click()
    at_work.screen.settle()
    page = today.answers
    assert page.rows.rows[0].name.startswith("Bo"), "what is left to enter stands first"
    assert "1 to be entered" in page.heading.text()
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert "to be entered" not in page.heading.text()
    assert page.tick_button.text() == at_work.screen.words("ui.answers.untick")
    page.tick_button.click()
    at_work.screen.settle()
    assert "1 to be entered" in page.heading.text()


def test_who_said_nothing_cannot_be_ticked(at_work: AtWork, today: TodayPage) -> None:
    today.choice.buttons[ANSWERS].click()
    at_work.screen.settle()
    assert not today.answers.tick_button.isEnabled()


def test_the_file_for_the_schedule_is_written_where_somebody_says(
    at_work: AtWork, today: TodayPage, tmp_path: Path
) -> None:
    answered(at_work, "A1", VisitAnswer.CONFIRMED)
    page = today.answers
    made = at_work.office.answers_file(at_work.session)
    write_paper(page.ui, made.data, tmp_path / made.name, "ui.answers.saved", page.notice.show_words)
    assert b"Confirmed" in (tmp_path / made.name).read_bytes()
    assert made.name in page.notice.words
    write_paper(page.ui, made.data, tmp_path / "no" / made.name, "ui.answers.saved", page.notice.show_words)
    assert made.name in page.notice.words
    assert not (tmp_path / "no").exists()


def test_a_day_without_visits_offers_no_file(at_work: AtWork, today: TodayPage) -> None:
    today.choice.buttons[ANSWERS].click()
    at_work.screen.settle()
    today.answers.step(9)
    at_work.screen.settle()
    assert not today.answers.files["csv"].isEnabled()
    assert not today.answers.empty.isHidden()


def test_the_row_that_does_not_go_has_the_button_that_mends_it(at_work: AtWork, today: TodayPage) -> None:
    today.review()
    at_work.screen.settle()
    view = today.review_view
    assert [made.text() for made in view.fixes.values()] == [at_work.screen.words("ui.review.fix-address")]
    view.view.setFocus()
    view.view.selectRow(0)
    view.fix_current()
    at_work.screen.settle()
    dialog = today.findChild(EditDialog)
    assert dialog is not None
    dialog.reject()
    at_work.screen.settle()
    today.fix(replace(view.rows.rows[0], fix="call"))
    at_work.screen.settle()
    assert today.findChild(CallDialog) is not None


def test_sixty_visits_are_imported_reviewed_and_sent_by_few_keys_within_three_minutes(
    at_work: AtWork, relay: RelayHere
) -> None:
    people = ["MRN,First Name,Last Name,E-mail,DOB"]
    visits = ["Appointment ID,MRN,Date,Time,Provider"]
    for at in range(60):
        people.append(f"{2000 + at},Pat,Person{at:02d},pat{at:02d}@example.org,1970-01-{at % 28 + 1:02d}")
        visits.append(f"S{at},{2000 + at},2026-11-24,{9 + at // 10:02d}:{at % 10 * 5:02d},Dr. Shah")
    data = ("\n".join(people) + "\n").encode()
    at_work.office.import_people(at_work.session, ImportRequest("people.csv", data=data))
    page = at_work.page("today", TodayPage)
    file = at_work.file("visits.csv", ("\n".join(visits) + "\n").encode())
    begun, keys = time.monotonic(), 0
    page.start.import_button.setFocus()
    QTest.keyClick(page.start.import_button, Qt.Key.Key_Space)
    (chooser,) = page.findChildren(QFileDialog)
    chooser.fileSelected.emit(str(file))  # the dialog is the system's own
    chooser.close()
    at_work.screen.settle()
    keys += 2
    assert "60" in page.start.heading.text()
    at_work.workspace.activateWindow()
    at_work.screen.qtbot.waitUntil(at_work.workspace.isActiveWindow)
    assert page.start.review_button.hasFocus(), "Review is the next key"
    QTest.keyClick(page.start.review_button, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert page.review_view.send_button.hasFocus(), "Send is in front at once"
    QTest.keyClick(page.review_view.send_button, Qt.Key.Key_Space)
    at_work.screen.settle()
    keys += 2
    assert keys <= KEYS_MOST
    assert time.monotonic() - begun + keys * A_KEY + len(str(file)) < MOST
    lines = at_work.office.list_outbox(at_work.session).messages
    assert [line.state for line in lines] == [State.QUEUED] * 60


def test_the_calendar_turns_by_keys_and_keeps_what_is_free(at_work: AtWork, today: TodayPage) -> None:
    today.choice.buttons[CALENDAR].click()
    at_work.screen.settle()
    page = today.calendar
    assert page.shown is not None
    assert page.shown.first == date(2026, 11, 1)
    assert any("Flu season" in words for words in page.seasons.words)
    QTest.keyClick(page.grid, Qt.Key.Key_Right)
    assert page._day == date(2026, 11, 24)
    page.free.setValue(5)
    page.keep_button.click()
    at_work.screen.settle()
    assert "5 free" in page.grid.currentItem().text()
    page.free.setValue(-1)
    page.keep_button.click()
    at_work.screen.settle()
    assert "free" not in page.grid.currentItem().text()
    QTest.keyClick(page.grid, Qt.Key.Key_PageDown)
    at_work.screen.settle()
    assert page.shown.first == date(2026, 12, 1)


def test_a_day_that_is_over_takes_no_free_visits(at_work: AtWork, today: TodayPage) -> None:
    today.choice.buttons[CALENDAR].click()
    at_work.screen.settle()
    QTest.keyClick(today.calendar.grid, Qt.Key.Key_Left)
    assert not today.calendar.keep_button.isEnabled()

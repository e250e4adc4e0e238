"""Today: from the schedule's file to the relay in three clicks, and every way to stop."""

from __future__ import annotations

import os

import pytest
import shiboken6
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from desktop.models.records import State
from desktop.ui.reminders.page import TodayPage
from tests.made_practice import VISITS
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, RelayHere


@pytest.fixture
def today(at_work: AtWork) -> TodayPage:
    return at_work.page("today", TodayPage)


def take(at_work: AtWork, today: TodayPage, data: bytes = VISITS) -> None:
    """The whole schedule of the day, as the practice's program exports it."""
    today.take_file(at_work.file("visits.csv", data))
    at_work.screen.settle()


def sent(at_work: AtWork, today: TodayPage) -> None:
    take(at_work, today)
    today.start.review_button.click()
    at_work.screen.settle()
    today.review_view.send_button.click()
    at_work.screen.settle()


def test_three_clicks_from_the_file_to_the_relay(at_work: AtWork, today: TodayPage, relay: RelayHere) -> None:
    assert today.start.heading.text().startswith("No visits")
    assert not today.start.review_button.isEnabled()
    sent(at_work, today)
    assert at_work.workspace._toast is not None
    assert "2 reminders" in at_work.workspace._toast.label.text()
    at_work.practice.clock.move(11)
    done = at_work.office.run_outbox(at_work.session)
    assert {line.state for line in done.messages} == {State.ACCEPTED}
    assert {one.recipients for one in relay.server.received} == {
        ("zoraida@example.org",),
        ("bo@example.org",),
    }


def test_review_shows_everybody_of_the_day_with_the_reason(at_work: AtWork, today: TodayPage) -> None:
    take(at_work, today)
    today.review()
    at_work.screen.settle()
    view = today.review_view
    assert view.rows.rowCount() == 3
    first = " ".join(view.rows.columns[at].text(view.rows.rows[0]) for at in range(len(view.rows.columns)))
    assert "Noaddress" in first, "who needs somebody comes first"
    assert "no e-mail" in first
    assert view.send_button.text() == "Send 2"
    assert view.send_button.hasFocus()
    assert "encrypted on the way" in view.counts.buttons["on-the-way"].text()


def test_back_from_review_sends_nothing(at_work: AtWork, today: TodayPage) -> None:
    take(at_work, today)
    today.review()
    at_work.screen.settle()
    today.review_view.back.click()
    at_work.screen.settle()
    assert today.views.currentWidget() is today.start
    assert at_work.office.list_outbox(at_work.session).messages == ()


def test_undo_stops_every_reminder_in_the_office(at_work: AtWork, today: TodayPage, relay: RelayHere) -> None:
    sent(at_work, today)
    toast = at_work.workspace._toast
    assert toast is not None
    toast.action.click()
    at_work.screen.settle()
    states = {line.state for line in at_work.office.list_outbox(at_work.session).messages}
    assert states == {State.CANCELLED}
    at_work.practice.clock.move(60)
    at_work.office.run_outbox(at_work.session)
    assert relay.server.received == []


def test_undo_that_comes_too_late_says_so(at_work: AtWork, today: TodayPage) -> None:
    sent(at_work, today)
    toast = at_work.workspace._toast
    assert toast is not None
    at_work.practice.clock.move(11)
    at_work.office.run_outbox(at_work.session)
    toast.action.click()
    at_work.screen.settle()
    later = at_work.workspace._toast
    assert later is not None
    assert later.label.text() == at_work.screen.ui.texts.count("ui.undo.too-late", 2)


def test_the_toast_counts_down_and_leaves_by_itself(at_work: AtWork, today: TodayPage) -> None:
    sent(at_work, today)
    toast = at_work.workspace._toast
    assert toast is not None
    before = toast.label.text()
    toast._tick()
    assert toast.label.text() != before
    for _ in range(9):
        toast._tick()
    at_work.screen.qtbot.waitUntil(lambda: not shiboken6.isValid(toast))


def test_the_toast_covers_nothing_and_takes_no_focus(at_work: AtWork, today: TodayPage) -> None:
    at_work.screen.qtbot.wait(10)
    sent(at_work, today)
    toast = at_work.workspace._toast
    assert toast is not None
    at_work.screen.qtbot.wait(20)
    assert not toast.geometry().intersects(at_work.workspace.stack.geometry())
    focused = QApplication.focusWidget()
    assert focused is None or not toast.isAncestorOf(focused)


def test_sending_again_finds_nobody_to_send_to(at_work: AtWork, today: TodayPage) -> None:
    sent(at_work, today)
    today.review()
    at_work.screen.settle()
    assert not today.review_view.send_button.isEnabled()
    assert today.review_view.back.hasFocus()
    today.send()
    at_work.screen.settle()
    assert today.notice.words == at_work.screen.words("ui.today.nothing-sent")


def old_file(at_work: AtWork, today: TodayPage) -> None:
    """Two days old: it must be confirmed."""
    path = at_work.file("visits.csv", VISITS)
    stamp = at_work.practice.clock.now().timestamp() - 48 * 3600
    os.utime(path, (stamp, stamp))
    today.take_file(path)
    at_work.screen.settle()


def test_an_old_file_is_asked_about_and_no_keeps_what_there_is(at_work: AtWork, today: TodayPage) -> None:
    old_file(at_work, today)
    assert today.start.question.isVisible()
    assert today.start.decline_button.hasFocus(), "keeping is the default"
    today.start.decline_button.click()
    at_work.screen.settle()
    assert not today.start.question.isVisible()
    assert today.notice.words == at_work.screen.words("ui.today.kept")
    assert at_work.office.today(at_work.session).visits == 0


def test_an_old_file_that_is_confirmed_is_taken(at_work: AtWork, today: TodayPage) -> None:
    old_file(at_work, today)
    today.start.confirm_button.click()
    at_work.screen.settle()
    assert at_work.office.today(at_work.session).visits == 3
    assert not today.start.question.isVisible()


def test_rows_that_are_left_out_are_listed_with_their_reason(at_work: AtWork, today: TodayPage) -> None:
    take(at_work, today, VISITS + b"A9,9999,2026-11-24,10:00,Dr. Shah\n")
    assert today.start.rejected_view.isVisible()
    line, why = (today.start.rejected.columns[at].text(today.start.rejected.rows[0]) for at in (0, 1))
    assert line == "5"
    assert not why.startswith("reason.")


@pytest.mark.parametrize("data", [b"", b"Appointment ID,MRN,Date,Time\n", b"\x00\x01\x02\xff" * 40])
def test_a_file_of_no_use_says_what_to_do_and_changes_nothing(
    at_work: AtWork, today: TodayPage, data: bytes
) -> None:
    take(at_work, today, data)
    assert today.notice.isVisible()
    assert not today.notice.words.startswith("error.")
    assert today.start.import_button.isEnabled()
    assert at_work.office.today(at_work.session).visits == 0


def test_a_file_that_is_gone_is_named(at_work: AtWork, today: TodayPage) -> None:
    today.take_file(at_work.practice.folder.root / "nowhere.csv")
    at_work.screen.settle()
    assert "nowhere.csv" in today.notice.words


def test_cancelling_an_import_stores_nothing(at_work: AtWork, today: TodayPage) -> None:
    path = at_work.file("visits.csv", VISITS)
    today.take_file(path)
    today.start.cancel_button.click()
    at_work.screen.settle()
    visits = at_work.office.today(at_work.session).visits
    assert (visits == 0) == ("ancel" in " ".join(texts_of(today.notice)) or today.notice.isVisible())
    assert today.start.import_button.isEnabled()


def test_a_dropped_file_is_imported_like_a_chosen_one(at_work: AtWork, today: TodayPage) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(at_work.file("visits.csv", VISITS)))])
    today.dropEvent(
        QDropEvent(
            QPointF(9, 9),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    at_work.screen.settle()
    assert at_work.office.today(at_work.session).visits == 3

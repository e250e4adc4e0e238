"""Tasks within Today: what waits, one press to where it is done, and its end with a note."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.models import conversations, tasks, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.correspondence import Conversation, ConversationId, ConversationState, TaskId, Urgency
from desktop.models.ids import new_id
from desktop.models.tasks import Task, TaskState
from desktop.office.values_audit import LogQuery
from desktop.office.values_messages import TaskEnd, TaskQuery
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.people.page import PeoplePage
from desktop.ui.reminders.page import TASKS, TodayPage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.tasks.dialogs import TaskDialog
from desktop.ui.tasks.page import TasksPage
from tests.made_staff import desk_of
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork

HOSTILE = "Ask <b>Bo</b>\u202egnp.exe\nsecond line"


class Board:
    """The page in the real window, and short ways to put something on it."""

    def __init__(self, at_work: AtWork) -> None:
        self.at_work = at_work
        self.database = desk_of(at_work.office).opened().database

    def open(self, kind: str, name: str = "Zoraida", **fields: Any) -> TaskId:
        person = self.at_work.person(name) if name else None
        self.at_work.practice.clock.move(1)
        one = Task(new_id(), kind, self.at_work.practice.clock.now(), person=person, **fields)
        self.database.write(lambda tx: tasks.add(tx, one))
        return TaskId(one.id)

    def conversation(self, state: ConversationState = ConversationState.WAITING) -> ConversationId:
        now, person = self.at_work.practice.clock.now(), self.at_work.person("Zoraida")
        one = Conversation(
            ConversationId(new_id()), "Visit", state, now, now, person, unseen=True, urgency=Urgency.ASKS
        )
        self.database.write(lambda tx: conversations.add(tx, one))
        return one.id

    def get(self, id_: TaskId) -> Task:
        found = self.database.read(lambda tx: tasks.get(tx, id_))
        assert found is not None
        return found

    def looks(self) -> list[str]:
        lines = self.at_work.office.query_log(self.at_work.session, LogQuery(limit=200)).lines
        return [line.act for line in lines if line.act == "today.shown"]

    @property
    def today(self) -> TodayPage:
        page = self.at_work.workspace.pages["today"]
        assert isinstance(page, TodayPage)
        return page

    def look(self, group: str = "") -> TasksPage:
        self.at_work.workspace.tasks(group)
        self.settle()
        return self.today.tasks

    def settle(self) -> None:
        self.at_work.screen.settle()
        QApplication.processEvents()

    def front(self) -> object:
        return self.at_work.workspace.stack.currentWidget()


@pytest.fixture
def board(at_work: AtWork) -> Board:
    return Board(at_work)


def test_today_opens_with_what_waits_and_a_press_leads_there(board: Board) -> None:
    board.open("call")
    board.open("call", "Bo")
    board.open("failed-delivery")
    board.conversation(ConversationState.OPEN)
    board.at_work.workspace.open("today")
    board.settle()
    overview = board.today.start.overview
    assert overview.isVisible()
    assert {code: row.line.count for code, row in overview.rows.items()} == {
        "replies": 1,
        "addresses": 1,
        "calls": 2,
    }
    assert overview.rows["calls"].accessibleName() == "2 people to phone"
    assert board.today.choice.buttons["tasks"].text() == "Tasks  3"
    overview.rows["calls"].click()
    board.settle()
    page = board.today.tasks
    assert board.today.views.currentWidget() is page
    assert page.groups.chosen == "calls"
    assert {line.name for line in page.rows.rows} == {"Zoraida Canaryfield", "Bo Nightingale"}


def test_a_reply_that_comes_in_stands_on_the_overview_without_a_press(board: Board) -> None:
    board.at_work.workspace.open("today")
    board.settle()
    assert not board.today.start.overview.isVisible()
    board.conversation(ConversationState.OPEN)
    looks = len(board.looks())
    board.at_work.workspace.status.told.emit(replace(board.at_work.office.duty(), unseen=1))
    board.settle()
    assert board.today.start.overview.rows["replies"].line.count == 1
    board.today.hear(replace(board.at_work.office.duty(), unseen=1))
    board.settle()
    assert len(board.looks()) == looks + 1, "the same news are not looked at again"


def test_a_day_on_which_nothing_waits_shows_the_schedule_alone(board: Board) -> None:
    board.at_work.workspace.open("today")
    board.settle()
    assert not board.today.start.overview.isVisible()
    assert board.today.choice.buttons["tasks"].text() == "Tasks"
    page = board.look()
    assert page.empty.isVisible()
    assert not page.body.isVisible()


def test_the_overview_is_walked_and_pressed_with_the_keyboard(board: Board) -> None:
    board.open("call")
    board.open("failed-delivery")
    board.at_work.workspace.open("today")
    board.settle()
    rows = board.today.start.overview.rows
    rows["addresses"].setFocus()
    QTest.keyClick(rows["addresses"], Qt.Key.Key_Down)
    assert rows["calls"].hasFocus()
    QTest.keyClick(rows["calls"], Qt.Key.Key_Up)
    assert rows["addresses"].hasFocus()
    QTest.keyClick(rows["addresses"], Qt.Key.Key_Return)
    board.settle()
    assert board.today.tasks.groups.chosen == "addresses"
    assert board.today.tasks.view.hasFocus()


def test_what_became_unclear_leads_to_the_outbox_and_replies_to_the_messages(board: Board) -> None:
    board.at_work.workspace.open("today")
    board.settle()
    board.today.take_desk_step("outbox:unclear")
    board.settle()
    page = board.front()
    assert isinstance(page, OutboxPage)
    assert page.filters.chosen == "unclear"
    board.today.take_desk_step("messages")
    board.settle()
    assert board.front() is board.at_work.workspace.pages["messages"]


def test_tasks_stand_by_group_with_person_number_day_and_owner(board: Board) -> None:
    session = board.at_work.session
    due = board.at_work.practice.clock.now() - timedelta(days=1)
    board.open("own", note=HOSTILE, owner=session.user, due_at=due)
    board.open("move", conversation=board.conversation(), details={"start": "2026-11-24T14:30"})
    board.open("wrong-person", "Bo")
    page = board.look()
    assert [line.group for line in page.rows.rows] == ["urgent", "moves", "own"]
    said = [page.rows.columns[0].text(line) for line in page.rows.rows]
    assert "Move the visit of Zoraida Canaryfield on Tue 24 Nov, 2:30 PM" in said[1].replace("\u202f", " ")
    assert "No. 1001" in said[1]
    assert "Overdue" in said[2]
    assert "ana" in said[2]
    assert "\u202e" not in said[2]
    page.view.selectRow(2)
    words = " ".join(texts_of(page.pane))
    assert "Ask <b>Bo</b>gnp.exe" in words
    assert "second line" in words
    assert "Was due" in words


def test_done_with_a_note_and_the_next_one_stands_in_its_place(board: Board) -> None:
    first, second = board.open("call"), board.open("call", "Bo")
    page = board.look("calls")
    assert page.line is not None
    assert page.line.id == first
    page.pane.note.setText("Spoke to her")
    page.pane.done.click()
    board.settle()
    ended = board.get(first)
    assert (ended.state, ended.note, ended.closed_by) == (
        TaskState.DONE,
        "Spoke to her",
        board.at_work.session.user,
    )
    assert page.line is not None
    assert page.line.id == second
    assert page.pane.note.text() == ""
    page.pane.drop.click()
    board.settle()
    assert board.get(second).result == "dropped"
    assert page.empty.isVisible()
    page.ended.setChecked(True)
    board.settle()
    assert {line.id for line in page.rows.rows} == {first, second}
    assert not page.pane.done.isVisible()
    words = " ".join(texts_of(page.pane))
    assert "Done by ana" in words or "No longer needed: ana" in words


def test_somebody_else_was_faster_and_that_is_said(board: Board) -> None:
    id_ = board.open("call")
    page = board.look()
    someone = User(UserId(new_id()), "cy", Role.FRONT_DESK)
    board.database.write(lambda tx: users.add(tx, someone, ""))
    clerk = desk_of(board.at_work.office).guard.open(someone, board.at_work.practice.clock.now())
    board.at_work.office.end_task(clerk, TaskEnd(id_))
    page.pane.done.click()
    board.settle()
    assert "cy has ended this task already" in page.notice.words
    assert page.empty.isVisible()


def test_what_comes_up_meanwhile_stands_in_the_list_and_nothing_moves_under_the_hand(board: Board) -> None:
    first = board.open("move", "Zoraida", conversation=board.conversation())
    board.open("call", "Bo")
    page = board.look()
    row = next(at for at, line in enumerate(page.rows.rows) if line.id == first)
    page.view.selectRow(row)
    page.pane.note.setText("She called")
    board.open("call", "Zoraida")
    news = replace(board.at_work.office.duty(), unseen=7)
    board.today.hear(news)
    board.settle()
    assert page.rows.rowCount() == 3
    assert (page.line.id if page.line else None, page.pane.note.text()) == (first, "She called")
    board.at_work.office.end_task(board.at_work.session, TaskEnd(first))
    board.today.hear(replace(news, unseen=8))
    board.settle()
    assert page.rows.rowCount() == 2
    assert (page.line.id if page.line else None, page.pane.note.text()) == (first, "She called")


def test_each_step_leads_to_where_the_work_is(board: Board) -> None:
    board.open("call")
    board.open("access-review", "")
    page = board.look()
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    board.settle()
    assert isinstance(board.front(), PeoplePage)
    page = board.look("review")
    assert not page.pane.done.isVisible(), "a review ends by being signed off"
    page.pane.go.click()
    board.settle()
    settings = board.front()
    assert isinstance(settings, SettingsPage)
    assert settings.sections.current == "review"
    board.at_work.workspace.open("today")
    board.settle()
    assert board.today.views.currentWidget() is board.today.tasks, "people come back to where they were"


def test_the_conversation_of_a_move_is_opened_and_done_with_its_last_task(board: Board) -> None:
    waiting = board.conversation()
    board.open("move", conversation=waiting, details={"start": "2026-11-24T14:30"})
    page = board.look()
    page.pane.go.click()
    board.settle()
    assert board.front() is board.at_work.workspace.pages["messages"]
    page = board.look()
    page.pane.done.click()
    board.settle()
    kept = board.database.read(lambda tx: conversations.get(tx, waiting))
    assert kept is not None
    assert kept.state is ConversationState.DONE


def dialog_of(page: TasksPage) -> TaskDialog:
    found = page.findChildren(TaskDialog)
    assert len(found) == 1
    return found[0]


def test_a_task_of_ones_own_is_made_given_away_and_put_off(board: Board) -> None:
    someone = User(UserId(new_id()), "cy", Role.FRONT_DESK)
    board.database.write(lambda tx: users.add(tx, someone, ""))
    page = board.look()
    page.new.click()
    dialog = dialog_of(page)
    dialog.go.click()
    board.settle()
    assert "Say what there is to do" in dialog.notice.words
    dialog.note.setPlainText("Send the referral")
    assert dialog.person is not None
    dialog.person.put(board.at_work.person("Zoraida"), "Zoraida")
    dialog.go.click()
    board.settle()
    assert page.line is not None
    assert board.today.choice.buttons[TASKS].text().endswith("  1"), "the heading counts it too"
    assert (page.line.note, page.line.name, page.line.owner_name) == (
        "Send the referral",
        "Zoraida Canaryfield",
        "ana",
    )
    QApplication.processEvents()
    page.pane.give.click()
    change = next(one for one in page.findChildren(TaskDialog) if one.isVisible())
    change.owner.setCurrentIndex(change.owner.findData(someone.id))
    change.has_due.setChecked(True)
    change.day.setDate(QDate(2026, 11, 27))
    change.go.click()
    board.settle()
    assert page.line is not None
    assert page.line.owner_name == "cy"
    assert page.line.due_at is not None
    page.mine.setChecked(True)
    board.settle()
    assert page.rows.rows == []


def test_nothing_is_made_when_the_question_is_cancelled(board: Board) -> None:
    page = board.look()
    page.new.click()
    dialog = dialog_of(page)
    dialog.note.setPlainText("Send it")
    dialog.cancel.click()
    board.settle()
    assert board.at_work.office.list_tasks(board.at_work.session, TaskQuery()).tasks == ()

"""Messages: what is looked for, what limits it, and where a hit leads."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationState, MailQuery
from desktop.models.records import Label
from desktop.office.values_messages import MailFound, TaskRequest
from desktop.ui.messages.page import MessagesPage
from desktop.ui.messages.search import CHOSEN
from tests.support.inbox import Inbox
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


def open_page(at_work: AtWork) -> MessagesPage:
    return at_work.page("messages", MessagesPage)


def search(at_work: AtWork, page: MessagesPage, words: str) -> None:
    page.focus_search()
    page.search.setText(words)
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    at_work.screen.settle()


def test_a_hit_opens_its_conversation_at_that_entry(at_work: AtWork, box: Inbox) -> None:
    said = [{"own": f"Line {number}" + "\nmore" * 8} for number in range(12)]
    said[3] = {"own": "The rhubarb cake was good" + "\nmore" * 8}
    id_ = box.arrives("Zoraida", said=said)
    page = open_page(at_work)
    search(at_work, page, "rhub")
    assert page.middle.currentWidget() is page.found
    (hit,) = page.found.rows.rows
    assert hit.conversation == id_
    page.found.view.selectRow(0)
    QTest.qWait(250)
    at_work.screen.settle()
    view = page.pane.entries.views[hit.entry]
    at_work.screen.qtbot.waitUntil(lambda: page.pane.entries.whole, timeout=10_000)

    def stands_at_the_top() -> bool:
        top = view.mapTo(page.pane.entries.viewport(), view.rect().topLeft()).y()
        return 0 <= top < page.pane.entries.viewport().height() // 2

    at_work.screen.qtbot.waitUntil(stands_at_the_top, timeout=10_000)


def test_nothing_found_says_what_to_do(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Zoraida")
    page = open_page(at_work)
    search(at_work, page, "zeppelin")
    assert page.found.words.text() == at_work.screen.words("ui.messages.found-nothing")


def test_tasks_that_fit_stand_below(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida", "Nothing of the kind")
    request = TaskRequest("Send the referral to Dr. Shah", conversation=id_)
    at_work.office.add_task(at_work.session, request)
    page = open_page(at_work)
    search(at_work, page, "referral")
    assert page.found.tasks_view.isVisible()
    page.found.task.emit(page.found.tasks.rows[0])
    at_work.screen.settle()
    assert page.pane.shown is not None
    assert page.pane.shown.line.id == id_


def test_the_limits_fold_away_and_take_effect(
    at_work: AtWork, box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.arrives("Zoraida", "rhubarb", label=Label.ROUTINE, state=ConversationState.DONE)
    box.arrives("Bo", "rhubarb")
    page = open_page(at_work)
    asked: list[MailQuery] = []
    door = at_work.office.search_mail

    def watched(session: Session, query: MailQuery) -> MailFound:
        asked.append(query)
        return door(session, query)

    monkeypatch.setattr(at_work.office, "search_mail", watched)
    assert not page.limits.isVisible()
    page.fold.click()
    assert page.limits.isVisible()
    search(at_work, page, "rhubarb")
    assert len(page.found.rows.rows) == 2
    page.limits.state.setCurrentIndex(page.limits.state.findData("done"))
    at_work.screen.settle()
    assert [one.name for one in page.found.rows.rows] == ["Zoraida Canaryfield"]
    page.limits.label.setCurrentIndex(page.limits.label.findData("sensitive"))
    at_work.screen.settle()
    assert page.found.rows.rows == []
    page.limits.period.setCurrentIndex(page.limits.period.findData(CHOSEN))
    at_work.screen.settle()
    assert page.limits.first.isVisible()
    query = asked[-1]
    assert query.since is not None
    assert query.until is not None
    assert query.until > at_work.practice.clock.now() > query.since
    page.fold.click()
    at_work.screen.settle()
    assert len(page.found.rows.rows) == 2, "what is folded away limits nothing"


def test_a_person_alone_is_enough(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Zoraida", "rhubarb")
    box.arrives("Bo", "rhubarb")
    page = open_page(at_work)
    page.fold.click()
    page.limits.person.put(box.person("Bo"), "Bo Nightingale")
    at_work.screen.settle()
    assert [one.name for one in page.found.rows.rows] == ["Bo Nightingale"]


def test_one_letter_asks_nobody_and_an_empty_field_leads_back(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Zoraida", "rhubarb")
    page = open_page(at_work)
    search(at_work, page, "r")
    assert page.middle.currentWidget() is page.list
    search(at_work, page, "rhubarb")
    assert page.middle.currentWidget() is page.found
    search(at_work, page, "")
    assert page.middle.currentWidget() is page.list


def test_the_search_waits_until_the_typing_rests(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Zoraida", "rhubarb")
    page = open_page(at_work)
    QTest.keyClicks(page.search, "rhubarb")
    at_work.screen.settle()
    assert page.middle.currentWidget() is page.list
    at_work.screen.qtbot.waitUntil(lambda: page.middle.currentWidget() is page.found, timeout=10_000)


def test_escape_and_the_link_lead_back_to_the_list(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Zoraida", "rhubarb")
    page = open_page(at_work)
    search(at_work, page, "rhubarb")
    page.found.close_button.click()
    assert page.middle.currentWidget() is page.list
    assert page.search.text() == ""
    at_work.workspace.activateWindow()
    search(at_work, page, "rhubarb")
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    assert page.middle.currentWidget() is page.list


def test_more_than_a_page_of_hits_comes_while_scrolling(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Zoraida", said=[{"own": f"rhubarb {number}"} for number in range(70)])
    page = open_page(at_work)
    search(at_work, page, "rhubarb")
    at_work.screen.qtbot.waitUntil(lambda: page.found.rows.rowCount() >= 50, timeout=10_000)
    page.found.view.scrollToBottom()
    at_work.screen.qtbot.waitUntil(lambda: page.found.rows.rowCount() == 70, timeout=10_000)
    at_work.screen.settle()


def test_no_hit_in_a_title_of_the_window(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Zoraida", "CANARY rhubarb")
    page = open_page(at_work)
    search(at_work, page, "canary")
    assert any("CANARY" in text for text in texts_of(page.found))
    assert "CANARY" not in at_work.workspace.window().windowTitle()

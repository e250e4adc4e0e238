"""Outbox: where each message stands, what may be done, any number of rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from demo.faults import DROP, At, Fault
from desktop.errors import SealwellError
from desktop.models.records import MessageId, Reason, State
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.outbox.words import state_words
from tests.made_practice import import_visits
from tests.support.along import Along
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, RelayHere, Screen


@pytest.fixture
def along(at_work: AtWork) -> Along:
    return Along(at_work.office, at_work.session, at_work.practice.clock)


@pytest.fixture
def queued(at_work: AtWork) -> AtWork:
    """Two reminders are held."""
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    at_work.office.send_reminders(at_work.session)
    return at_work


def states(at_work: AtWork) -> set[State]:
    return {line.state for line in at_work.office.list_outbox(at_work.session).messages}


def look(at_work: AtWork, page: OutboxPage) -> None:
    page._look_if_shown()
    at_work.screen.settle()


def chosen(page: OutboxPage) -> list[MessageId]:
    return list(page.list.chosen)


def words(page: OutboxPage) -> str:
    return " ".join(texts_of(page.view))


def test_an_empty_outbox_says_so(at_work: AtWork) -> None:
    page = at_work.page("outbox", OutboxPage)
    assert page.empty.isVisible()
    assert not page.view.isVisible()
    assert not page.stop.isVisible()


def test_each_message_shows_where_it_stands_in_plain_words(queued: AtWork, along: Along) -> None:
    page = queued.page("outbox", OutboxPage)
    assert page.rows.rowCount() == 2
    assert "Zoraida Canaryfield" in words(page)
    assert queued.screen.words("ui.state.queued") in words(page)
    for line in queued.office.list_outbox(queued.session).messages:
        along.to(line.id, State.CLAIMED, State.DATA, State.DOT_SENT, State.ACCEPTED)
    look(queued, page)
    assert queued.screen.words("ui.state.accepted") in words(page)


def test_a_place_shows_its_own_messages_and_their_number(queued: AtWork, along: Along) -> None:
    first = queued.office.list_outbox(queued.session).messages[0]
    along.lose(first.id)
    page = queued.page("outbox", OutboxPage)
    assert page.filters.buttons["unclear"].text().endswith("1")
    assert page.filters.buttons["failed"].isHidden(), "nothing stands there"
    page.filters.buttons["unclear"].click()
    queued.screen.settle()
    assert page.rows.rowCount() == 1
    line = page.rows.line(0)
    assert line is not None
    assert line.id == first.id


def test_a_place_that_has_become_empty_stays_open_and_says_zero(queued: AtWork, along: Along) -> None:
    first = queued.office.list_outbox(queued.session).messages[0]
    along.lose(first.id)
    page = queued.page("outbox", OutboxPage)
    page.show_group("unclear")
    queued.screen.settle()
    along.to(first.id, State.ACCEPTED)
    look(queued, page)
    assert page.rows.rowCount() == 0
    assert page.filters.buttons["unclear"].isVisible()
    assert chosen(page) == []


def test_a_held_message_can_be_stopped_alone(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    queued.screen.settle()
    page.stop.click()
    queued.screen.settle()
    assert states(queued) == {State.CANCELLED, State.QUEUED}
    assert not page.stop.isVisible()


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_somebody_stopped_it_is_not_said_twice(
    queued: AtWork, make_screen: Callable[..., Screen], language: str
) -> None:
    line, *_ = queued.office.list_outbox(queued.session).messages
    stopped = replace(line, state=State.CANCELLED, reason=Reason("cancelled-by-person"))
    ui = make_screen(queued.office, queued.practice.clock, language).ui
    assert state_words(ui, stopped) == ui.say("ui.state.cancelled")
    moved = replace(stopped, reason=Reason("visit-moved"))
    assert state_words(ui, moved).endswith(ui.say("reason.visit-moved"))


def test_several_are_stopped_together_after_a_second_click(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectAll()
    queued.screen.settle()
    assert page.stop.text() == queued.screen.ui.texts.count("ui.outbox.stop-many", 2)
    page.stop.click()
    assert states(queued) == {State.QUEUED}, "one click stops nothing"
    dialog = page.detail.findChild(QDialog)
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    queued.screen.settle()
    assert states(queued) == {State.QUEUED}
    page.stop.click()
    again = [one for one in page.detail.findChildren(QDialog) if one.isVisible()]
    again[0].accept()
    queued.screen.settle()
    assert states(queued) == {State.CANCELLED}


def test_what_has_left_cannot_be_stopped(queued: AtWork, along: Along) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    queued.screen.settle()
    for line in queued.office.list_outbox(queued.session).messages:
        along.to(line.id, State.CLAIMED, State.DATA)
    page.stop.click()
    queued.screen.settle()
    assert page.notice.words == queued.screen.ui.texts.count("ui.undo.too-late", 1)
    assert states(queued) == {State.DATA}


def test_what_is_claimed_and_not_leaving_yet_is_still_stopped(queued: AtWork, along: Along) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    queued.screen.settle()
    for line in queued.office.list_outbox(queued.session).messages:
        along.to(line.id, State.CLAIMED)
    page.stop.click()
    queued.screen.settle()
    assert states(queued) == {State.CLAIMED, State.CANCELLED}


def test_the_choice_follows_its_message_when_rows_move(queued: AtWork, along: Along) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    queued.screen.settle()
    (before,) = chosen(page)
    queued.practice.clock.move(5)
    along.letter("Bo")
    look(queued, page)
    assert chosen(page) == [before]
    (row,) = page.view.selectionModel().selectedRows()
    line = page.rows.line(row.row())
    assert line is not None
    assert (row.row(), line.id) == (1, before), "the new letter stands above it"


def test_one_message_is_paused_and_goes_on(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    queued.screen.settle()
    page.detail.pause.click()
    queued.screen.settle()
    assert page.detail.state.text() == queued.screen.words("ui.outbox.paused")
    assert not page.banner.isVisible(), "a pause of one message is no alarm"
    page.detail.resume.click()
    queued.screen.settle()
    assert page.detail.state.text() == queued.screen.words("ui.state.queued")


def test_the_way_of_a_message_stands_in_words_and_the_rest_is_folded(queued: AtWork, along: Along) -> None:
    first = queued.office.list_outbox(queued.session).messages[0]
    along.lose(first.id)
    page = queued.page("outbox", OutboxPage)
    page.show_group("unclear")
    queued.screen.settle()
    page.view.selectRow(0)
    queued.screen.settle()
    told = " ".join(texts_of(page.detail))
    assert queued.screen.words("reason.phase-uncertain", relay="Relay") in told
    technical = page.detail.technical
    assert technical is not None
    assert technical.isHidden()
    assert page.detail.fold is not None
    page.detail.fold.click()
    assert technical.isVisible()
    assert "uncertain" in technical.text()


def test_looking_while_nothing_changed_leaves_no_record(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    before = len(queued.office.query_log(queued.session).lines)
    for _ in range(3):
        look(queued, page)
    assert len(queued.office.query_log(queued.session).lines) == before + 1, "that of the log's own query"


def test_ten_thousand_rows_are_there_and_only_those_in_sight_are_read(queued: AtWork, along: Along) -> None:
    along.copies(along.letter(), 10_000)
    page = queued.page("outbox", OutboxPage)
    assert page.rows.rowCount() == 10_003
    assert len(page.rows.held) < 300
    page.view.scrollToBottom()
    queued.screen.qtbot.waitUntil(lambda: page.rows.line(10_002) is not None, timeout=10_000)
    assert len(page.rows.held) < 600
    page.view.selectRow(10_002)
    queued.screen.settle()
    assert len(chosen(page)) == 1
    assert page.detail.heading.text()


def test_a_relay_that_hangs_up_is_said_while_messages_wait_and_no_longer_after(
    queued: AtWork, relay: RelayHere
) -> None:
    page = queued.page("outbox", OutboxPage)
    relay.server.faults.append(Fault(At.EHLO, DROP))
    queued.practice.clock.move(11)
    with pytest.raises(SealwellError):
        queued.office.run_outbox(queued.session)
    look(queued, page)
    assert page.notice.isVisible()
    assert states(queued) == {State.QUEUED}
    relay.server.faults.clear()
    queued.practice.clock.move(120)
    queued.office.run_outbox(queued.session)
    look(queued, page)
    assert not page.notice.isVisible()
    assert states(queued) == {State.ACCEPTED}


def test_nothing_of_the_practice_can_be_read_without_its_key(queued: AtWork) -> None:
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(queued.practice.folder.database).execute("select count(*) from sqlite_master")

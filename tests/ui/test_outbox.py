"""Outbox: where each message stands."""

from __future__ import annotations

import sqlite3

import pytest

from demo.faults import DROP, At, Fault
from desktop.errors import SealwellError
from desktop.models.records import State
from desktop.ui.outbox.page import OutboxPage
from tests.made_practice import import_visits
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, RelayHere


@pytest.fixture
def queued(at_work: AtWork) -> AtWork:
    """Two reminders are held."""
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    at_work.office.send_reminders(at_work.session)
    return at_work


def states(at_work: AtWork) -> set[State]:
    return {line.state for line in at_work.office.list_outbox(at_work.session).messages}


def test_an_empty_outbox_says_so(at_work: AtWork) -> None:
    page = at_work.page("outbox", OutboxPage)
    assert page.empty.isVisible()
    assert not page.view.isVisible()
    assert not page.stop.isEnabled()


def test_each_message_shows_where_it_stands_in_plain_words(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    assert page.rows.rowCount() == 2
    words = " ".join(texts_of(page.view))
    assert "Zoraida Canaryfield" in words
    assert queued.screen.words("ui.state.queued") in words
    queued.practice.clock.move(11)
    queued.office.run_outbox(queued.session)
    page.refresh()
    queued.screen.settle()
    assert queued.screen.words("ui.state.accepted") in " ".join(texts_of(page.view))
    assert page.summary.text() == queued.screen.ui.texts.count("ui.outbox.count-accepted", 2)


def test_a_held_message_can_be_stopped_alone(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    assert page.stop.isEnabled()
    page.stop.click()
    queued.screen.settle()
    assert states(queued) == {State.CANCELLED, State.QUEUED}
    assert not page.stop.isEnabled()


def test_what_has_left_cannot_be_stopped(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    queued.practice.clock.move(11)
    queued.office.run_outbox(queued.session)
    page.stop.click()
    queued.screen.settle()
    assert page.notice.words == queued.screen.ui.texts.count("ui.undo.too-late", 1)
    assert states(queued) == {State.ACCEPTED}


def test_the_choice_survives_looking_anew(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(1)
    chosen = page._chosen()
    queued.practice.clock.move(11)
    queued.office.run_outbox(queued.session)
    page.refresh()
    queued.screen.settle()
    again = page._chosen()
    assert chosen is not None
    assert again is not None
    assert again.id == chosen.id


def test_nothing_of_the_practice_can_be_read_without_its_key(queued: AtWork) -> None:
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(queued.practice.folder.database).execute("select count(*) from sqlite_master")


def test_a_relay_that_hangs_up_is_said_while_messages_wait_and_no_longer_after(
    queued: AtWork, relay: RelayHere
) -> None:
    page = queued.page("outbox", OutboxPage)
    relay.server.faults.append(Fault(At.EHLO, DROP))
    queued.practice.clock.move(11)
    with pytest.raises(SealwellError):
        queued.office.run_outbox(queued.session)
    page.refresh()
    queued.screen.settle()
    assert page.notice.isVisible()
    assert states(queued) == {State.QUEUED}
    relay.server.faults.clear()
    queued.practice.clock.move(120)
    queued.office.run_outbox(queued.session)
    page.refresh()
    queued.screen.settle()
    assert not page.notice.isVisible()
    assert states(queued) == {State.ACCEPTED}

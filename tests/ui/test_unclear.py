"""We can't tell if it arrived: evidence, then the answers; nothing is sent again by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.models.records import MessageId, State
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.outbox.unclear import UnclearPanel
from tests.support.along import Along
from tests.ui.conftest import AtWork


@pytest.fixture
def along(at_work: AtWork) -> Along:
    return Along(at_work.office, at_work.session, at_work.practice.clock)


def shown(at_work: AtWork, message: MessageId) -> tuple[OutboxPage, UnclearPanel]:
    page = at_work.page("outbox", OutboxPage)
    page.show_group("unclear")
    at_work.screen.settle()
    page.view.selectRow(0)
    at_work.screen.settle()
    assert list(page.list.chosen) == [message]
    panel = page.detail.unclear
    assert panel is not None
    return page, panel


def test_a_letter_has_three_answers_and_each_can_be_reached_by_keyboard(
    at_work: AtWork, along: Along
) -> None:
    letter = along.letter()
    along.lose(letter)
    page, panel = shown(at_work, letter)
    assert list(panel.buttons) == ["arrived", "again", "call"]
    for made in panel.buttons.values():
        assert made.isVisible()
        assert made.accessibleDescription()
    assert not page.detail.follow.isVisible()


def test_it_arrived_is_recorded_and_nothing_is_sent(at_work: AtWork, along: Along) -> None:
    letter = along.letter()
    along.lose(letter)
    page, panel = shown(at_work, letter)
    QTest.keyClicks(panel._note, "she wrote back")
    panel.buttons["arrived"].setFocus()
    QTest.keyClick(panel.buttons["arrived"], Qt.Key.Key_Space)
    at_work.screen.settle()
    assert along.state(letter) is State.ACCEPTED
    assert page.detail.unclear is None
    assert len(at_work.office.list_outbox(at_work.session).messages) == 1


def test_sending_again_is_a_new_message_and_the_old_one_stays_in_doubt(at_work: AtWork, along: Along) -> None:
    letter = along.letter()
    along.lose(letter)
    page, panel = shown(at_work, letter)
    panel.buttons["again"].click()
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.unclear.again-done")
    assert along.state(letter) is State.UNCERTAIN
    new = [one for one in at_work.office.list_outbox(at_work.session).messages if one.id != letter]
    assert [one.state for one in new] == [State.QUEUED]


def test_i_will_call_opens_a_task_and_then_offers_that_somebody_has(at_work: AtWork, along: Along) -> None:
    letter = along.letter()
    along.lose(letter)
    page, panel = shown(at_work, letter)
    panel.buttons["call"].click()
    at_work.screen.settle()
    assert at_work.office.today(at_work.session).calls == 1
    again = page.detail.unclear
    assert again is not None
    assert list(again.buttons) == ["arrived", "again", "called"]
    again.buttons["called"].click()
    at_work.screen.settle()
    assert not at_work.office.show_message(at_work.session, letter).can_resolve
    assert len(at_work.office.list_outbox(at_work.session).messages) == 1, "nothing was sent"


def test_a_reminder_goes_to_the_call_list(at_work: AtWork, along: Along) -> None:
    first, _ = along.reminders()
    along.lose(first)
    _, panel = shown(at_work, first)
    assert "call" not in panel.buttons
    assert "called" in panel.buttons
    panel.buttons["called"].click()
    at_work.screen.settle()
    assert not at_work.office.show_message(at_work.session, first).can_resolve


def test_what_is_typed_stays_while_the_page_looks_anew(at_work: AtWork, along: Along) -> None:
    letter = along.letter()
    along.lose(letter)
    page, panel = shown(at_work, letter)
    QTest.keyClicks(panel._note, "he said")
    along.letter("Bo")
    page._look_if_shown()
    at_work.screen.settle()
    still = page.detail.unclear
    assert still is not None
    assert still.note == "he said"

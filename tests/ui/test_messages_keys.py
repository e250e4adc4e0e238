"""Messages without a mouse, and with ten thousand conversations: nothing holds the window up."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QTableView,
    QWidget,
)

from desktop.models import conversations
from desktop.models.correspondence import ConversationId, ConversationState, Direction
from desktop.models.database import Tx
from desktop.ui.messages.actions import KEYS, REPLY
from desktop.ui.messages.page import MessagesPage
from tests.support.correspondence import a_conversation
from tests.support.inbox import Inbox
from tests.ui.conftest import AtWork

BEAT = 0.050
"""Seconds of its own time that the window may give to one answer."""


@pytest.fixture
def page(at_work: AtWork, box: Inbox) -> MessagesPage:
    """Three conversations; the newest stands first."""
    for words in ("Third", "Second", "First"):
        box.arrives("Zoraida", words, words)
    page = at_work.page("messages", MessagesPage)
    at_work.workspace.activateWindow()
    at_work.screen.qtbot.waitUntil(at_work.workspace.isActiveWindow, timeout=10_000)
    return page


def key(
    at_work: AtWork, which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, which, modifier)
    at_work.screen.settle()


def chosen(page: MessagesPage) -> str:
    return page.pane.head.subject.text() if page.pane.shown is not None else ""


def test_arrows_pass_over_the_list_and_the_one_they_rest_on_opens(
    at_work: AtWork, page: MessagesPage
) -> None:
    page.list.view.setFocus()
    key(at_work, Qt.Key.Key_Down)
    at_work.screen.qtbot.waitUntil(lambda: chosen(page) == "First", timeout=10_000)
    key(at_work, Qt.Key.Key_Down)
    assert page.pane.shown is None, "nothing can be done to what the arrows left"
    at_work.screen.qtbot.waitUntil(lambda: chosen(page) == "Second", timeout=10_000)


def test_enter_goes_into_the_conversation_and_escape_back(at_work: AtWork, page: MessagesPage) -> None:
    page.list.view.setFocus()
    key(at_work, Qt.Key.Key_Down)
    key(at_work, Qt.Key.Key_Return)
    assert chosen(page) == "First"
    assert QApplication.focusWidget() is page.pane.entries
    key(at_work, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page.list.view


def test_letters_do_the_steps_that_their_tips_name(
    at_work: AtWork, box: Inbox, page: MessagesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []
    monkeypatch.setattr(at_work.workspace, "reply", lambda shown, entry: given.append(entry))
    page.list.view.setFocus()
    key(at_work, Qt.Key.Key_Down)
    key(at_work, Qt.Key.Key_Return)
    assert page.pane.shown is not None
    id_ = page.pane.shown.line.id
    for code, letter in KEYS.items():
        assert page.pane.actions_bar.buttons[code].toolTip().endswith(f"({letter})")
    key(at_work, Qt.Key.Key_T)
    assert box.row(id_).owner == at_work.session.user
    key(at_work, Qt.Key.Key_R)
    assert len(given) == 1
    key(at_work, Qt.Key.Key_Escape)
    key(at_work, Qt.Key.Key_D)
    assert box.row(id_).state is ConversationState.DONE


def test_letters_are_letters_where_somebody_types(at_work: AtWork, box: Inbox, page: MessagesPage) -> None:
    page.list.view.setFocus()
    key(at_work, Qt.Key.Key_Down)
    key(at_work, Qt.Key.Key_Return)
    assert page.pane.shown is not None
    key(at_work, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is page.search
    key(at_work, Qt.Key.Key_T)
    assert page.search.text() == "t"
    assert box.row(page.pane.shown.line.id).owner is None


def test_a_step_that_is_not_offered_does_nothing(at_work: AtWork, box: Inbox, page: MessagesPage) -> None:
    id_ = box.arrives("", "Who am I?")
    page.show_conversation(id_)
    at_work.screen.settle()
    page.pane.actions_bar.press(REPLY)
    at_work.screen.settle()
    assert box.row(id_).answering is None


def test_nothing_is_pressed_twice(at_work: AtWork, box: Inbox, page: MessagesPage) -> None:
    id_ = box.arrives("Zoraida")
    page.show_conversation(id_)
    at_work.screen.settle()
    page.pane.actions_bar.press("take")
    assert not page.pane.actions_bar.isEnabled()
    page.pane.actions_bar.press("done")
    at_work.screen.settle()
    assert box.row(id_).state is ConversationState.OPEN


def test_tab_goes_from_left_to_right(at_work: AtWork, page: MessagesPage) -> None:
    page.list.view.setFocus()
    key(at_work, Qt.Key.Key_Down)
    key(at_work, Qt.Key.Key_Return)
    page.search.setFocus()
    order: list[QWidget] = []
    for _ in range(40):
        focus = QApplication.focusWidget()
        assert focus is not None
        order.append(focus)
        if focus is page.pane.actions_bar.more:
            break
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    wanted = [page.search, page.new, page.places.buttons["inbox"], page.list.view, page.pane.entries]
    places = [order.index(one) for one in [*wanted, page.pane.actions_bar.buttons[REPLY], order[-1]]]
    assert places == sorted(places)


def test_every_control_has_a_name(at_work: AtWork, page: MessagesPage) -> None:
    page.fold.click()
    page.list.view.setFocus()
    key(at_work, Qt.Key.Key_Down)
    key(at_work, Qt.Key.Key_Return)
    for one in page.findChildren(QWidget):
        if one.isVisible() and isinstance(one, QAbstractButton | QLineEdit | QComboBox | QTableView):
            name = one.accessibleName() or (one.text() if isinstance(one, QAbstractButton) else "")
            assert name or one.parent().accessibleName() or not one.isEnabled(), one  # type: ignore[union-attr]


# --- ten thousand --------------------------------------------------------------------------------


@pytest.fixture
def spent(at_work: AtWork, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Processor time of the window's thread for each answer: a busy computer does not count."""
    times: list[float] = []
    relay = at_work.screen.bridge._relay
    call = relay._call

    def timed(work: object) -> None:
        begun = time.thread_time()
        call(work)  # type: ignore[arg-type]
        times.append(time.thread_time() - begun)

    relay.called.disconnect()
    relay.called.connect(timed)
    return times


def many(box: Inbox, number: int) -> None:
    person, now = box.person("Zoraida"), box.clock.now()

    def add(tx: Tx) -> None:
        for at in range(number):
            one = a_conversation(subject=f"Number {at}", person=person, changed_at=now, opened_at=now)
            conversations.add(tx, one)

    box.write(add)


def test_ten_thousand_conversations_and_a_long_one_hold_nothing_up(
    at_work: AtWork, box: Inbox, spent: list[float]
) -> None:
    many(box, 10_000)
    said = [
        {"own": "Some words. " * 60, "direction": Direction.OUT if at % 2 else Direction.IN}
        for at in range(50)
    ]
    long: ConversationId = box.arrives("Zoraida", said=said)
    page = at_work.page("messages", MessagesPage)
    spent.clear()
    page.refresh()
    at_work.screen.settle()
    assert page.list.rows.rowCount() == 10_001
    bar = page.list.view.verticalScrollBar()
    for share in (0.25, 0.5, 0.9):
        bar.setValue(int(bar.maximum() * share))
        QTest.qWait(20)
        at_work.screen.settle()
    row = page.list.view.rowAt(10)
    assert page.list.rows.line(row) is not None, "what came into sight was read"
    where = bar.value()
    box.arrives("Bo", "New")
    page._look_if_shown()
    at_work.screen.settle()
    assert bar.value() - where == page.list.view.rowHeight(0), "the same rows stay in sight"
    page.show_conversation(long)
    at_work.screen.settle()
    at_work.screen.qtbot.waitUntil(lambda: page.pane.entries.whole, timeout=10_000)
    assert spent
    assert max(spent) < BEAT, f"{max(spent) * 1000:.0f} ms"


def test_older_entries_come_when_they_are_wanted_and_the_place_stays(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida", said=[{"own": f"Entry {at}" + "\nmore" * 5} for at in range(60)])
    page = at_work.page("messages", MessagesPage)
    page.show_conversation(id_)
    at_work.screen.settle()
    entries = page.pane.entries
    at_work.screen.qtbot.waitUntil(lambda: entries.whole, timeout=10_000)
    assert len(entries.views) < 60
    assert entries.more.isVisible()
    bar = entries.verticalScrollBar()

    def still() -> bool:
        before = bar.maximum()
        QTest.qWait(100)
        return 0 < bar.maximum() == before

    at_work.screen.qtbot.waitUntil(still, timeout=10_000)
    bar.triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    from_end = bar.maximum() - bar.value()
    entries.more.click()
    at_work.screen.settle()
    at_work.screen.qtbot.waitUntil(lambda: entries.whole and len(entries.views) == 60, timeout=10_000)
    at_work.screen.qtbot.waitUntil(lambda: abs(bar.maximum() - bar.value() - from_end) < 60, timeout=10_000)
    assert not entries.more.isVisible()

"""What is said outside the window: a number when it rises, nothing in quiet hours, and never of whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QIcon

from desktop.bootstrap import SingleInstance
from desktop.office.values_entry import DutyState
from desktop.ui.gate.lock import LockPage
from desktop.ui.news import NEW, URGENT, News
from desktop.ui.tray import Tray
from tests.support.canary import CANARY
from tests.ui.conftest import Opened

OPEN = DutyState(CANARY.last_name, locked=True, vault_open=True, due=0, service=True, reads_mail=True)


def duty(unseen: int, urgent: int = 0, *, quiet: bool = False, vault_open: bool = True) -> DutyState:
    return replace(OPEN, unseen=unseen, urgent=urgent, quiet=quiet, vault_open=vault_open)


def told(*steps: DutyState, in_front: bool = False) -> list[tuple[str, int] | None]:
    news = News()
    return [news.of(one, in_front=in_front) for one in steps]


def test_only_a_rise_is_said_and_what_was_there_before_is_no_news() -> None:
    assert told(duty(3), duty(3), duty(5), duty(5), duty(2), duty(3)) == [
        *(None, None, (NEW, 5), None, None),
        (NEW, 3),
    ]


def test_urgent_ones_are_said_first() -> None:
    assert told(duty(0), duty(2, 1), duty(3, 1), duty(3, 0), duty(3, 1)) == [
        *(None, (URGENT, 1), (NEW, 3), None),
        (URGENT, 1),
    ]


def test_nothing_is_said_to_somebody_who_sees_the_window() -> None:
    news = News()
    assert news.of(duty(0), in_front=True) is None
    assert news.of(duty(4), in_front=True) is None
    assert news.of(duty(4), in_front=False) is None
    assert news.of(duty(5), in_front=False) == (NEW, 5)


def test_quiet_hours_say_nothing_and_end_with_one_number() -> None:
    steps = (duty(1), duty(3, quiet=True), duty(6, 1, quiet=True), duty(6, 1), duty(6, 1))
    assert told(*steps) == [None, None, None, (URGENT, 1), None]


def test_what_somebody_looked_at_in_quiet_hours_is_not_said_after_them() -> None:
    assert told(duty(4), duty(0, quiet=True), duty(2, quiet=True), duty(2)) == [None, None, None, (NEW, 2)]
    assert told(duty(4), duty(6, quiet=True), duty(4, quiet=True), duty(4)) == [None, None, None, None]


def test_a_closed_database_is_no_news_and_forgets_none() -> None:
    assert told(duty(4), duty(0, vault_open=False), duty(4), duty(5)) == [None, None, None, (NEW, 5)]


# --- in the tray ----------------------------------------------------------------------------


@pytest.fixture
def tray(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Opened, Tray, list[str]]]:
    """With the window out of sight; what the mark says is caught before the desktop shows it."""
    instance = SingleInstance(opened.practice.folder.lock)
    instance.acquire()
    made = Tray(opened.screen.ui, opened.window, instance, lambda: None, always=True)
    said: list[str] = []

    def show(title: str, words: str, picture: QIcon) -> None:
        said.extend((title, words))

    monkeypatch.setattr(made.mark, "showMessage", show)
    opened.window.close()
    opened.screen.settle()
    yield opened, made, said
    made.stop()
    instance.release()


def test_the_mark_says_how_many_and_nothing_else(tray: tuple[Opened, Tray, list[str]]) -> None:
    _, mark, said = tray
    for one in (duty(0), duty(1), duty(3), duty(4, 1), duty(4, 1), duty(9, 1, quiet=True)):
        mark.show_duty(one)
    assert said == ["Sealwell", "1 new message", "Sealwell", "3 new messages", "Sealwell", "1 urgent message"]
    shown = (*said, mark.words, mark._window.windowTitle())
    assert CANARY.traces_in("".join(shown)) == []


def test_a_press_opens_the_window_at_its_lock_page(tray: tuple[Opened, Tray, list[str]]) -> None:
    work, mark, _ = tray
    mark.show_window()
    work.sign_in()
    work.window.close()
    work.screen.settle()
    mark.mark.messageClicked.emit()
    assert work.window.isVisible()
    assert isinstance(work.window.centralWidget(), LockPage)


def test_a_window_in_front_is_told_nothing(
    tray: tuple[Opened, Tray, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    work, mark, said = tray
    mark.show_duty(duty(0))
    mark.show_window()
    monkeypatch.setattr(work.window, "isActiveWindow", lambda: True)
    mark.show_duty(duty(2))
    work.window.showMinimized()
    mark.show_duty(duty(2))
    assert said == []
    mark.show_duty(duty(3))
    assert said == ["Sealwell", "3 new messages"]

"""The mark in the tray: what goes on in words, what keeps a closed window, and the way back and out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from desktop.bootstrap import SingleInstance
from desktop.errors import Refused, SealwellError, VaultError
from desktop.office.values_access import SecurityPolicy
from desktop.office.values_entry import DutyState
from desktop.ui.gate.lock import LockPage
from desktop.ui.tray import Tray
from tests.support.along import Along
from tests.ui.conftest import Opened

OPEN = DutyState("Elm Street", locked=True, vault_open=True, due=0, service=True)
CLOSED = replace(OPEN, vault_open=False)


class Made:
    def __init__(self, opened: Opened, always: bool = False) -> None:
        self.opened = opened
        self.ends: list[str] = []
        self.instance = SingleInstance(opened.practice.folder.lock)
        self.instance.acquire()
        self.tray = Tray(
            opened.screen.ui, opened.window, self.instance, lambda: self.ends.append("all"), always=always
        )
        self.tray.ended.connect(lambda: self.ends.append("window"))

    def look(self) -> None:
        self.tray.look()
        self.opened.screen.settle()

    @property
    def on_screen(self) -> bool:
        """Whether a second window would be refused."""
        try:
            with SingleInstance(self.opened.practice.folder.lock):
                return False
        except Refused:
            return True


@pytest.fixture
def make(opened: Opened) -> Iterator[Callable[..., Made]]:
    made: list[Made] = []

    def build(**given: bool) -> Made:
        made.append(Made(opened, **given))
        return made[-1]

    yield build
    for each in made:
        each.tray.stop()
        each.instance.release()


@pytest.mark.parametrize(
    ("duty", "words"),
    [
        (replace(OPEN, due=12), "Sealwell: 12 messages wait to go out"),
        (replace(OPEN, due=1), "Sealwell: 1 message waits to go out"),
        (OPEN, "Sealwell: nothing is waiting"),
        (replace(OPEN, reads_mail=True), "Sealwell: nothing is waiting, the mailbox is being read"),
        (replace(OPEN, due=3, paused="too-many-bounces"), "Sealwell: sending is paused"),
        (replace(CLOSED, waits_for_sign_in=True), "Sealwell: nothing leaves until somebody signs in"),
        (CLOSED, "Sealwell: nothing is waiting"),
    ],
)
def test_it_says_what_goes_on_and_never_for_whom(
    make: Callable[..., Made], duty: DutyState, words: str
) -> None:
    tray = make().tray
    tray.show_duty(duty)
    assert tray.words == words
    assert "Elm Street" not in tray.words


@pytest.mark.parametrize(("due", "kept"), [(12, True), (0, False)])
def test_a_closed_window_stays_while_something_goes_out(
    make: Callable[..., Made], due: int, kept: bool
) -> None:
    made = make()
    made.tray.show_duty(replace(OPEN, due=due))
    made.opened.window.close()
    made.opened.screen.settle()
    assert made.ends == ([] if kept else ["window"])
    assert made.on_screen is not kept


@pytest.mark.parametrize("always", [True, False])
def test_closing_the_window_ends_the_process_where_the_practice_ends_with_it(
    make: Callable[..., Made], always: bool
) -> None:
    made = make(always=always)
    work = made.opened
    session = work.sign_in().session
    work.office.set_policy(session, replace(SecurityPolicy(), lock_on_close=True))
    Along(work.office, session, work.practice.clock).reminders()
    made.look()
    work.window.close()
    assert made.ends == ["window"]


def test_a_practice_that_ends_with_its_window_leaves_the_mark_of_one_that_nobody_used(
    make: Callable[..., Made],
) -> None:
    made = make(always=True)
    made.opened.window.close()
    made.tray.show_duty(replace(OPEN, due=2, ends_with_window=True))
    assert made.ends == []


def test_whoever_is_let_in_after_the_window_was_closed_finds_it_locked(make: Callable[..., Made]) -> None:
    made = make(always=True)
    window = made.opened.window
    answer = made.opened.office.sign_in(made.opened.practice.credentials())
    window.close()
    window.arrive(answer)
    assert window.locked
    made.opened.screen.settle()
    made.tray.open.trigger()
    assert isinstance(window.centralWidget(), LockPage)
    with pytest.raises(SealwellError):
        made.opened.office.search_people(answer.session, "")
    made.opened.sign_in()


def test_open_brings_back_a_minimised_window(make: Callable[..., Made]) -> None:
    made = make()
    made.opened.window.showMinimized()
    assert made.opened.window.isMinimized()
    made.tray.open.trigger()
    assert not made.opened.window.isMinimized()


def test_looks_at_a_service_that_hangs_do_not_keep_the_lock_from_it(
    make: Callable[..., Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make()
    made.opened.sign_in()
    go, asked, locked = threading.Event(), list[int](), threading.Event()
    office = made.opened.office
    duty, lock = office.duty, office.lock

    def hanging() -> DutyState:
        asked.append(1)
        go.wait(20)
        return duty()

    def locking() -> DutyState:
        locked.set()
        return lock()

    monkeypatch.setattr(office, "duty", hanging)
    monkeypatch.setattr(office, "lock", locking)
    for _ in range(6):
        made.tray.look()
        made.opened.screen.bridge.run(made.tray, lambda _: go.wait(20), lambda _: None, lambda _: None)
    made.opened.window.lock()
    try:
        assert locked.wait(5)
        assert len(asked) == 1
    finally:
        go.set()
    made.opened.screen.settle()


def test_it_leaves_when_all_has_gone_out(make: Callable[..., Made]) -> None:
    made = make()
    made.tray.show_duty(replace(OPEN, due=2))
    made.opened.window.close()
    made.tray.show_duty(replace(OPEN, due=1))
    assert made.ends == []
    made.tray.show_duty(CLOSED)
    assert made.ends == ["window"]


def test_started_for_the_tray_it_stays_all_day(make: Callable[..., Made]) -> None:
    made = make(always=True)
    made.opened.window.close()
    made.look()
    assert made.ends == []


def test_a_window_behind_its_mark_shows_nobodys_pages(make: Callable[..., Made]) -> None:
    made = make(always=True)
    made.opened.sign_in()
    made.opened.window.close()
    made.opened.screen.settle()
    made.tray.open.trigger()
    assert made.opened.window.isVisible()
    assert isinstance(made.opened.window.centralWidget(), LockPage)
    assert made.on_screen


def test_a_hidden_window_leaves_when_another_was_opened(make: Callable[..., Made]) -> None:
    made = make(always=True)
    made.opened.window.close()
    with SingleInstance(made.opened.practice.folder.lock):
        made.look()
        assert made.ends == ["window"]
        made.tray.open.trigger()
        assert not made.opened.window.isVisible()


def test_lock_and_end_are_a_click_away(make: Callable[..., Made]) -> None:
    made = make()
    made.opened.sign_in()
    made.tray.menu.aboutToShow.emit()
    assert made.tray.lock.isEnabled()
    made.tray.lock.trigger()
    made.opened.screen.settle()
    assert made.opened.window.locked
    made.tray.menu.aboutToShow.emit()
    assert not made.tray.lock.isEnabled()
    made.tray.end.trigger()
    assert made.ends == ["all"]


def test_a_service_that_is_gone_is_said(make: Callable[..., Made]) -> None:
    made = make()
    made.tray.show_duty(replace(OPEN, due=2))
    made.tray.show_trouble(VaultError("database-busy"))
    assert "2 messages" in made.tray.words
    made.tray.show_trouble(VaultError("service-gone"))
    assert made.tray.words == "Sealwell: the background service has stopped"


def test_before_the_first_sign_in_there_is_no_service_that_could_have_stopped(
    make: Callable[..., Made],
) -> None:
    made = make(always=True)
    made.tray.show_trouble(VaultError("service-gone"))
    assert made.tray.words == "Sealwell: nothing leaves until somebody signs in"


def test_the_window_says_that_the_service_is_gone_and_locks(opened: Opened) -> None:
    opened.sign_in()
    opened.window.service_ended.emit()
    opened.screen.settle()
    assert opened.window.locked
    assert "background service has stopped" in opened.page().notice.words

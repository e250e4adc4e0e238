"""Answers reach living pages only; bugs reach the last resort; the window never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from desktop.errors import InputError, SealwellError
from desktop.ui.bridge import Bridge, Task
from tests.ui.conftest import AtWork


class Kept:
    """What came back."""

    def __init__(self) -> None:
        self.bugs: list[BaseException] = []
        self.answers: list[object] = []
        self.errors: list[SealwellError] = []
        self.threads: list[threading.Thread] = []

    def done(self, answer: object) -> None:
        self.threads.append(threading.current_thread())
        self.answers.append(answer)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def bridge(qtbot: QtBot, kept: Kept) -> Iterator[Bridge]:
    made = Bridge(kept.bugs.append)
    yield made
    made.stop()


def wait(qtbot: QtBot, bridge: Bridge) -> None:
    qtbot.waitUntil(lambda: not bridge.busy, timeout=5000)


def test_work_runs_elsewhere_and_its_answer_comes_back_to_the_window(
    qtbot: QtBot, bridge: Bridge, kept: Kept
) -> None:
    owner = QObject()
    bridge.run(owner, lambda _: threading.current_thread(), kept.done, kept.errors.append)
    wait(qtbot, bridge)
    assert kept.answers != [threading.main_thread()]
    assert kept.threads == [threading.main_thread()]


def test_a_page_that_is_gone_is_never_called_back(qtbot: QtBot, bridge: Bridge, kept: Kept) -> None:
    owner = QObject()
    go = threading.Event()
    bridge.run(owner, lambda _: go.wait(5), kept.done, kept.errors.append)
    owner.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(owner))
    go.set()
    wait(qtbot, bridge)
    assert kept.answers == []


def test_a_known_error_goes_to_the_page(qtbot: QtBot, bridge: Bridge, kept: Kept) -> None:
    def refuse(_: Task) -> None:
        raise InputError("no-rows", file="a.csv")

    bridge.run(QObject(bridge._relay), refuse, kept.done, kept.errors.append)
    wait(qtbot, bridge)
    assert [error.code for error in kept.errors] == ["no-rows"]
    assert kept.bugs == []


def test_a_bug_goes_to_the_last_resort_and_not_to_the_page(qtbot: QtBot, bridge: Bridge, kept: Kept) -> None:
    owner = QObject()
    bridge.run(owner, lambda _: 1 // 0, kept.done, kept.errors.append)
    wait(qtbot, bridge)
    assert [type(bug) for bug in kept.bugs] == [ZeroDivisionError]
    assert kept.errors == []
    assert kept.answers == []


def test_cancelling_tells_the_work_at_its_next_step(qtbot: QtBot, bridge: Bridge, kept: Kept) -> None:
    owner = QObject()
    started = threading.Event()

    def work(task: Task) -> int:
        done = 0
        while task.progress(done, 1000) and done < 1000:
            done += 1
            started.set()
            time.sleep(0.001)
        return done

    seen: list[int] = []
    task = bridge.run(owner, work, kept.done, kept.errors.append, lambda done, _: seen.append(done))
    assert started.wait(5)
    task.cancel()
    wait(qtbot, bridge)
    assert 0 < int(str(kept.answers[0])) < 1000
    assert seen


def test_after_the_end_nothing_comes_back(qtbot: QtBot, bridge: Bridge, kept: Kept) -> None:
    go = threading.Event()
    owner = QObject()
    bridge.run(owner, lambda _: go.wait(5), kept.done, kept.errors.append)
    threading.Timer(0.05, go.set).start()
    bridge.stop()
    qtbot.wait(20)
    assert kept.answers == []


def test_closing_the_program_cancels_what_would_go_on_for_long(bridge: Bridge, kept: Kept) -> None:
    started = threading.Event()
    ended: list[bool] = []

    def work(task: Task) -> None:
        started.set()
        end = time.monotonic() + 10
        while time.monotonic() < end and task.progress(0, 1):
            time.sleep(0.01)
        ended.append(task.cancelled)

    bridge.run(QObject(bridge._relay), work, kept.done, kept.errors.append)
    assert started.wait(5)
    bridge.stop()
    assert ended == [True]


def test_a_lock_is_carried_on_to_its_end_by_a_program_that_ends(bridge: Bridge, kept: Kept) -> None:
    locked: list[int] = []

    def lock(_: Task) -> None:
        time.sleep(0.05)
        locked.append(1)

    for _ in range(2):
        bridge.run(QObject(bridge._relay), lock, kept.done, kept.errors.append, urgent=True)
    bridge.stop()
    assert locked == [1, 1]


def test_a_question_after_the_end_is_not_asked(qtbot: QtBot, bridge: Bridge, kept: Kept) -> None:
    bridge.stop()
    bridge.run(QObject(bridge._relay), lambda _: 1, kept.done, kept.errors.append)
    qtbot.wait(5)
    assert not bridge.busy
    assert kept.answers == []


def test_the_window_ticks_while_the_writing_lane_is_held(at_work: AtWork) -> None:
    """Structural: a write holds the lane until the window has ticked a hundred times."""
    qtbot = at_work.screen.qtbot
    database = at_work.office.list_outbox.__self__._desk.opened().database  # type: ignore[attr-defined]
    held, release = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        held.set()
        release.wait(20)

    written = database.submit_write(hold)
    assert held.wait(5)
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(20)
    for code in ("today", "outbox", "people", "audit", "settings"):
        at_work.workspace.open(code)
    qtbot.waitUntil(lambda: len(ticks) >= 100, timeout=15_000)
    assert at_work.screen.bridge.busy, "nothing waited for the lane: the test proves nothing"
    assert not written.done()
    timer.stop()
    release.set()
    at_work.screen.settle()

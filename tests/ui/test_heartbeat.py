"""Hundreds of messages leave while the window stays alive: what it does for each answer is little."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer

from desktop.models.records import State
from desktop.ui.bridge import Bridge
from desktop.ui.outbox.page import OutboxPage
from tests.support.along import Along
from tests.ui.conftest import AtWork, RelayHere

BEAT = 0.050
"""Seconds of its own time that the window may give to one answer."""


@pytest.fixture
def spent(at_work: AtWork, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Processor time of the window's thread for each answer: a busy computer does not count."""
    times: list[float] = []
    relay = at_work.screen.bridge._relay
    call = relay._call

    def timed(work: Callable[[], None]) -> None:
        begun = time.thread_time()
        call(work)
        times.append(time.thread_time() - begun)

    relay.called.disconnect()
    relay.called.connect(timed)
    return times


@pytest.mark.parametrize("number", [200, pytest.param(1000, marks=pytest.mark.soak)])
def test_the_window_beats_while_messages_are_sent(
    at_work: AtWork, relay: RelayHere, spent: list[float], number: int
) -> None:
    along = Along(at_work.office, at_work.session, at_work.practice.clock)
    along.copies(along.letter(), number - 1)
    page = at_work.page("outbox", OutboxPage)
    at_work.practice.clock.move(30)
    spent.clear()
    beats: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    timer.start(10)
    at_work.office.start_sending(at_work.session)
    seen: set[int] = set()

    def gone() -> bool:
        """The clock goes on, because the recipients' domain is paced; somebody sits there."""
        at_work.practice.clock.move(0.05)
        page._look_if_shown()
        if not len(beats) % 50:
            at_work.screen.ui.bridge.run(
                page, lambda _: at_work.office.touch(at_work.session), lambda _: None, page.show_error
            )
        seen.add(len(relay.server.received))
        return len(relay.server.received) >= number

    at_work.screen.qtbot.waitUntil(gone, timeout=25_000)
    timer.stop()
    at_work.screen.settle()
    page._look_if_shown()
    at_work.screen.settle()
    assert len([one for one in seen if 0 < one < number]) >= 3, "the window looked while they left"
    assert len(beats) >= 20
    assert spent
    assert max(spent) < BEAT, f"{max(spent) * 1000:.0f} ms"
    counts = at_work.office.list_outbox(at_work.session, 1).counts
    assert counts.get(State.ACCEPTED, 0) >= number - 8, "the last few may still be written down"


def test_the_bridge_is_the_only_way_back_to_the_window(at_work: AtWork) -> None:
    """What the test above measures is everything that answers."""
    assert isinstance(at_work.screen.bridge, Bridge)
    assert at_work.workspace.ui.bridge is at_work.screen.bridge

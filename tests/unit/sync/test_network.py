"""The network's return is noticed once, so that the outbox does not stay full after being offline."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from demo.relay import RecordingRelay
from desktop.models import messages, sending
from desktop.models.records import Reason, Relay, State
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.network import Returns, has_way_out
from tests.servers.practice import BarePractice


def test_a_return_is_told_once_and_a_network_that_never_left_is_none() -> None:
    seen = iter([True, True, False, False, True, True, False, True])
    returns = Returns(lambda: next(seen))
    assert [returns.came_back() for _ in range(8)] == [
        *(False, False, False, False),
        *(True, False, False, True),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for a network of its own")
def test_a_computer_without_any_route_has_no_way_out() -> None:
    """In a network namespace of its own there is nothing but a loopback that is down."""
    code = "from desktop.sync.network import has_way_out; print(has_way_out())"
    made = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    if made.returncode != 0 and "unshare" in made.stderr:
        pytest.skip("no right to make a network namespace")
    assert made.stdout.strip() == "False"


def test_asking_sends_nothing_and_never_fails() -> None:
    assert has_way_out() in (True, False)


def test_what_waits_because_the_network_was_away_is_tried_at_once_when_it_returns(
    practice: BarePractice,
    send_due: Callable[..., Dispatcher],
    start_relay: Callable[..., RecordingRelay],
    profile_of: Callable[..., Relay],
) -> None:
    """Not after the hours for which a retry would have waited."""
    relay = start_relay()
    made = profile_of(relay)
    practice.add_relay(made, "relay-password")
    practice.queue(made, 1)
    (row,) = practice.database.read(lambda tx: messages.by_states(tx, {State.QUEUED}))
    later = practice.clock.now() + timedelta(hours=1)
    why = Reason("connection-broke")
    practice.database.write(lambda tx: sending.postpone(tx, [(row.id, later, why)]))
    there, looked = threading.Event(), threading.Event()

    def look() -> bool:
        answer = there.is_set()
        looked.set()
        return answer

    dispatcher = send_due(returns=Returns(look))
    dispatcher.start()
    assert looked.wait(10)
    assert not relay.received
    there.set()
    until = time.monotonic() + 10
    while not relay.received and time.monotonic() < until:
        dispatcher.nudge()
        time.sleep(0.05)
    assert len(relay.received) == 1

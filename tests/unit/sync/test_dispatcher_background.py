"""The background goes on: behind a full disk, a slow upload, a message that waits for its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from demo.relay import RecordingRelay
from desktop.errors import Refused, VaultError
from desktop.models import messages
from desktop.models.database import Tx
from desktop.models.records import Reason, Relay
from desktop.sync import dispatcher as dispatching
from desktop.sync.dispatcher import Dispatcher
from tests.servers.practice import BarePractice
from tests.support.waiting import until

Profile = tuple[RecordingRelay, Relay]
Make = Callable[..., Dispatcher]


@pytest.fixture
def profile(
    practice: BarePractice, start_relay: Callable[..., RecordingRelay], profile_of: Callable[..., Relay]
) -> Profile:
    relay = start_relay()
    made = profile_of(relay)
    practice.add_relay(made, "relay-password")
    return relay, made


def test_a_disk_that_is_full_once_does_not_end_the_background(
    practice: BarePractice, send_due: Make, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it strikes: at the upload, or at a look at what is due."""
    relay, made = profile
    troubles = [VaultError("disk-full")]

    def ahead(_background: bool) -> None:
        if troubles:
            raise troubles.pop()

    dispatcher = send_due(ahead=ahead)
    future = dispatcher.start()
    full = Reason("disk-full")
    assert until(lambda: dispatcher.last is not None and dispatcher.last.stopped == full)
    real, looks = messages.next_due, [VaultError("disk-full")]

    def next_due(tx: Tx) -> object:
        if looks:
            raise looks.pop()
        return real(tx)

    monkeypatch.setattr(messages, "next_due", next_due)
    dispatcher.nudge()
    assert until(lambda: not looks)
    practice.queue(made, 1)

    def sent() -> bool:
        dispatcher.nudge()
        return len(relay.received) == 1

    assert until(sent)
    assert not future.done()


def test_the_background_ends_where_the_vault_is_locked(
    send_due: Make, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_tx: Tx) -> object:
        raise Refused("locked")

    monkeypatch.setattr(messages, "next_due", locked)
    assert send_due().start().result(5) is None


def test_an_upload_that_hangs_delays_nothing_that_is_due(
    practice: BarePractice, send_due: Make, profile: Profile
) -> None:
    relay, made = profile
    begun, go_on = threading.Event(), threading.Event()

    def ahead(_background: bool) -> None:
        begun.set()
        go_on.wait(20)

    dispatcher = send_due(ahead=ahead)
    dispatcher.start()
    try:
        assert begun.wait(5)
        practice.queue(made, 1, kind="reminder")
        dispatcher.nudge()
        assert until(lambda: len(relay.received) == 1)
    finally:
        go_on.set()


def test_what_an_upload_made_ready_leaves_at_its_end(
    practice: BarePractice, send_due: Make, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "LOOK_EVERY", 600.0)
    relay, made = profile
    queued: list[object] = []

    def ahead(_background: bool) -> None:
        if not queued:
            time.sleep(0.5)
            queued.extend(practice.queue(made, 1))

    send_due(ahead=ahead).start()
    assert until(lambda: len(relay.received) == 1)


def test_what_falls_due_while_a_hold_is_waited_out_leaves_at_once(
    practice: BarePractice, send_due: Make, profile: Profile
) -> None:
    """A paced campaign's next message is due in a while; a letter is written meanwhile."""
    relay, made = profile
    practice.queue(made, 1, kind="campaign")
    practice.queue(made, 1, kind="campaign", not_before=practice.clock.now() + timedelta(seconds=30))
    dispatcher = send_due()
    dispatcher.start()
    assert until(lambda: len(relay.received) == 1)
    time.sleep(0.3)
    practice.queue(made, 1, kind="letter")
    dispatcher.nudge()
    assert until(lambda: len(relay.received) == 2, 25)

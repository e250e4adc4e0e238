"""What becomes of callers who misbehave, and of the service when nobody is there."""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.errors import Refused, SealwellError
from desktop.models.accounts import Session
from desktop.office import remote_link
from desktop.office.remote import ServiceBug
from desktop.office.remote_link import Link, LinkLost, Whereabouts
from desktop.office.remote_start import answers
from desktop.paths import PracticeFolder
from tests.made_practice import Practice
from tests.support.served import Served, on_the_line
from tests.support.waiting import until

# --- callers who misbehave -------------------------------------------------------------------

GARBAGE = [
    b"",
    b"not json",
    b"[]",
    b"[" * 5000,
    b'{"call": "search_people"}',
    b'{"call": "__init__", "args": []}',
    b'{"call": "left", "args": [[]]}',
    b'{"call": 7, "args": 7}',
    b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07eh-bad\x94.",
]


@pytest.mark.parametrize("data", GARBAGE)
def test_garbage_ends_its_line_and_nobody_elses(served: Served, data: bytes) -> None:
    office, session = served.signed_in()
    link = served.greeted()
    link._connection.send_bytes(data)
    with contextlib.suppress(LinkLost):
        assert set(link.receive()) == {"bug"}
        with pytest.raises(LinkLost):
            link.receive()
    link.close()
    assert office.search_people(session, "").total == 0


@pytest.mark.parametrize("before_hello", [True, False])
def test_a_frame_beyond_the_limit_is_not_read(served: Served, before_hello: bool) -> None:
    office, session = served.signed_in()
    link = Link(served.line()) if before_hello else served.greeted()
    if before_hello:
        link.receive()
    most = remote_link.HELLO_MOST if before_hello else remote_link.FRAME_MOST
    os.write(link._connection.fileno(), struct.pack("!i", -1) + struct.pack("!Q", most + 1) + b"x" * 64)
    with pytest.raises(LinkLost):
        link.receive()
    link.close()
    assert office.search_people(session, "").total == 0


def test_a_request_beyond_the_limit_is_refused_before_it_is_sent(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, session = served.signed_in()
    monkeypatch.setattr(remote_link, "FRAME_MOST", 2000)
    with pytest.raises(SealwellError) as caught:
        office.check_address("x" * 3000)
    assert caught.value.code == "service-too-large"
    monkeypatch.undo()
    assert office.search_people(session, "").total == 0


def test_a_bug_in_the_service_arrives_without_content(
    served: Served, monkeypatch: pytest.MonkeyPatch, expected_logs: set[str]
) -> None:
    office, session = served.signed_in()
    bugs: list[BaseException] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: bugs.append(args.exc_value))

    def broken(*_: object) -> None:
        raise RuntimeError("Zoraida Canaryfield")

    monkeypatch.setattr(served.local, "search_people", broken)
    with pytest.raises(ServiceBug) as caught:
        office.search_people(session, "")
    assert "RuntimeError" in str(caught.value)
    assert "Canaryfield" not in str(caught.value)
    until(lambda: bool(bugs))  # the answer leaves first
    monkeypatch.undo()
    assert [type(bug) for bug in bugs] == [RuntimeError]
    assert office.search_people(session, "").total == 0


@pytest.mark.parametrize("asked", [True, False], ids=["with progress", "without"])
def test_who_vanishes_in_a_long_call_cancels_it(
    served: Served, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    _, session = served.signed_in()
    token = served.callers[-1]._tokens[session.id]
    link = served.greeted()
    came = threading.Event()

    def long(_session: Session, progress: Callable[[int, int], bool]) -> None:
        while progress(0, 10):
            time.sleep(0.06)
        came.set()
        raise Refused("cancelled")

    monkeypatch.setattr(served.local, "verify_audit", long)
    link.send({"call": "verify_audit", "args": [on_the_line(session)], "token": token, "progress": asked})
    assert not came.wait(0.3)
    link.close()
    assert came.wait(20)


# --- its own end -----------------------------------------------------------------------------


def test_it_ends_by_itself_when_nobody_is_there_and_nothing_goes_on(practice: Practice) -> None:
    served = Served(practice, rest=0.0)
    until(lambda: served.ended)
    assert not practice.folder.service.exists()
    assert not answers(practice.folder)


def test_it_stays_while_a_window_is_there(practice: Practice) -> None:
    served = Served(practice, rest=0.5)
    try:
        assert served.remote().is_there()
        time.sleep(2.5)
        assert not served.ended
    finally:
        served.end()


def test_it_ends_when_its_practice_is_moved_away(served: Served) -> None:
    served.practice.folder.service.unlink()
    until(lambda: served.ended)


def test_a_stale_socket_is_taken_away_and_nothing_else(practice: Practice, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    Whereabouts(str(kept), "00", remote_link.PROTOCOL, 1).write(practice.folder.service)
    served = Served(practice)
    served.end()
    assert kept.read_text() == "mine"


def test_a_folder_with_a_long_name_has_its_socket_elsewhere(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    root = tmp_path / ("long" * 30)
    practice.folder.root.rename(root)
    practice.folder = PracticeFolder(root)
    served = Served(practice)
    address = Path(served.where.address)
    assert len(str(address)) < 104
    assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
    served.end()
    assert not address.parent.exists()

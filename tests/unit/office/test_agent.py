"""The service's door: who is let in, what is taken, and what becomes of callers who misbehave."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

import pytest

from desktop.clock import SystemClock
from desktop.errors import Refused, SealwellError
from desktop.models.accounts import Role, Session, SessionId
from desktop.office import remote_link
from desktop.office.agent import Agent
from desktop.office.api import Office
from desktop.office.local import LocalOffice
from desktop.office.remote import RemoteOffice, ServiceBug
from desktop.office.remote_link import Caller, Link, LinkLost, Whereabouts, call_up
from desktop.office.remote_start import answers
from desktop.office.wire import to_json
from desktop.paths import PracticeFolder
from tests.made_practice import Practice


class Served:
    """The practice's office behind a real socket, in a thread of this process."""

    def __init__(self, practice: Practice, rest: float = 60.0) -> None:
        self.practice = practice
        office = practice.office(service=True)
        assert isinstance(office, LocalOffice)
        self.local = office
        self.agent = Agent(office, practice.folder, SystemClock(), rest)
        self.callers: list[RemoteOffice] = []
        self._thread = threading.Thread(target=self.agent.serve, name="agent")
        self._thread.start()
        until(lambda: answers(practice.folder))

    @property
    def where(self) -> Whereabouts:
        found = Whereabouts.read(self.practice.folder.service)
        assert found is not None
        return found

    def remote(self) -> RemoteOffice:
        self.callers.append(RemoteOffice(self.practice.folder))
        return self.callers[-1]

    def signed_in(self) -> tuple[Office, Session]:
        office = self.remote().as_office()
        return office, office.sign_in(self.practice.credentials()).session

    def line(self) -> Any:
        """A connection that has said nothing yet."""
        return Client(self.where.address)

    def greeted(self) -> Link:
        """A line over which calls may go."""
        return call_up(self.where, Caller(self.callers[-1]._id, stays=False))

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def end(self) -> None:
        for caller in self.callers:
            caller.close()
        self.agent.end()
        self._thread.join(20)
        assert self.ended


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@pytest.fixture
def served(practice: Practice) -> Iterator[Served]:
    made = Served(practice)
    yield made
    made.end()


# --- who is let in ---------------------------------------------------------------------------


def test_socket_key_and_folder_are_the_owners_alone(served: Served) -> None:
    socket_file = Path(served.where.address)
    assert stat.S_IMODE(served.practice.folder.service.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket_file.parent.stat().st_mode) == 0o700
    assert len(bytes.fromhex(served.where.key)) == 32


def test_whoever_does_not_know_the_key_is_hung_up_on(served: Served) -> None:
    with pytest.raises(LinkLost):
        call_up(replace(served.where, key="00" * 32), Caller("x", stays=False))


def test_a_service_that_does_not_know_the_key_is_not_believed(practice: Practice, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()

        def impostor() -> None:
            line, _ = listener.accept()
            with line:
                for said in ({"protocol": remote_link.PROTOCOL, "nonce": "aa"}, {"proof": "bb"}):
                    data = json.dumps(said).encode()
                    line.sendall(struct.pack("!i", len(data)) + data)
                line.recv(4096)

        thread = threading.Thread(target=impostor)
        thread.start()
        where = Whereabouts(str(tmp_path / "s"), "11" * 32, remote_link.PROTOCOL, 1)
        with pytest.raises(LinkLost):
            call_up(where, Caller("x", stays=False))
        thread.join()


def test_another_version_is_told_apart_from_no_service(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(served.where, protocol="1/0.0.9")
    other.write(served.practice.folder.service)
    with pytest.raises(SealwellError) as caught:
        served.remote().is_there()
    assert caught.value.code == "service-other-version"
    replace(other, address=other.address + "-gone").write(served.practice.folder.service)
    assert not served.remote().is_there()


@pytest.mark.parametrize(
    "words", [["doctor"], ["mailbox", "classify", "missing.eml"], ["content", "check", "missing.eml"]]
)
def test_what_needs_no_practice_asks_no_service_of_another_version(served: Served, words: list[str]) -> None:
    replace(served.where, protocol="1/0.0.9").write(served.practice.folder.service)
    environment = {name: value for name, value in os.environ.items() if name != "SEALWELL_TOKEN"}
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--json", "--practice", str(served.practice.folder.root), *words],
        cwd=Path(__file__).resolve().parents[3],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "service-other-version" not in done.stdout


def test_a_caller_of_another_version_is_refused_by_the_service(served: Served) -> None:
    with served.line() as line:
        line.recv_bytes()
        line.send_bytes(json.dumps({"protocol": "1/9.9", "nonce": "00", "proof": ""}).encode())
        assert json.loads(line.recv_bytes()) == {"error": "service-other-version"}
        with pytest.raises(EOFError):
            line.recv_bytes()


def test_whoever_says_nothing_is_hung_up_on_and_keeps_nobody_waiting(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_link, "HELLO_SECONDS", 0.3)
    with served.line() as silent:
        silent.recv_bytes()
        assert served.remote().is_there()
        with pytest.raises((EOFError, OSError)):
            silent.recv_bytes()


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="another user takes root to become")
def test_another_user_is_refused_even_with_the_key(served: Served) -> None:
    """The folder keeps them out already; here they are let through it, and have the key."""
    for folder in [*Path(served.where.address).parents][:-1]:
        folder.chmod(folder.stat().st_mode | 0o055)
    Path(served.where.address).chmod(0o777)
    attempt = (
        "import os, sys; from multiprocessing.connection import Client; os.setuid(65534)\n"
        "line = Client(sys.argv[1])\n"
        "try: line.recv_bytes()\n"
        "except (EOFError, ConnectionError): sys.exit(7)"
    )
    done = subprocess.run([sys.executable, "-c", attempt, served.where.address], check=False)
    assert done.returncode == 7


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="another user takes root to become")
def test_another_users_service_is_told_nothing(tmp_path: Path) -> None:
    """Whoever listens at the address is hung up on before the proof of the key is sent."""
    for folder in [tmp_path, *tmp_path.parents][:-1]:
        folder.chmod(folder.stat().st_mode | 0o055)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    theirs.chmod(0o777)
    listening = (
        "import json, os, sys; from multiprocessing.connection import Listener; os.setuid(65534)\n"
        "listener = Listener(sys.argv[1]); print('ready', flush=True); line = listener.accept()\n"
        "hello = json.dumps({'protocol': sys.argv[2], 'nonce': 'aa'}).encode()\n"
        "try: line.send_bytes(hello); line.recv_bytes()\n"
        "except (EOFError, ConnectionError): sys.exit(7)"
    )
    address = str(theirs / "s")
    other = subprocess.Popen(
        [sys.executable, "-c", listening, address, remote_link.PROTOCOL], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    with pytest.raises(LinkLost):
        call_up(Whereabouts(address, "11" * 32, remote_link.PROTOCOL, 1), Caller("x", stays=False))
    other.communicate()
    assert other.returncode == 7


# --- sessions and their tokens ---------------------------------------------------------------


def test_a_session_made_up_is_refused(served: Served) -> None:
    _, session = served.signed_in()
    with pytest.raises(Refused) as caught:
        served.remote().as_office().search_people(session, "")
    assert caught.value.code == "signed-out"


@pytest.mark.parametrize("token", [None, "", 7, "00" * 32, "é", ["x"]])
def test_a_wrong_token_is_refused_like_a_forged_session(served: Served, token: object) -> None:
    _, session = served.signed_in()
    link = served.greeted()
    link.send({"call": "search_people", "args": [on_the_line(session), "", 50, 0], "token": token})
    assert link.receive()["error"] == {"class": "Refused", "code": "signed-out", "params": {}}
    link.close()


def on_the_line(session: Session) -> Any:
    return to_json(session)


@pytest.mark.parametrize(
    "change", [{"role": Role.AUDITOR}, {"user_name": "eve"}, {"id": SessionId("0" * 32)}]
)
def test_a_token_is_of_the_whole_session(served: Served, change: dict[str, Any]) -> None:
    office, session = served.signed_in()
    other = replace(session, **change)
    served.callers[-1]._tokens[other.id] = served.callers[-1]._tokens[session.id]
    with pytest.raises(Refused) as caught:
        office.search_people(other, "")
    assert caught.value.code == "signed-out"


def test_sessions_end_with_their_window_and_the_vault_closes_behind_them(served: Served) -> None:
    office, session = served.signed_in()
    assert office.duty().vault_open
    served.callers[-1].close()
    until(served.local.at_rest)
    with pytest.raises(Refused):
        served.local.search_people(session, "")


def test_a_window_that_goes_takes_no_other_windows_session_along(served: Served) -> None:
    served.signed_in()
    second, session = served.signed_in()
    served.callers[0].close()
    until(lambda: len(served.agent._callers) == 1)
    assert second.search_people(session, "").total == 0


@pytest.mark.parametrize("window", [True, False])
def test_the_door_is_told_whether_it_was_a_window_that_left(
    served: Served, monkeypatch: pytest.MonkeyPatch, window: bool
) -> None:
    left: list[bool] = []
    monkeypatch.setattr(served.local, "left", lambda _sessions, *, window: left.append(window))
    caller = RemoteOffice(served.practice.folder, (lambda: None) if window else None)
    caller.as_office().sign_in(served.practice.credentials())
    caller.close()
    until(lambda: left == [window])


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

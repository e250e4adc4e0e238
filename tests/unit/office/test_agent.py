"""The service's door: who is let in, and whose sessions they are."""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import Refused, SealwellError
from desktop.models.accounts import Role, SessionId
from desktop.office import remote_link
from desktop.office.remote import RemoteOffice
from desktop.office.remote_link import Caller, LinkLost, Whereabouts, call_up
from tests.made_practice import Practice
from tests.support.served import Served, on_the_line
from tests.support.waiting import until

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

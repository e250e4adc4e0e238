"""The background service as it is: its own process, its own socket, windows and commands that come and go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.assembly import build_office
from desktop.bootstrap import SingleInstance
from desktop.clock import SystemClock
from desktop.errors import Refused, SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationId
from desktop.models.records import Baa, Label
from desktop.office import remote_start
from desktop.office.api import Office
from desktop.office.remote_start import start_service
from desktop.office.values import AppointmentsImport, ImportRequest, LetterRequest, Queued
from desktop.office.values_entry import PracticeMade
from desktop.office.values_practice import RelayRequest
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER
from tests.support.service import Service, is_running, make_practice
from tests.support.waiting import until

WINDOW = Path(__file__).with_name("agent_window.py")
ROOT = Path(__file__).resolve().parents[2]
STARTERS = 10


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PracticeMade]:
    folder = tmp_path_factory.mktemp("agent") / "practice"
    return folder, make_practice(folder)


@pytest.fixture
def service(origin: tuple[Path, PracticeMade], tmp_path: Path) -> Iterator[Service]:
    made = Service.over(*origin, tmp_path / "practice")
    yield made
    made.end()
    log = made.folder.service_log
    assert not log.exists() or "bug" not in log.read_text()


def window(service: Service, *what: str) -> subprocess.Popen[str]:
    """A window's process that got as far as it says."""
    process = subprocess.Popen(
        [sys.executable, str(WINDOW), str(service.folder.root), PASSWORD, service.code(), *what],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def command(service: Service, *words: str, given: Any = None, token: str = "") -> tuple[int, Any]:
    """`sealwell` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--json", "--practice", str(service.folder.root), *words]
        + (["--stdin"] if given is not None else []),
        input=json.dumps(given) if given is not None else None,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **({"SEALWELL_TOKEN": token} if token else {})},
    )
    return done.returncode, json.loads(done.stdout)


def signing_in(service: Service) -> dict[str, str]:
    return {"user": USER, "password": PASSWORD, "code": service.code()}


def processes(service: Service) -> list[int]:
    """Whatever runs for this practice."""
    listed = subprocess.run(["pgrep", "-f", str(service.folder.root)], capture_output=True, check=False)
    return [int(each) for each in listed.stdout.split()]


def code_of(error: pytest.ExceptionInfo[SealwellError]) -> str:
    return error.value.code


# --- one service, many callers -------------------------------------------------------------


def test_the_first_window_starts_it_and_it_outlives_the_window(service: Service) -> None:
    first = window(service, "lock")
    pid = service.pid
    kill(first)
    time.sleep(1.5)
    assert is_running(pid)
    assert service.office().as_office().duty().service


def test_of_many_that_start_at_once_one_runs(service: Service) -> None:
    clock = SystemClock()
    with ThreadPoolExecutor(STARTERS) as pool:
        for done in [pool.submit(start_service, service.folder, clock) for _ in range(STARTERS)]:
            done.result(60)
    until(lambda: processes(service) == [service.pid])


def test_a_window_that_opens_while_the_old_service_ends_waits_for_a_new_one(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_start, "READY_SECONDS", 20.0)
    old = SingleInstance(service.folder.service_lock)
    old.acquire()
    threading.Timer(1.5, old.release).start()
    start_service(service.folder, SystemClock())
    assert is_running(service.pid)


@pytest.mark.soak
def test_a_hundred_races_of_two_processes_end_with_one_service(service: Service) -> None:
    start = (
        "import sys; from pathlib import Path; from desktop.clock import SystemClock;"
        "from desktop.office.remote_start import start_service; from desktop.paths import PracticeFolder;"
        "start_service(PracticeFolder(Path(sys.argv[1])), SystemClock())"
    )
    for _ in range(100):
        both = [
            subprocess.Popen([sys.executable, "-c", start, str(service.folder.root)], cwd=ROOT)
            for _ in range(2)
        ]
        assert [each.wait(60) for each in both] == [0, 0]
        assert processes(service) == [service.pid]
        service.kill()


def test_a_long_call_keeps_nobody_waiting(service: Service) -> None:
    office, signed = service.signed_in()
    begun, go_on = threading.Event(), threading.Event()

    def progress(_done: int, _of: int) -> bool:
        begun.set()
        return go_on.wait(20)

    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(office.as_office().verify_audit, signed.session, progress)
        assert begun.wait(20)
        try:
            assert office.as_office().search_people(signed.session, "").total == 0
        finally:
            go_on.set()
        assert long.result(20).ok


def test_a_no_to_progress_cancels_over_there(service: Service) -> None:
    office, signed = service.signed_in()
    rows = "".join(f"{n},Ana,Person{n},,1990-01-01\n" for n in range(4000))
    people = ImportRequest("people.csv", data=f"MRN,First Name,Last Name,E-mail,DOB\n{rows}".encode())
    with pytest.raises(SealwellError) as caught:
        office.as_office().import_people(signed.session, people, lambda _done, _of: False)
    assert code_of(caught) == "cancelled"
    assert office.as_office().search_people(signed.session, "").total == 0


def test_a_command_needs_no_second_unlock_and_its_end_ends_nobody_else(service: Service) -> None:
    office, signed = service.signed_in()
    status, answer = command(service, "signin", given=signing_in(service))
    assert (status, sorted(answer)) == (0, ["expires_in", "role", "token", "user"])
    token = answer["token"]
    assert not list(service.folder.root.glob("session-*"))
    assert command(service, "people", "search", "", token=token) == (0, {"people": []})
    assert command(service, "signout", token=token)[0] == 0
    status, answer = command(service, "people", "search", "", token=token)
    assert (status, answer["error"]["code"]) == (1, "session-ended")
    assert office.as_office().search_people(signed.session, "").total == 0


def test_the_lock_of_a_window_is_not_the_end_of_a_command(service: Service) -> None:
    office, _ = service.signed_in()
    token = command(service, "signin", given=signing_in(service))[1]["token"]
    assert office.as_office().lock().vault_open
    assert command(service, "people", "search", "", token=token)[0] == 0
    command(service, "signout", token=token)
    assert not office.as_office().duty().vault_open


def test_a_token_from_before_the_service_is_taken_over(service: Service) -> None:
    given = signing_in(service)
    token = command(service, "signin", given=given)[1]["token"]
    assert not service.folder.service.exists()
    office, signed = service.signed_in()
    for _ in range(2):
        assert command(service, "people", "search", "", token=token)[0] == 0
    assert office.as_office().search_people(signed.session, "").total == 0
    assert command(service, "signout", token=token)[0] == 0
    assert command(service, "people", "search", "", token=token)[0] == 1


def test_a_token_opens_the_practice_where_the_service_has_it_closed(service: Service) -> None:
    given = signing_in(service)
    token = command(service, "signin", given=given)[1]["token"]
    office = service.office().as_office()
    assert office.practice_exists()
    assert not office.duty().vault_open
    assert command(service, "people", "search", "", token=token) == (0, {"people": []})


# --- its end -------------------------------------------------------------------------------


def test_it_ends_in_order_when_told_to(service: Service) -> None:
    office, _ = service.signed_in()
    gone = threading.Event()
    office.tell_when_gone(gone.set)
    pid = service.pid
    os.kill(pid, signal.SIGTERM)
    assert gone.wait(20)
    until(lambda: not is_running(pid))
    assert not service.folder.service.exists()


def test_a_window_learns_that_it_died_and_nothing_hangs(service: Service) -> None:
    office, signed = service.signed_in()
    gone = threading.Event()
    office.tell_when_gone(gone.set)
    service.kill()
    assert gone.wait(20)
    with pytest.raises(SealwellError) as caught:
        office.as_office().search_people(signed.session, "")
    assert code_of(caught) == "service-gone"


def test_a_call_under_way_ends_when_it_dies(service: Service) -> None:
    office, signed = service.signed_in()

    def progress(_done: int, _of: int) -> bool:
        service.kill()
        return True

    with pytest.raises(SealwellError) as caught:
        office.as_office().verify_audit(signed.session, progress)
    assert code_of(caught) == "service-gone"


def test_a_sign_in_starts_it_again_over_what_the_dead_one_left(service: Service) -> None:
    office, signed = service.signed_in()
    address = Path(service.where.address)
    dead = service.kill()
    assert address.is_socket()
    until(lambda: not office.is_there())
    again = office.as_office().sign_in(service.credentials())
    assert service.pid != dead
    with pytest.raises(SealwellError) as caught:
        office.as_office().search_people(signed.session, "")
    assert code_of(caught) == "signed-out"
    assert office.as_office().search_people(again.session, "").total == 0


def test_after_a_restart_nothing_leaves_before_a_sign_in_and_it_says_so(service: Service) -> None:
    office, _ = service.signed_in()
    service.kill()
    until(lambda: not office.is_there())
    office.as_office().practice_exists()
    duty = office.as_office().duty()
    assert (duty.vault_open, duty.waits_for_sign_in) == (False, True)


# --- work goes on without a window ---------------------------------------------------------


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[RecordingRelay, Path]]:
    authority = Authority(tmp_path)
    setup = RelaySetup(context=authority.server_context("localhost"), think=0.1)
    with RecordingRelay(setup) as server:
        yield server, authority.ca_file


def stock(folder: Path, server: RecordingRelay, ca_file: Path, people: int) -> Service:
    """A practice where it is noon, with `people` visits tomorrow and a relay."""
    now = SystemClock().now()
    made = make_practice(folder, zone=f"Etc/GMT{now.hour - 12:+d}")
    service = Service(PracticeFolder(folder), made)
    office = build_office(service.folder, SystemClock(), device_store=lambda: None)
    session = office.sign_in(service.credentials()).session
    day = now.date() + timedelta(days=1)
    rows = "".join(f"{n},Ana,Person{n},p{n}@example.org,1990-01-01\n" for n in range(people))
    people_file = f"MRN,First Name,Last Name,E-mail,DOB\n{rows}".encode()
    office.import_people(session, ImportRequest("people.csv", data=people_file))
    rows = "".join(f"A{n},{n},{day},{9 + n // 10:02d}:{n % 10 * 6:02d},Dr. Shah\n" for n in range(people))
    visits = f"Appointment ID,MRN,Date,Time,Provider\n{rows}".encode()
    request = ImportRequest("visits.csv", data=visits, modified=now)
    office.import_appointments(session, AppointmentsImport(request, "whole"))
    office.add_relay(
        session,
        RelayRequest(
            name="Relay",
            host="localhost",
            port=server.port,
            security=server.setup.security,
            user=server.setup.user,
            password=server.setup.password,
            sender="office@elmstreet.example.com",
            baa=Baa("Relay Inc.", date(2026, 1, 1), None, "e-mail"),
            ca_file=str(ca_file),
            required_tls="account",
        ),
    )
    office.close()
    return service


def test_thirty_reminders_go_out_though_the_window_was_locked_and_killed(
    relay: tuple[RecordingRelay, Path], tmp_path: Path
) -> None:
    server, ca_file = relay
    service = stock(tmp_path / "practice", server, ca_file, 30)
    try:
        first = window(service, "remind", "lock")
        duty = service.office().as_office().duty()
        kill(first)
        assert (duty.due, duty.locked, duty.vault_open) == (30, True, True)
        until(lambda: len({each.recipients for each in server.received}) == 30, 90)
        until(lambda: not service.offices[0].as_office().duty().vault_open)
        assert len(server.received) == 30
    finally:
        service.end()


# --- two desks -------------------------------------------------------------------------------


def test_two_windows_that_answer_at_the_same_second_send_one_answer(service: Service) -> None:
    first, ana = service.signed_in()
    second, again = service.signed_in()
    desks = ((first.as_office(), ana.session), (second.as_office(), again.session))
    office, session = desks[0]
    people = b"MRN,First Name,Last Name,E-mail,DOB\n1,Zoraida,Canaryfield,zoraida@example.org,1961-04-02\n"
    office.import_people(session, ImportRequest("people.csv", data=people))
    today = SystemClock().now().date()  # of UTC: the practice may still have yesterday
    baa = Baa("Relay Inc.", today - timedelta(days=1), today + timedelta(days=300), "e-mail")
    office.add_relay(
        session,
        RelayRequest(
            name="Relay",
            host="localhost",
            port=9,
            security="implicit",
            user="office",
            sender="office@elm.example",
            baa=baa,
            password="x",
            required_tls="account",
        ),
    )
    (person,) = office.search_people(session, "Zoraida").people
    asked = LetterRequest(person.id, "Hours", "Which day suits you?", label=Label.ROUTINE)
    begun = office.send_letter(session, asked)
    assert isinstance(begun, Queued)
    answer = replace(asked, text="Thursday.", conversation=begun.conversation, turn=1)
    ready = threading.Barrier(2, timeout=30)

    def send(desk: tuple[Office, Session]) -> str:
        ready.wait()
        try:
            desk[0].send_letter(desk[1], answer)
        except Refused as refused:
            return refused.code
        return "sent"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(send, desks)) == ["conversation-moved-on", "sent"]
    assert len(office.list_outbox(session).messages) == 2
    shown = office.show_conversation(session, ConversationId(begun.conversation or ""))
    assert [one.own for one in shown.entries] == ["Which day suits you?", "Thursday."]

"""Sending from start to end of a session: runs that fail, long ones, locks and what stays on duty."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import PersonId, State
from desktop.office.api import Office
from desktop.office.log_files import Handing
from desktop.office.values import LetterRequest, PassphraseRequest
from desktop.office.values_audit import LogExport, LogFormat
from desktop.office.values_practice import RelayRequest
from tests.made_practice import Practice, import_visits, person_named
from tests.support.waiting import until

Work = tuple[Office, Session]
Requested = Callable[..., RelayRequest]


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[RecordingRelay, Path]]:
    authority = Authority(tmp_path)
    with RecordingRelay(RelaySetup(context=authority.server_context("localhost"))) as relay:
        yield relay, authority.ca_file


@pytest.fixture
def queued(
    at_work: Work, practice: Practice, relay: tuple[RecordingRelay, Path], relay_request: Requested
) -> tuple[Office, Session, RecordingRelay]:
    """Two reminders are held, and a relay is there to take them."""
    server, ca_file = relay
    office, session = at_work
    account = {"user": server.setup.user, "password": server.setup.password}
    security = server.setup.security
    request = relay_request(port=server.port, ca_file=str(ca_file), security=security, **account)
    office.add_relay(session, request)
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    return office, session, server


def test_a_run_that_reached_no_relay_does_not_say_that_all_is_done(
    at_work: Work, practice: Practice, relay_request: Requested
) -> None:
    office, session = at_work
    with socket.socket() as nobody:  # bound and not listening: refused at once
        nobody.bind(("127.0.0.1", 0))
        office.add_relay(session, relay_request(port=nobody.getsockname()[1]))
        import_visits(office, session, practice.clock)
        office.send_reminders(session)
        practice.clock.move(11)
        with pytest.raises(SealwellError) as caught:
            office.run_outbox(session)
    assert caught.value.code.startswith("relay-")
    assert office.list_outbox(session).counts == {State.QUEUED: 2}
    acts = [(line.act, line.outcome) for line in office.query_log(session).lines]
    assert ("outbox.run", "failed") in acts


def test_a_run_longer_than_the_idle_time_still_answers(
    queued: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, _ = queued
    practice.clock.move(11)

    def late(done: int, _total: int) -> bool:
        if done == 2:
            practice.clock.move(700)
        return True

    assert office.run_outbox(session, late).counts == {State.ACCEPTED: 2}


def test_sending_is_started_once_however_often_the_screen_was_unlocked(
    queued: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, server = queued
    office.start_sending(session)
    before = threading.active_count()
    office.lock()
    again = office.unlock(practice.credentials()).session
    began = time.monotonic()
    for _ in range(3):
        office.start_sending(again)
    until(lambda: len(server.received) == 2)
    assert threading.active_count() <= before + 4
    office.close()
    assert time.monotonic() - began < 25


def test_the_vault_closes_behind_the_screen_lock_when_nothing_is_due_any_more(
    queued: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, server = queued
    office.start_sending(session)
    assert office.lock().vault_open
    practice.clock.move(11)
    until(lambda: len(server.received) == 2)
    until(lambda: not office.duty().vault_open)


def test_the_vault_closes_behind_the_screen_lock_after_twelve_hours(
    queued: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, _, server = queued
    assert office.lock().vault_open  # nobody sends: the rows stay due
    practice.clock.move(12 * 3600 + 1)
    until(lambda: not office.duty().vault_open)
    assert server.received == []


def test_duty_does_not_close_the_vault_of_who_came_back(
    queued: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, server = queued
    office.start_sending(session)
    office.lock()
    again = office.unlock(practice.credentials()).session
    practice.clock.move(11)
    until(lambda: len(server.received) == 2)
    time.sleep(1.5)
    office.today(again)


def test_a_letter_to_what_is_no_id_is_refused_and_recorded(at_work: Work) -> None:
    office, session = at_work
    letter = LetterRequest(PersonId("Maria Lopez"), subject="Results", text="All well.")
    with pytest.raises(SealwellError) as caught:
        office.send_letter(session, letter)
    assert caught.value.code == "person-unknown"
    assert office.query_log(session).lines[0].act == "message.refused"


def test_an_export_of_the_log_holds_up_nobody_who_writes_or_reads(
    at_work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, session = at_work
    person = person_named(office, session, "Zoraida")
    half_way, go_on = threading.Event(), threading.Event()
    whole = Handing.write

    def slowly(*given: Any) -> Any:
        half_way.set()
        assert go_on.wait(20)
        return whole(*given)

    monkeypatch.setattr("desktop.office.log_files.Handing.write", slowly)
    to = tmp_path / "log.jsonl"
    request = LogExport(LogFormat.JSONL, str(to), "yearly review")
    with ThreadPoolExecutor(2) as pool:
        exported = pool.submit(office.export_log, session, request)
        assert half_way.wait(20)
        try:
            wrote = pool.submit(
                office.make_passphrase, session, PassphraseRequest(person, "Ana", "in-person")
            )
            wrote.result(15)
            read = pool.submit(office.search_people, session, "Zoraida")
            assert read.result(15).people
        finally:
            go_on.set()
        assert exported.result(20).records > 0


def test_an_export_that_could_not_be_written_is_recorded_as_one(at_work: Work, tmp_path: Path) -> None:
    office, session = at_work
    to = tmp_path / "there.jsonl"
    to.write_bytes(b"somebody's")
    with pytest.raises(SealwellError) as caught:
        office.export_log(session, LogExport(LogFormat.JSONL, str(to), "yearly review"))
    assert caught.value.code == "file-exists"
    newest = office.query_log(session).lines[0]
    assert (newest.act, newest.outcome) == ("audit.exported", "refused")


def test_whoever_shows_names_leaves_whose_they_were(
    queued: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, _ = queued
    office.list_outbox(session)
    practice.clock.move(11)
    office.run_outbox(session)
    seen = {line.act: line.details for line in office.query_log(session).lines}
    for act in ("outbox.listed", "outbox.run", "reminders.queued"):
        assert seen[act]["ids"]

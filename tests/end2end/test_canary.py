"""The demo's own run: what leaves, what stays on the disk, and what the log says names nobody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.practice import DemoRun, Outcome
from desktop.models.records import Method
from desktop.office.values_audit import LogExport, LogFormat
from desktop.paths import resource
from tests.servers.tap import Tap
from tests.support.canary import spellings

SEALED = (Method.OPENPGP, Method.SMIME, Method.ENVELOPE)


@dataclass(frozen=True)
class Played:
    """One whole demo with a tap on its wire."""

    run: DemoRun
    outcome: Outcome
    tapped: bytes
    folder: Path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("demo")
    with DemoRun(folder, lambda _: None) as run, Tap(run.relay.port) as tap:
        run.relay_port = tap.port
        outcome = run.whole()
        yield Played(run, outcome, bytes(tap.upward) + bytes(tap.downward), folder)


def sample() -> list[dict[str, str]]:
    text = resource("sample/people.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def secrets_of_the_sample() -> set[str]:
    """Names, birth dates, phones: everything about a patient but the address, which is on the To line."""
    found: set[str] = set()
    for row in sample():
        for column in ("Last Name", "DOB", "Phone", "MRN"):
            if len(row[column]) >= 5:
                found.add(row[column])
    with resource("sample/appointments.csv").open(encoding="utf-8-sig") as file:
        for visit in csv.DictReader(file):
            found.update((visit["Provider"], visit["Type"], visit["Appointment ID"]))
    return found


def test_the_demo_does_the_main_job(played: Played) -> None:
    outcome = played.outcome
    assert outcome.good
    assert outcome.people >= 60
    assert outcome.received == len(outcome.reminders) >= 20
    assert {line["method"] for line in outcome.reminders} == {"openpgp", "smime", "envelope", "tls"}
    assert all(outcome.opened.values())
    assert outcome.plaintext == 0
    assert outcome.verified
    codes = {row["reason"]["code"] for row in outcome.rejected}
    assert {"duplicate", "bad-address"} <= codes
    assert {line["reason"]["code"] for line in outcome.excluded} >= {"consent-refused", "no-address"}


def test_the_wire_holds_nobody(played: Played) -> None:
    assert len(played.tapped) > 50_000
    addresses = {row["E-mail"] for row in sample() if "@" in row["E-mail"]}
    for secret in secrets_of_the_sample() | addresses:
        for spelling in spellings(secret):
            assert spelling not in played.tapped, secret


def test_sealed_messages_name_nobody_outside_the_seal(played: Played) -> None:
    methods = {line["person"]: Method(line["method"]) for line in played.outcome.reminders}
    session = played.run.signed_in.session
    by_address = {
        played.run.office.show_person(session, person).person.email: method
        for person, method in methods.items()
    }
    checked = 0
    for received in played.run.relay.received:
        (address,) = received.recipients
        if by_address[address] not in SEALED:
            continue
        checked += 1
        outside = received.wire.replace(f"To: {address}".encode(), b"", 1)
        assert address.encode() not in outside
        for secret in secrets_of_the_sample():
            for spelling in spellings(secret):
                assert spelling not in outside, secret
    assert checked >= 12


def test_nothing_on_the_disk_names_anybody(played: Played) -> None:
    practice = played.folder / "practice"
    files = [path for path in practice.rglob("*") if path.is_file()]
    assert {"practice.db", "vault.keys"} <= {path.name for path in files}
    for path in files:
        data = path.read_bytes()
        for secret in secrets_of_the_sample() | {row["E-mail"] for row in sample() if row["E-mail"]}:
            for spelling in spellings(secret):
                assert spelling not in data, (path.name, secret)


@pytest.mark.parametrize("form", [LogFormat.JSONL, LogFormat.CSV, LogFormat.FHIR, LogFormat.SYSLOG], ids=str)
def test_the_audit_log_names_nobody(played: Played, tmp_path: Path, form: LogFormat) -> None:
    session = played.run.signed_in.session
    target = tmp_path / "log"
    played.run.office.export_log(session, LogExport(form, str(target), "test"))
    text = target.read_text(encoding="utf-8")
    for row in sample():
        for column in ("Last Name", "E-mail"):
            if len(row[column]) >= 4:
                assert row[column] not in text

"""What is handed out of the log: 100,000 records, of which 20,000 are lists of sixty people.

One person's record of access, their accounting of disclosures, the log as FHIR, as syslog
lines and on paper. The anchor of each is one reading of the whole log with `json.loads`
over every record: less cannot be done to look at all of it.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from benchmarks._audit import SIX_YEARS, START, Log, fill
from benchmarks._measure import Table, Target, scratch, timed
from benchmarks._people import create, new_key
from desktop.audit.fhir import Origin, fhir_bundle
from desktop.audit.report import Head, Mark, log_report, touched_report
from desktop.audit.syslog import syslog_lines
from desktop.audit.tokens import keep_ids
from desktop.audit.touched import Keys, touched
from desktop.models import audit, messages, people
from desktop.models.database import Database, Tx
from desktop.models.documents import Document
from desktop.models.filters import AuditFilter
from desktop.models.records import (
    Consent,
    Detail,
    Kind,
    Label,
    Message,
    MessageId,
    Method,
    Person,
    PersonId,
    State,
    Status,
)
from desktop.people.disclosures import account, accounting_report
from desktop.texts import Texts
from desktop.ui.paper import OffscreenPrinter

RECORDS = 100_000
ROUNDS = 3
LETTERS = 500
KEYS = Keys(b"f" * 32, b"t" * 32)
NOW = datetime.fromtimestamp((START + SIX_YEARS) / 1000, UTC)
HEAD = Head("Elm Street Clinic", ZoneInfo("America/New_York"), NOW, "Alex Admin")
MARK = Mark(
    "sealwell.local/00/audit\n100000\n" + "A" * 44 + "\n\n— sealwell.local/00 " + "B" * 92 + "\n", "key"
)
TEXTS = Texts("en")


def main(records: int = RECORDS) -> int:
    table = Table(
        f"audit reports: {records:,} records, {ROUNDS} rounds",
        "every record of the log read once with json.loads",
    )
    log = Log(records, token_key=KEYS.token)
    with scratch() as folder, closing(create(folder / "practice.db", new_key())) as database:
        fill(database, log)
        person = _people(database, log)
        _measure(table, database, person)
        table.note(f"{len(log.lists):,} lists of 60 opened, hashed and compared for one person")
    return table.end()


def _people(database: Database, log: Log) -> Person:
    """One patient, who gets letters, and the lists in which they and others stand."""

    def write(tx: Tx) -> Person:
        person = Person(
            id=PersonId(log.persons[0]),
            kind=Kind.PATIENT,
            first_name="María",
            last_name="Peña",
            birth_date=None,
            email="",
            language="es",
            detail=Detail.STANDARD,
            status=Status.ACTIVE,
            consent=Consent.UNKNOWN,
        )
        people.insert(tx, person)
        letter = Message(
            id=MessageId(""),
            kind="letter",
            source="",
            occurrence=0,
            generation=0,
            person=person.id,
            address="maria@example.com",
            method=Method.OPENPGP,
            state=State.ACCEPTED,
            label=Label.ROUTINE,
            relay=None,
            message_id="",
            sha256="0" * 64,
            decision_hash="1" * 64,
            reasons=(),
            queued_at=NOW,
            not_before=NOW,
            useless_after=None,
        )
        for number in range(LETTERS):
            at = NOW - timedelta(days=number)
            own = replace(letter, id=MessageId(log.id()), message_id=f"<{number}@x>", queued_at=at)
            messages.insert(tx, own, b"wire", "{}")
        for seq, ids in log.lists.items():
            keep_ids(tx, KEYS.field, seq, ids)
        return person

    return database.write(write)


def _measure(table: Table, database: Database, person: Person) -> None:
    made: dict[str, Document] = {}

    def access(tx: Tx) -> None:
        found = touched(tx, person.id, KEYS)
        made["access"] = touched_report(tx, person, found, HEAD, MARK, TEXTS)

    def disclosures(tx: Tx) -> None:
        made["disclosures"] = accounting_report(account(tx, person, NOW), HEAD, TEXTS)

    def paper(tx: Tx) -> None:
        made["log"] = log_report(tx, AuditFilter(), HEAD, MARK, TEXTS)

    minute = Target(60, "figure")
    _line(table, database, "one person's record of access", access, minute)
    _line(table, database, f"accounting of disclosures, {LETTERS} letters", disclosures, minute)
    _line(table, database, "the log on paper, before printing", paper, None)
    _line(table, database, "FHIR bundle", _fhir, None)
    _line(table, database, "syslog lines", _syslog, None)
    printer = OffscreenPrinter()
    for name, document in made.items():
        table.line(f"printing {name}", [timed(partial(printer.print_pdf, document))], unit="s")
    for name, work in (("FHIR bundle", _fhir), ("syslog lines", _syslog)):
        table.line(f"memory of the {name}", [_peak(database, work)], unit="MiB", target=Target(5, "figure"))


def _line(
    table: Table, database: Database, name: str, work: Callable[[Tx], None], target: Target | None
) -> None:
    ours, anchor = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: database.read(work)))
        anchor.append(timed(lambda: database.read(_read_all)))
    table.line(name, ours, anchor, unit="s", target=target)


def _fhir(tx: Tx) -> None:
    for _ in fhir_bundle(audit.records(tx), Origin("00" * 16, NOW)):
        pass


def _syslog(tx: Tx) -> None:
    for _ in syslog_lines(audit.records(tx)):
        pass


def _read_all(tx: Tx) -> None:
    for record in audit.records(tx):
        json.loads(record.body)


def _peak(database: Database, work: Callable[[Tx], None]) -> float:
    tracemalloc.start()
    database.read(work)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:])))

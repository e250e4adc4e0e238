"""Whom the records that are to be handed out name, and what an approval binds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.tokens import ids_hash, keep_ids
from desktop.compliance.handover import Selection, request_of, select
from desktop.models import audit, people
from desktop.models.database import Database, Tx
from desktop.models.filters import AuditFilter
from desktop.models.records import AuditRecord, Consent, Detail, Kind, Person, PersonId, Status
from desktop.models.tables_office import audit_ids
from tests.made_practice import MovedClock
from tests.unit.compliance.conftest import ANA

FIELD, TOKEN = b"f" * 32, b"t" * 32
NOBODY = "9" * 32


def person(number: int) -> PersonId:
    return PersonId(f"{number:032x}")


@pytest.fixture
def log() -> AuditLog:
    return AuditLog("test", MovedClock())


@pytest.fixture
def practice(database: Database) -> Database:
    def fill(tx: Tx) -> None:
        for number in range(1, 100):
            people.insert(
                tx,
                Person(
                    id=person(number),
                    kind=Kind.PATIENT,
                    first_name="Nora",
                    last_name=f"Canary{number}",
                    birth_date=None,
                    email=f"n{number}@example.org",
                    language="en",
                    detail=Detail.STANDARD,
                    status=Status.ACTIVE,
                    consent=Consent.UNKNOWN,
                ),
            )

    database.write(fill)
    return database


def write(database: Database, log: AuditLog, *events: Event, listed: list[PersonId] | None = None) -> None:
    def record(tx: Tx) -> None:
        for event in events:
            made = log.record(tx, event, ANA.id, "administrator")
            if listed is not None:
                keep_ids(tx, FIELD, made.seq, listed)

    database.write(record)


def shown(number: int) -> Event:
    return Event(Act.PEOPLE_SHOWN, obj=person(number))


def searched(listed: list[PersonId]) -> Event:
    return Event(Act.PEOPLE_SEARCHED, det={"count": len(listed), "ids": ids_hash(TOKEN, listed)})


def chosen(database: Database, wanted: AuditFilter | None = None, last: int = 0) -> Selection:
    return database.read(lambda tx: select(tx, wanted or AuditFilter(), FIELD, last))


def test_an_empty_log_names_nobody(database: Database) -> None:
    found = chosen(database)
    assert (found.records, found.people, found.last, found.needs_two) == (0, 0, 0, False)


def test_objects_details_and_lists_count_each_person_once(practice: Database, log: AuditLog) -> None:
    listed = [person(1), person(3)]
    key = Event(Act.KEY_ADDED, obj=NOBODY, det={"person": person(2), "key-kind": "openpgp"})
    write(practice, log, shown(1), shown(1), key, Event(Act.SESSION_LOCKED))
    write(practice, log, searched(listed), listed=listed)
    found = chosen(practice)
    assert (found.records, found.people) == (5, 3)


def test_what_is_no_contact_names_nobody(practice: Database, log: AuditLog) -> None:
    write(practice, log, Event(Act.RELAY_CHANGED, obj=NOBODY), Event(Act.USERS_LISTED, det={"count": 99}))
    assert chosen(practice).people == 0


def test_more_than_fifty_want_two_unless_one_person_is_asked_for(practice: Database, log: AuditLog) -> None:
    write(practice, log, *(shown(number) for number in range(1, 51)))
    assert (chosen(practice).people, chosen(practice).needs_two) == (50, False)
    write(practice, log, shown(51))
    assert (chosen(practice).people, chosen(practice).needs_two) == (51, True)
    one = chosen(practice, AuditFilter(person=person(3)))
    assert (one.records, one.people, one.needs_two) == (1, 1, False)


def test_a_list_that_was_made_unreadable_counts_in_full(practice: Database, log: AuditLog) -> None:
    """Otherwise who damages lists could hand everybody out alone."""
    listed = [person(number) for number in range(1, 61)]
    write(practice, log, searched(listed), listed=listed)
    assert chosen(practice).people == 60

    def damage(tx: Tx) -> None:
        for (name,) in tx.connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_ids'"
        ).all():
            tx.connection.exec_driver_sql(f"DROP TRIGGER {name}")
        tx.connection.execute(audit_ids.update().values(sealed=b"x" * 40))

    practice.write(damage)
    assert chosen(practice).people == 60


def test_an_unreadable_record_is_handed_out_and_names_nobody(practice: Database, log: AuditLog) -> None:
    write(practice, log, shown(1))
    practice.write(lambda tx: audit.append(tx, AuditRecord(2, "[not a record]", "0" * 64)))
    assert (chosen(practice).records, chosen(practice).people) == (2, 1)


def test_the_end_that_was_asked_for_stays(practice: Database, log: AuditLog) -> None:
    write(practice, log, shown(1), shown(2))
    asked = chosen(practice)
    write(practice, log, shown(3))
    for wanted in (AuditFilter(), AuditFilter(acts=("people.shown",))):
        later = chosen(practice, wanted, asked.last)
        assert (later.records, later.people, later.last_hash) == (2, 2, asked.last_hash)
        seqs = practice.read(lambda tx, later=later: [record.seq for record in later.read(tx)])  # type: ignore[misc]
        assert seqs == [1, 2]
        everything = practice.read(lambda tx: list(audit.records(tx)))
        assert [record.seq for record in everything if later.shows(record)] == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"last": 8},
        {"last_hash": "1" * 64},
        {"records": 4},
        {"people": 2},
        {"filter": AuditFilter(outcome="ok")},
        {"filter": AuditFilter(actor=ANA.id)},
        {"filter": AuditFilter(person=person(1))},
        {"filter": AuditFilter(acts=("people.shown",))},
        {"filter": AuditFilter(since=datetime(2026, 1, 1, tzinfo=UTC))},
        {"filter": AuditFilter(until=datetime(2026, 1, 1, tzinfo=UTC))},
    ],
)
def test_any_change_is_another_request(change: dict[str, object]) -> None:
    base = Selection(AuditFilter(), 7, "0" * 64, None, 3, 1)
    other = replace(base, **change)  # type: ignore[arg-type]
    assert request_of("csv", base, "why").request != request_of("csv", other, "why").request
    assert request_of("csv", base, "why").request != request_of("pdf", base, "why").request
    assert request_of("csv", base, "why").request == request_of("csv", replace(base), "why").request


def test_what_the_approver_is_shown_holds_no_names(practice: Database, log: AuditLog) -> None:
    write(practice, log, shown(1))
    details = request_of("csv", chosen(practice, AuditFilter(person=person(1))), "why").details
    assert details == {"format": "csv", "records": "1", "people": "1", "last": "1", "person": person(1)}

"""Every filter finds what reading the whole log would find, however much of it has cards."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from desktop.models import audit, audit_filing, audit_queries
from desktop.models.accounts import UserId
from desktop.models.database import Database, Tx
from desktop.models.filters import AuditCount, AuditFilter
from desktop.models.records import AuditRecord, MessageId, PersonId

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [f"{n:032x}" for n in range(1, 4)]
PERSONS = [f"{n:032x}" for n in range(100, 106)]
MESSAGES = [f"{n:032x}" for n in range(200, 220)]
ACTS = ("people.shown", "message.queued", "message.accepted", "guard.refused", "audit.viewed")
WRITTEN_TO = {message: PERSONS[number % len(PERSONS)] for number, message in enumerate(MESSAGES)}
BROKEN = 77


def body(seq: int, pick: random.Random) -> dict[str, Any]:
    act = pick.choice(ACTS)
    obj, det = "", dict[str, Any]()
    if act == "people.shown":
        obj = pick.choice(PERSONS)
    elif act.startswith("message"):
        obj = pick.choice(MESSAGES)
        det = {"person": WRITTEN_TO[obj]} if act == "message.queued" else {"attempts": 1}
    # the clock steps back now and then, and two records share a moment
    ts = int(START.timestamp() * 1000) + (seq // 2) * 60_000 - (3_600_000 if seq % 97 == 0 else 0)
    return {
        "seq": seq,
        "ts": ts,
        "actor": pick.choice([*USERS, "system"]),
        "act": act,
        "obj": obj,
        "outcome": "refused" if act == "guard.refused" else pick.choice(["ok", "ok", "ok", "failed"]),
        "det": det,
    }


def log() -> list[AuditRecord]:
    pick = random.Random(4)
    made = [AuditRecord(seq, json.dumps(body(seq, pick)), f"{seq:064x}") for seq in range(1, 401)]
    made[BROKEN - 1] = AuditRecord(BROKEN, '{"ts": ', f"{BROKEN:064x}")
    return made


RECORDS = log()


@pytest.fixture(params=[len(RECORDS), 256, 0], ids=["filed", "partly", "unfiled"])
def kept(db: Database, request: pytest.FixtureRequest) -> Database:
    def fill(tx: Tx) -> None:
        tx.connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        audit.append(tx, *RECORDS)
        audit_filing.forget(tx, request.param + 1, len(RECORDS))
        _messages(tx)

    db.write(fill)
    return db


def _messages(tx: Tx) -> None:
    for person in PERSONS:
        tx.connection.execute(
            text(
                "INSERT INTO person (id, kind, detail, status, name_key) VALUES (:id, 'patient', '', '', '')"
            ),
            {"id": person},
        )
    for message, person in WRITTEN_TO.items():
        tx.connection.execute(
            text(
                "INSERT INTO message (id, kind, person, address, method, state, label, message_id, sha256, "
                "decision_hash, trace, reasons, queued_at, not_before) VALUES "
                "(:id, 'letter', :person, '', '', '', '', :id, '', '', '', '', '', '')"
            ),
            {"id": message, "person": person},
        )


def told(record: AuditRecord) -> dict[str, Any]:
    return {} if record.seq == BROKEN else json.loads(record.body)


def fits(record: AuditRecord, wanted: AuditFilter) -> bool:
    """The filter, spelled out over one record."""
    if wanted == AuditFilter():
        return True
    if record.seq == BROKEN:
        return False
    seen = told(record)
    at = datetime.fromtimestamp(seen["ts"] / 1000, UTC)
    persons = {seen["obj"], seen["det"].get("person"), WRITTEN_TO.get(seen["obj"])}
    return (
        (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at < wanted.until)
        and (wanted.actor is None or seen["actor"] == wanted.actor)
        and (wanted.person is None or wanted.person in persons)
        and (not wanted.acts or seen["act"] in wanted.acts)
        and (wanted.message is None or seen["obj"] == wanted.message)
        and (wanted.outcome is None or seen["outcome"] == wanted.outcome)
    )


def order(record: AuditRecord) -> tuple[int, int]:
    return told(record).get("ts", 0), record.seq


HOUR = timedelta(hours=1)
FILTERS = [
    AuditFilter(),
    AuditFilter(since=START + HOUR),
    AuditFilter(until=START + HOUR),
    AuditFilter(since=START + HOUR, until=START + 2 * HOUR),
    AuditFilter(actor=UserId(USERS[0])),
    AuditFilter(actor=UserId("system"), since=START + HOUR),
    AuditFilter(actor=UserId(USERS[1]), acts=("people.shown", "audit.viewed")),
    AuditFilter(actor=UserId(USERS[1]), outcome="failed"),
    AuditFilter(acts=("people.shown",)),
    AuditFilter(acts=("people.shown", "guard.refused", "people.shown")),
    AuditFilter(acts=("guard.refused",), outcome="ok"),
    AuditFilter(outcome="ok"),
    AuditFilter(outcome="refused"),
    AuditFilter(outcome="refused", since=START + HOUR, acts=ACTS),
    AuditFilter(person=PersonId(PERSONS[2])),
    AuditFilter(person=PersonId(PERSONS[2]), outcome="ok", until=START + 2 * HOUR),
    AuditFilter(person=PersonId(PERSONS[2]), actor=UserId(USERS[0]), acts=("people.shown",)),
    AuditFilter(message=MessageId(MESSAGES[3])),
    AuditFilter(message=MessageId(MESSAGES[3]), person=PersonId(WRITTEN_TO[MESSAGES[3]])),
    AuditFilter(message=MessageId(MESSAGES[3]), person=PersonId(WRITTEN_TO[MESSAGES[4]])),
    AuditFilter(actor=UserId("f" * 32)),
    AuditFilter(acts=("no.such",)),
]


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_pages_exports_and_counts_find_the_same(kept: Database, wanted: AuditFilter) -> None:
    expected = [record for record in RECORDS if fits(record, wanted)]
    newest = expected[::-1] if wanted == AuditFilter() else sorted(expected, key=order, reverse=True)

    def pages(tx: Tx) -> list[AuditRecord]:
        found: list[AuditRecord] = []
        before = None
        while some := audit_queries.page(tx, wanted, before, 7):
            found += some
            before = some[-1].seq
        return found

    assert kept.read(pages) == newest
    assert kept.read(lambda tx: list(audit_queries.records(tx, wanted))) == expected
    assert kept.read(lambda tx: audit_queries.count(tx, wanted)) == AuditCount(len(expected), whole=True)
    if wanted != AuditFilter():
        numbers = kept.read(lambda tx: audit_queries.matching(tx, wanted))
        assert list(numbers) == [record.seq for record in expected]
        assert kept.read(lambda tx: list(audit_queries.numbered(tx, numbers[:3]))) == expected[:3]


def test_the_filters_that_are_compared_do_find_something() -> None:
    found = [sum(fits(record, wanted) for record in RECORDS) for wanted in FILTERS]
    assert found.count(0) == 4  # contradicting ones, and those of nobody
    assert max(found[1:]) > 200


def test_counting_stops_at_its_limit(kept: Database) -> None:
    wanted = AuditFilter(outcome="ok")
    assert kept.read(lambda tx: audit_queries.count(tx, wanted, limit=5)) == AuditCount(5, whole=False)


def test_a_page_behind_a_number_that_does_not_exist_is_empty(kept: Database) -> None:
    assert kept.read(lambda tx: audit_queries.page(tx, AuditFilter(outcome="ok"), 9999, 5)) == []


@pytest.mark.parametrize("wanted", FILTERS[1:-2], ids=str)
def test_no_filter_reads_the_whole_table(db: Database, wanted: AuditFilter) -> None:
    def steps(tx: Tx) -> list[str]:
        audit.append(tx, *RECORDS)
        _messages(tx)
        heard: list[str] = []

        def hear(sql: str) -> None:
            heard.append(sql)

        tx.driver.set_trace_callback(hear)
        audit_queries.page(tx, wanted, 40, 7)
        audit_queries.count(tx, wanted)
        tx.driver.set_trace_callback(None)
        return [
            str(row.detail)
            for sql in heard
            for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
        ]

    walked = db.write(steps)
    scans = [step for step in walked if step.startswith(("SCAN audit_record", "SCAN audit_card"))]
    assert [step for step in scans if "INDEX" not in step] == []
    assert any("audit_card_by_" in step for step in walked)


def test_a_body_that_is_no_json_stops_neither_the_filing_nor_the_page(db: Database) -> None:
    """Somebody altered the file: appending and the unfiltered page must not fail on it."""
    db.write(lambda tx: audit.append(tx, *RECORDS))
    assert BROKEN in [r.seq for r in db.read(lambda tx: audit_queries.page(tx, AuditFilter(), 80, 10))]
    assert db.read(audit_filing.agrees)

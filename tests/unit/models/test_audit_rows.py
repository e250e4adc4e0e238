"""Rows of the audit log and of the consent ledger stay as they were written."""

from __future__ import annotations

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy.exc import IntegrityError

from desktop.models import audit
from desktop.models.database import Database, Tx
from desktop.models.records import AuditRecord, Consent
from desktop.models.sqlite_only import INSERT_ONLY
from tests.support.kept import NOW, a_person, keep
from tests.support.said import say


def record(seq: int) -> AuditRecord:
    return AuditRecord(seq, f'{{"seq":{seq}}}', f"{seq:064x}")


@pytest.fixture
def filled(db: Database) -> Database:
    """2,500 audit records, and one row in each of the other insert-only tables."""
    maria = a_person()
    keep(db, maria)

    def fill(tx: Tx) -> None:
        for seq in range(1, 2501):
            audit.append(tx, record(seq))
        audit.put_reason(tx, "r" * 32, "because the court asked")
        audit.put_ids(tx, 1, b"sealed")
        say(tx, maria.id, Consent.REFUSED, NOW, "phone", "user")

    db.write(fill)
    return db


def test_an_empty_log_has_no_last_record(db: Database) -> None:
    assert db.read(audit.last) is None
    assert db.read(audit.count) == 0
    assert db.read(lambda tx: list(audit.records(tx))) == []


def test_records_come_in_order_in_any_portion(filled: Database) -> None:
    every = [record(seq) for seq in range(1, 2501)]
    assert filled.read(lambda tx: list(audit.records(tx))) == every
    assert filled.read(lambda tx: list(audit.records(tx, after=2400))) == every[2400:]
    assert filled.read(lambda tx: list(audit.records(tx, after=3, limit=1200))) == every[3:1203]
    assert filled.read(lambda tx: list(audit.records(tx, limit=0))) == []
    assert filled.read(lambda tx: list(audit.records(tx, after=2500))) == []
    assert filled.read(lambda tx: audit.page(tx, None, 3)) == [*reversed(every[-3:])]
    assert filled.read(lambda tx: audit.page(tx, 3, 10)) == [every[1], every[0]]
    assert filled.read(audit.last) == every[-1]
    assert filled.read(audit.count) == 2500


def test_reasons_and_ids_are_found_by_their_record(filled: Database) -> None:
    assert filled.read(lambda tx: audit.reason(tx, "r" * 32)) == "because the court asked"
    assert filled.read(lambda tx: audit.reason(tx, "none")) is None
    assert filled.read(lambda tx: audit.ids(tx, 1)) == b"sealed"
    assert filled.read(lambda tx: audit.ids(tx, 2)) is None


def test_a_number_is_used_once(filled: Database) -> None:
    """And so a hash, which covers it."""
    with pytest.raises(driver.IntegrityError):
        filled.write(lambda tx: audit.append(tx, record(7)))


@pytest.mark.parametrize("table", INSERT_ONLY)
@pytest.mark.parametrize("attack", ["update", "delete", "replace", "upsert"])
def test_no_statement_changes_what_was_written(filled: Database, table: str, attack: str) -> None:
    def rows(tx: Tx) -> list[tuple[object, ...]]:
        return [tuple(row) for row in tx.connection.exec_driver_sql(f"SELECT * FROM {table}")]

    before = filled.read(rows)
    first = next(iter(before))
    names = filled.read(lambda tx: list(tx.connection.exec_driver_sql(f"SELECT * FROM {table}").keys()))
    marks = ", ".join("?" * len(first))
    values = first if attack in ("replace", "upsert") else ()
    statement = {
        "update": f"UPDATE {table} SET {names[-1]} = {names[-1]}",
        "delete": f"DELETE FROM {table}",
        "replace": f"INSERT OR REPLACE INTO {table} VALUES ({marks})",
        "upsert": f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO UPDATE SET {names[-1]} = NULL",
    }[attack]
    with pytest.raises(IntegrityError, match=f"{table} is insert-only"):
        filled.write(lambda tx: tx.connection.exec_driver_sql(statement, values))
    assert filled.read(rows) == before


def test_several_records_are_added_at_once_or_none_of_them(db: Database) -> None:
    db.write(lambda tx: audit.append(tx, record(1), record(2)))
    with pytest.raises(driver.IntegrityError):
        db.write(lambda tx: audit.append(tx, record(3), record(2)))
    db.write(lambda tx: audit.append(tx))
    assert db.read(lambda tx: list(audit.records(tx))) == [record(1), record(2)]

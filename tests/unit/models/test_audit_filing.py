"""The card index says what the log says, and is made anew where it does not."""

from __future__ import annotations

import json

import pytest

from desktop.models import audit, audit_filing
from desktop.models.audit_filing import GROUP
from desktop.models.database import Database
from desktop.models.records import AuditRecord


def record(seq: int, **values: object) -> AuditRecord:
    said = {
        "seq": seq,
        "ts": seq * 1000,
        "act": "people.shown",
        "actor": "system",
        "obj": "",
        "outcome": "ok",
    }
    return AuditRecord(seq, json.dumps({**said, "det": {}, **values}), f"{seq:064x}")


def cards(db: Database) -> int:
    return int(db.read(lambda tx: tx.driver.execute("SELECT count(*) FROM audit_card").fetchone()[0]))


def append(db: Database, first: int, last: int) -> None:
    db.write(lambda tx: audit.append(tx, *(record(seq) for seq in range(first, last + 1))))


def test_records_are_filed_when_their_group_is_full(db: Database) -> None:
    append(db, 1, GROUP - 1)
    assert cards(db) == 0
    append(db, GROUP, GROUP)
    assert cards(db) == GROUP
    append(db, GROUP + 1, 2 * GROUP + 5)
    assert cards(db) == 2 * GROUP + 5
    assert db.read(audit_filing.agrees)


def test_nothing_is_filed_for_no_records(db: Database) -> None:
    db.write(lambda tx: audit.append(tx))
    assert cards(db) == 0


@pytest.mark.parametrize(
    "bent",
    [
        "UPDATE audit_card SET act = 'people.created' WHERE seq = 7",
        "UPDATE audit_card SET person = 'somebody' WHERE seq = 7",
        "UPDATE audit_card SET ts = NULL WHERE seq = 7",
        "DELETE FROM audit_card WHERE seq = 7",
        "INSERT INTO audit_card (seq) VALUES (999)",
    ],
)
def test_a_bent_card_is_noticed_and_the_index_made_anew(db: Database, bent: str) -> None:
    append(db, 1, GROUP)
    db.write(lambda tx: tx.driver.execute(bent))
    assert not db.read(audit_filing.agrees)
    db.write(audit_filing.anew)
    assert db.read(audit_filing.agrees)


@pytest.mark.parametrize("ts", ["noon", 1.5, [1], None, "1"])
def test_a_time_that_is_none_does_not_stop_the_practice(db: Database, ts: object) -> None:
    """The body was altered from outside; appending goes on, and checking the log names it."""
    db.write(lambda tx: audit.append(tx, record(GROUP - 1, ts=ts, act=17, actor=["x"])))
    append(db, GROUP, GROUP)
    assert cards(db) == 2
    assert db.read(audit_filing.agrees)


def test_cards_of_destroyed_records_go_with_them(db: Database) -> None:
    append(db, 1, GROUP)
    db.write(lambda tx: audit_filing.forget(tx, 1, 10))
    assert cards(db) == GROUP - 10

"""Rows that an import left out, and what it changed, are kept as long as it can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desktop.audit.log import AuditLog
from desktop.compliance import retention
from desktop.compliance.retention import Destroyed
from desktop.errors import InputError
from desktop.models import importlog, people
from desktop.models.database import Database
from desktop.models.records import ImportId
from desktop.people.importing import ImportResult, import_people
from desktop.people.undoing import Undone, undo_import
from tests.support.clock import ManualClock
from tests.support.sheets import people_of
from tests.unit.compliance.conftest import ANA, NOW

HEAD = b"MRN,First Name,Last Name,DOB,E-mail\n"
OLD = HEAD + b"1,Maria,Lopez,1961-05-04,m@example.org\n2,CANARY,,1961-05-04,\n"
NEW = HEAD + b"1,Marisol,Lopez,1961-05-04,m@example.org\n"


class Desk:
    def __init__(self, database: Database) -> None:
        self.db = database
        self.clock = ManualClock(NOW)
        self.log = AuditLog("1", self.clock)

    def take(self, data: bytes) -> ImportResult:
        now = self.clock.now()
        parsed = people_of(data, now.date())
        return self.db.write(lambda tx: import_people(tx, parsed, by=ANA.id, now=now, strict=False))

    def destroy(self, days: int) -> Destroyed | None:
        self.clock.advance(days=days)
        return self.db.write(lambda tx: retention.destroy_due(tx, self.log, self.clock.now()))

    def undo(self, import_id: ImportId) -> Undone:
        return self.db.write(lambda tx: undo_import(tx, import_id, ANA.id, self.clock.now()))

    def left_out(self, import_id: ImportId) -> int:
        return len(self.db.read(lambda tx: importlog.rejects(tx, import_id)))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_what_an_import_left_out_and_changed_goes_after_thirty_days(desk: Desk) -> None:
    first, second = desk.take(OLD), desk.take(NEW)
    assert desk.destroy(29) == Destroyed(0, 0, 0)
    assert desk.left_out(first.id) == 1
    assert desk.destroy(2) == Destroyed(0, 0, 0, imports=2)
    assert desk.left_out(first.id) == 0
    for one in (first, second):
        with pytest.raises(InputError, match="import-forgotten"):
            desk.undo(one.id)
    (person,) = desk.db.read(lambda tx: people.search(tx, "Lopez", 5))
    assert person.first_name == "Marisol"
    assert desk.destroy(1) == Destroyed(0, 0, 0)


def test_an_import_within_its_time_can_still_be_taken_back(desk: Desk) -> None:
    desk.take(OLD)
    desk.clock.advance(days=20)
    second = desk.take(NEW)
    assert desk.destroy(11) == Destroyed(0, 0, 0, imports=1)
    assert desk.undo(second.id) == Undone(1, 0, 0, 0, 0)
    (person,) = desk.db.read(lambda tx: people.search(tx, "Lopez", 5))
    assert person.first_name == "Maria"


def test_a_longer_time_chosen_later_brings_nothing_back(desk: Desk) -> None:
    first = desk.take(OLD)
    desk.destroy(31)
    desk.db.write(lambda tx: retention.put_class(tx, "imports", 60))
    assert desk.destroy(1) == Destroyed(0, 0, 0)
    with pytest.raises(InputError, match="import-forgotten"):
        desk.undo(first.id)
    later = desk.take(NEW)
    assert desk.destroy(59) == Destroyed(0, 0, 0)
    assert desk.undo(later.id).restored == 1
    assert desk.clock.now() - NOW > timedelta(days=60)

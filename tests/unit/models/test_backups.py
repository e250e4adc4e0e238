"""Which backup a target really holds: rows of files and of their copies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from desktop.models import backups, targets
from desktop.models.database import Database
from desktop.models.safekeeping import Backup, BackupId, Copy, Place, Target, TargetId, TargetKind

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
USB, SHARE = TargetId("a" * 32), TargetId("b" * 32)


def id_of(number: int) -> BackupId:
    return BackupId(f"{number:032x}")


def made(number: int, parent: int | None = None) -> Backup:
    at = NOW + timedelta(hours=number)
    before = id_of(parent) if parent else None
    found = (before, 1, number * 10, "0" * 64, "note", 4096, 4096, "0" * 64, at)
    return Backup(id_of(number), str(number), at, *found)


def filled(db: Database) -> None:
    """1 <- 2 <- 3, and 4 that is whole; two targets without anything."""
    for one in (made(1), made(2, 1), made(3, 2), made(4)):
        db.write(lambda tx, one=one: backups.add(tx, one))  # type: ignore[misc]
    for target, kind in ((USB, TargetKind.USB), (SHARE, TargetKind.SHARE)):
        place = Target(target, kind.value, Place(kind, "/somewhere"), "c" * 32, NOW)
        db.write(lambda tx, place=place: targets.add(tx, place, ""))  # type: ignore[misc]


def put(db: Database, target: TargetId, *numbers: int) -> None:
    for number in numbers:
        db.write(lambda tx, number=number: backups.put_copy(tx, id_of(number), target, NOW))  # type: ignore[misc]


def good(db: Database) -> BackupId | None:
    found = db.read(backups.good_elsewhere)
    return found.id if found else None


def test_a_row_comes_back_as_it_went_in(db: Database) -> None:
    filled(db)
    assert db.read(lambda tx: backups.get(tx, id_of(2))) == made(2, 1)
    assert db.read(lambda tx: backups.get(tx, id_of(9))) is None
    assert db.read(lambda tx: backups.by_name(tx, "3")) == made(3, 2)
    assert db.read(lambda tx: backups.by_name(tx, "9")) is None
    assert db.read(backups.newest) == made(4)
    assert [one.id for one in db.read(lambda tx: backups.listing(tx, 2))] == [id_of(4), id_of(3)]
    assert not made(2, 1).whole
    assert made(4).whole


def test_a_database_without_backups_has_none(db: Database) -> None:
    assert db.read(backups.newest) is None
    assert good(db) is None


def test_the_newest_is_the_one_with_the_most_records_whatever_the_clock_said(db: Database) -> None:
    filled(db)
    late = Backup(id_of(7), "7", NOW - timedelta(days=9), None, 1, 900, "0" * 64, "n", 1, 1, "0" * 64, NOW)
    db.write(lambda tx: backups.add(tx, late))
    assert db.read(backups.newest) == late


def test_a_link_without_its_chain_is_no_good_copy(db: Database) -> None:
    filled(db)
    put(db, USB, 2, 3)
    assert good(db) is None
    put(db, USB, 1)
    assert good(db) == id_of(3)


def test_a_chain_that_is_spread_over_two_targets_helps_nobody(db: Database) -> None:
    filled(db)
    put(db, USB, 1, 3)
    put(db, SHARE, 2)
    assert good(db) == id_of(1)


def test_the_newest_of_all_targets_counts_and_a_retired_one_does_not(db: Database) -> None:
    filled(db)
    put(db, USB, 1, 2)
    put(db, SHARE, 4)
    assert good(db) == id_of(4)
    db.write(lambda tx: targets.retire(tx, SHARE, NOW))
    assert good(db) == id_of(2)


def test_what_was_thinned_out_counts_no_more_and_may_come_again(db: Database) -> None:
    filled(db)
    put(db, USB, 1, 2)
    later = NOW + timedelta(days=1)
    assert db.write(lambda tx: backups.remove_copy(tx, id_of(1), USB, later))
    assert not db.write(lambda tx: backups.remove_copy(tx, id_of(1), USB, later))
    assert not db.write(lambda tx: backups.remove_copy(tx, id_of(3), USB, later))
    assert good(db) is None
    assert db.read(lambda tx: backups.copies_of(tx, id_of(1))) == [Copy(id_of(1), USB, NOW, later)]
    assert [one.id for one in db.read(lambda tx: backups.of_target(tx, USB))] == [id_of(2)]
    assert db.read(lambda tx: backups.whole_at(tx, USB)) == []
    put(db, USB, 1)
    assert good(db) == id_of(2)
    assert db.read(lambda tx: backups.last_put(tx, USB)) == NOW
    assert db.read(lambda tx: backups.last_put(tx, SHARE)) is None


def test_rows_that_go_round_in_a_circle_are_nobodys_backup(db: Database) -> None:
    filled(db)
    for one in (made(5, 6), made(6, 5)):
        db.write(lambda tx, one=one: backups.add(tx, one))  # type: ignore[misc]
    put(db, USB, 5, 6)
    assert good(db) is None

"""The database under new keys: equal to the last row, or not at all."""

from __future__ import annotations

import os
import resource
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from desktop.errors import VaultError
from desktop.locks import exclusive, shared
from desktop.models import audit, databasefile, people, rekey, settings
from desktop.models.database import Database, Tx, copy_database
from desktop.models.databasefile import sidecars
from desktop.models.records import AuditRecord
from desktop.models.rekey import DatabaseKeys, put_in_place, rewrite
from tests.support.kept import a_person
from tests.unit.models.conftest import Vault

ROWS = 400
LAST_ROW_GONE = "DELETE FROM search_entry WHERE rank = (SELECT max(rank) FROM search_entry)"
NEW = DatabaseKeys(b"\x31" * 32, b"\x32" * 16, 2)


@pytest.fixture
def filled(vault: Vault) -> Vault:
    db = vault.create()

    def fill(tx: Tx) -> None:
        for number in range(ROWS):
            people.insert(tx, a_person(first_name=f"Maria{number}"))
        for seq in range(1, 4):
            audit.append(tx, AuditRecord(seq, "{}", f"{seq:064x}"))

    db.write(fill)
    # Row ids with gaps: the search index names people by them.
    db.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM search_entry WHERE rank % 3 = 0"))
    db.close()
    return vault


@pytest.fixture
def target(vault: Vault) -> Path:
    return vault.path.with_name("practice.db.next")


def run(
    vault: Vault,
    target: Path,
    change: Callable[[Tx], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    rewrite(vault.path, target, DatabaseKeys(vault.key, vault.salt, 1), NEW, change, progress)


def renewed(vault: Vault, path: Path) -> Vault:
    return replace(vault, path=path, key=NEW.key, salt=NEW.salt, epoch=2)


def everything(tx: Tx) -> dict[str, list[tuple[object, ...]]]:
    tables = (
        tx.connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    )
    found = {}
    for name in tables:
        rows = tx.connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
        found[str(name)] = sorted((tuple(row) for row in rows), key=repr)
    return found


def test_the_copy_is_equal_but_for_the_epoch_and_the_change(filled: Vault, target: Path) -> None:
    old = filled.open()
    wanted = old.read(everything)
    hits = old.read(lambda tx: people.found(tx, "maria39"))
    old.close()
    run(filled, target, lambda tx: settings.put(tx, "changed", "yes"))
    new = renewed(filled, target).open()
    found = new.read(everything)
    assert found.pop("vault") == [(1, filled.vault_id, 2)]
    assert found.pop("setting") == [("changed", "yes")]
    del wanted["vault"], wanted["setting"]
    assert found == wanted
    assert new.read(lambda tx: people.found(tx, "maria39")) == hits > 0
    new.close()


def test_the_new_file_opens_with_the_new_keys_only_and_lies_alone(filled: Vault, target: Path) -> None:
    run(filled, target)
    assert target.read_bytes()[:16] == NEW.salt
    assert b"Maria" not in target.read_bytes()
    assert not any(file.exists() for file in (*sidecars(target), *sidecars(filled.path)))
    with pytest.raises(VaultError, match="database-damaged"):
        Database(target, filled.key, NEW.salt)
    if sys.platform != "win32":
        assert target.stat().st_mode & 0o777 == 0o600


def test_the_old_file_still_opens(filled: Vault, target: Path) -> None:
    run(filled, target)
    old = filled.open()
    assert old.read(people.count) == ROWS
    old.close()


def test_taking_the_place_is_one_rename(filled: Vault, target: Path) -> None:
    run(filled, target)
    put_in_place(target, filled.path)
    assert not target.exists()
    new = renewed(filled, filled.path).open()
    assert new.read(people.count) == ROWS
    new.close()
    with pytest.raises(VaultError, match="database-not-ours"):
        filled.open()


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_a_log_beside_either_file_keeps_the_old_one_in_place(
    filled: Vault, target: Path, suffix: str
) -> None:
    run(filled, target)
    for beside in (filled.path, target):
        leftover = beside.with_name(beside.name + suffix)
        leftover.write_bytes(b"")
        with pytest.raises(VaultError, match="practice-in-use"):
            put_in_place(target, filled.path)
        leftover.unlink()
    assert filled.path.read_bytes()[:16] == filled.salt


@pytest.mark.parametrize("journal", [b"", bytes(512)], ids=["empty", "closed"])
def test_a_journal_that_a_killed_change_has_left_is_no_obstacle(
    filled: Vault, target: Path, journal: bytes
) -> None:
    filled.path.with_name("practice.db-journal").write_bytes(journal)
    filled.open().close()
    run(filled, target)
    put_in_place(target, filled.path)
    renewed(filled, filled.path).open().close()
    assert not filled.path.with_name("practice.db-journal").exists()


def test_what_an_earlier_try_has_left_is_replaced(filled: Vault, target: Path) -> None:
    for file in (target, *sidecars(target)):
        file.write_bytes(b"half")
    run(filled, target)
    renewed(filled, target).open().close()


def test_a_copy_that_lacks_a_row_is_found(
    filled: Vault, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def lossy(*given: object) -> None:
        copy_database(*given)  # type: ignore[arg-type]
        made = Database(target, *NEW.pair)
        made.write(lambda tx: tx.connection.exec_driver_sql(LAST_ROW_GONE))
        made.close()

    monkeypatch.setattr(rekey, "copy_database", lossy)
    with pytest.raises(VaultError, match="rotation-not-verified"):
        run(filled, target)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER audit_record_no_delete",
        "PRAGMA application_id = 7",
        "UPDATE vault SET epoch = 9",
    ],
)
def test_a_copy_that_is_otherwise_different_is_found(
    filled: Vault, target: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:

    def other(*given: object) -> None:
        copy_database(*given)  # type: ignore[arg-type]
        made = Database(target, *NEW.pair)
        made.write(lambda tx: tx.connection.exec_driver_sql(statement))
        made.close()

    monkeypatch.setattr(rekey, "copy_database", other)
    with pytest.raises(VaultError, match="rotation-not-verified"):
        run(filled, target)


def test_a_change_that_loses_the_log_s_head_is_found(filled: Vault, target: Path) -> None:
    def lose(tx: Tx) -> None:
        tx.connection.exec_driver_sql("DROP TRIGGER audit_record_no_delete")
        tx.connection.exec_driver_sql("DELETE FROM audit_record WHERE seq = 3")

    with pytest.raises(VaultError, match="rotation-not-verified"):
        run(filled, target, lose)


def test_a_broken_reference_is_found(filled: Vault, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orphan = "INSERT INTO search_entry (rank, person, sort_key) VALUES (99999, 'nobody', '')"

    def unchecked(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.rollback()

    def before(path: Path, *given: object) -> None:
        other = Database(path, filled.key, filled.salt)
        other._writing.submit_bare(unchecked).result()
        other.write(lambda tx: tx.connection.exec_driver_sql(LAST_ROW_GONE))
        other.write(lambda tx: tx.connection.exec_driver_sql(orphan))
        other.close()
        copy_database(path, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(rekey, "copy_database", before)
    with pytest.raises(VaultError, match="rotation-not-verified"):
        run(filled, target)


def test_a_log_may_grow_in_the_change(filled: Vault, target: Path) -> None:
    run(filled, target, lambda tx: audit.append(tx, AuditRecord(4, "{}", "f" * 64)))
    new = renewed(filled, target).open()
    head = new.read(audit.last)
    assert head is not None
    assert head.seq == 4
    new.close()


def test_a_failing_change_comes_out_as_it_is(filled: Vault, target: Path) -> None:
    def fails(_tx: Tx) -> None:
        raise LookupError("the caller's own")

    with pytest.raises(LookupError):
        run(filled, target, fails)


@pytest.mark.parametrize("at", [0, 1, 70, 75, 100])
def test_progress_rises_and_stops_the_work_by_raising(filled: Vault, target: Path, at: int) -> None:
    seen: list[int] = []

    def watch(done: int, pages: int) -> None:
        assert pages == 100
        seen.append(done)
        if done >= at:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        run(filled, target, progress=watch)
    assert seen == sorted(seen)
    filled.open().close()


def test_a_flipped_bit_in_the_old_file_is_not_carried_over(filled: Vault, target: Path) -> None:
    data = bytearray(filled.path.read_bytes())
    data[len(data) - 1000] ^= 1
    filled.path.write_bytes(data)
    with pytest.raises(VaultError, match="database-damaged"):
        run(filled, target)


def test_a_program_that_has_the_file_open_without_the_lock_is_noticed(filled: Vault, target: Path) -> None:
    other = Database(filled.path, filled.key, filled.salt)
    try:
        with pytest.raises(VaultError, match="practice-in-use"):
            run(filled, target)
    finally:
        other.close()
    filled.open().close()


@pytest.fixture
def small_files(filled: Vault) -> Iterator[int]:
    """No file of this process may grow beyond what the old database has."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    held = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = filled.path.stat().st_size // 2
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield size
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, held)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_copy_that_finds_no_room_says_so(filled: Vault, target: Path, small_files: int) -> None:
    with pytest.raises(VaultError) as refused:
        run(filled, target)
    assert refused.value.code in ("disk-full", "database-unwritable")
    assert filled.path.stat().st_size > small_files


def test_an_open_database_holds_the_vault_lock_and_a_closed_one_does_not(vault: Vault) -> None:
    lock = vault.path.with_name("vault.lock")
    first = vault.create()
    second = vault.open()
    assert exclusive(lock) is None
    first.close()
    assert exclusive(lock) is None
    second.close()
    alone = exclusive(lock)
    assert alone is not None
    assert shared(lock) is None
    alone.release()


def test_while_the_key_is_changed_nobody_opens(filled: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databasefile, "_PAUSE", 0.001)
    lock = exclusive(filled.path.with_name("vault.lock"))
    assert lock is not None
    with lock, pytest.raises(VaultError, match="database-busy"):
        filled.open()
    filled.open().close()


def test_an_opening_that_fails_lets_go_of_the_lock(filled: Vault) -> None:
    with pytest.raises(VaultError, match="database-not-ours"):
        replace(filled, salt=secrets.token_bytes(16)).open()
    with pytest.raises(VaultError, match="database-not-ours"):
        replace(filled, epoch=5).open()
    alone = exclusive(filled.path.with_name("vault.lock"))
    assert alone is not None
    alone.release()


def test_a_folder_that_is_gone_is_a_missing_database(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="database-missing"):
        replace(vault, path=tmp_path / "gone" / "practice.db").open()
    assert os.listdir(tmp_path) == []

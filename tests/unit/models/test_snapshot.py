"""The database's file held still: no byte of it changes, whoever writes, and nobody waits for it."""

from __future__ import annotations

import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from desktop.errors import Refused, VaultError
from desktop.models import settings, snapshot
from desktop.models.backupcheck import looking
from desktop.models.database import Database, Tx
from desktop.models.lanes import Lane
from desktop.models.rekey import DatabaseKeys
from tests.unit.models.conftest import Vault

ROOT = Path(__file__).resolve().parents[3]

OTHER = """
import sys
from pathlib import Path
from desktop.models import settings
from desktop.models.snapshot import emptied
from desktop.models.database import Database

path, key, salt, vault_id = sys.argv[1:]
db = Database.open(Path(path), bytes.fromhex(key), bytes.fromhex(salt), bytes.fromhex(vault_id), 1)
for number in range(40):
    db.write(lambda tx: settings.put(tx, f"other{number}", "x" * 3000))
    if number % 10 == 0:
        db._writing.submit_bare(emptied).result()
db.close()
"""


def sum_of(path: Path) -> str:
    """By another process: closing the file here would drop SQLite's locks."""
    reader = "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())"
    return subprocess.run(
        [sys.executable, "-c", reader, str(path)], check=True, capture_output=True, text=True
    ).stdout


def copied(path: Path, to: Path) -> Path:
    copier = "import shutil, sys; shutil.copyfile(*sys.argv[1:])"
    subprocess.run([sys.executable, "-c", copier, path, to], check=True)
    return to


def wal(vault: Vault) -> int:
    return vault.path.with_name("practice.db-wal").stat().st_size


def both(tx: Tx, value: str) -> None:
    settings.put(tx, "one", value)
    settings.put(tx, "two", value)


def fill(tx: Tx, name: str, rows: int = 50) -> None:
    for number in range(rows):
        settings.put(tx, f"{name}{number}", "x" * 3000)


def other(vault: Vault) -> list[str]:
    names = [str(vault.path), vault.key.hex(), vault.salt.hex(), vault.vault_id.hex()]
    return [sys.executable, "-c", OTHER, *names]


def test_what_is_written_meanwhile_goes_into_the_log_alone(vault: Vault, db: Database) -> None:
    db.write(lambda tx: fill(tx, "before"))
    with db.frozen() as frozen:
        before = sum_of(vault.path)
        assert vault.path.stat().st_size == frozen.pages * frozen.page_bytes
        for number in range(20):
            db.write(partial(fill, name=f"later{number}-"))
        assert db.read(lambda tx: settings.get(tx, "later19-0")) is not None
        assert frozen.read(lambda tx: settings.get(tx, "later0-0")) is None
        assert wal(vault) > 1_000_000
        assert sum_of(vault.path) == before
    db.write(lambda tx: settings.put(tx, "last", "1"))
    with db.frozen():
        assert wal(vault) == 0
        assert sum_of(vault.path) != before


def test_another_program_writes_and_empties_the_log_in_vain(vault: Vault, db: Database) -> None:
    db.write(lambda tx: settings.put(tx, "a", "b"))
    with db.frozen():
        before = sum_of(vault.path)
        subprocess.run(other(vault), cwd=ROOT, check=True, timeout=90)
        assert sum_of(vault.path) == before
    assert db.read(lambda tx: settings.get(tx, "other39")) is not None


def test_the_file_is_one_state_of_the_database_while_a_thread_writes(
    vault: Vault, db: Database, tmp_path: Path
) -> None:
    """Each write changes two rows alike; a mixture of states would show them different."""
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            db.write(partial(both, value=f"{number}" * 2000))
            wrote.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert wrote.wait(30)
        for turn in range(5):
            with db.frozen() as frozen:
                copy = copied(vault.path, tmp_path / f"copy{turn}.db")
                now = frozen.read(lambda tx: (settings.get(tx, "one"), settings.get(tx, "two")))
            with looking(copy, DatabaseKeys(vault.key, vault.salt, 1)) as tx:
                there = (settings.get(tx, "one"), settings.get(tx, "two"))
            assert there == now
            assert there[0] == there[1]
    finally:
        stop.set()
        thread.join()


def test_it_is_refused_inside_a_transaction(db: Database) -> None:
    def inside(_tx: Tx) -> None:
        with db.frozen():
            raise AssertionError("not reached")

    for lane in (db.write, db.read):
        with pytest.raises(RuntimeError, match="transaction"):
            lane(inside)


def test_one_at_a_time(db: Database) -> None:
    with db.frozen(), pytest.raises(VaultError, match="database-busy"), db.frozen():
        raise AssertionError("not reached")
    with db.frozen() as frozen:
        assert frozen.pages > 0


def test_closing_the_database_ends_it_and_what_was_read_counts_for_nothing(vault: Vault) -> None:
    db = vault.create()

    def closed_meanwhile() -> None:
        with db.frozen() as frozen:
            db.close()
            with pytest.raises(Refused, match="locked"):
                frozen.read(lambda tx: settings.get(tx, "a"))

    with pytest.raises(Refused, match="locked"):
        closed_meanwhile()
    with pytest.raises(Refused, match="locked"), db.frozen():
        raise AssertionError("not reached")
    vault.open().close()


def test_a_failure_inside_lets_the_file_go(vault: Vault, db: Database) -> None:
    def failing() -> None:
        with db.frozen():
            db.write(lambda tx: settings.put(tx, "a", "b"))
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    with db.frozen():
        assert wal(vault) == 0


def test_a_reader_that_stays_is_waited_for_and_then_said(
    vault: Vault, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_TRIES", 3)
    reading, enough = threading.Event(), threading.Event()
    db.write(lambda tx: settings.put(tx, "a", "1"))

    def slow(tx: Tx) -> str | None:
        found = settings.get(tx, "a")
        reading.set()
        enough.wait(60)
        return found

    thread = threading.Thread(target=lambda: db.read_aside(slow))
    thread.start()
    try:
        assert reading.wait(30)
        db.write(lambda tx: settings.put(tx, "a", "2"))
        with pytest.raises(VaultError, match="database-busy"), db.frozen():
            raise AssertionError("not reached")
        assert db.write(lambda tx: settings.get(tx, "a")) == "2"
        monkeypatch.setattr(snapshot, "_TRIES", 100)
        threading.Timer(0.5, enough.set).start()
        with db.frozen():
            assert wal(vault) == 0
    finally:
        enough.set()
        thread.join()


def test_a_write_between_the_emptying_and_the_reading_begins_anew(
    vault: Vault, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is not empty when the reader has begun: its snapshot would be partly in the log."""
    begun = list[int]()
    whole = snapshot._begin

    def late(connection: object) -> object:
        begun.append(len(begun))
        if len(begun) == 1:
            db.write(lambda tx: settings.put(tx, "between", "1"))
        return whole(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshot, "_begin", late)
    with db.frozen() as frozen:
        assert len(begun) == 2
        assert wal(vault) == 0
        assert frozen.read(lambda tx: settings.get(tx, "between")) == "1"


def test_the_writing_lane_waits_as_long_as_before_for_others(db: Database) -> None:
    with db.frozen():
        pass
    lane: Lane = db._writing
    waits = lane.submit_bare(lambda c: c.exec_driver_sql("PRAGMA busy_timeout").scalar_one()).result()
    assert waits == 5000


def test_rows_are_counted_of_every_table_that_has_its_own(db: Database) -> None:
    db.write(lambda tx: fill(tx, "a", 7))
    counts = db.read(snapshot.row_counts)
    assert counts["setting"] == 7
    assert counts["vault"] == 1
    assert not any(name.startswith("sqlite_stat") for name in counts)

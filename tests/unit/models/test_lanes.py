"""One lane writes, one reads; known trouble has a code, bugs stay bugs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from desktop.errors import Refused, VaultError
from desktop.models import people, settings
from desktop.models.database import Database, Tx
from tests.support.kept import a_person
from tests.unit.models.conftest import Vault


def one(tx: Tx) -> str | None:
    return settings.get(tx, "one")


def test_an_exception_undoes_the_transaction_and_comes_out_as_it_is(db: Database) -> None:
    def half(tx: Tx) -> None:
        settings.put(tx, "one", "1")
        raise KeyError("bug")

    with pytest.raises(KeyError):
        db.write(half)
    assert db.read(one) is None


def test_a_rehearsal_sees_its_changes_and_leaves_none(db: Database) -> None:
    def change(tx: Tx) -> str | None:
        settings.put(tx, "one", "1")
        return one(tx)

    assert db.rehearse(change) == "1"
    assert db.read(one) is None


def test_reading_inside_a_write_sees_that_write(db: Database) -> None:
    def both(tx: Tx) -> str | None:
        settings.put(tx, "one", "1")
        return db.read(one)

    assert db.write(both) == "1"


def test_the_reading_lane_cannot_write(db: Database) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        db.read(lambda tx: settings.put(tx, "one", "1"))


def nested(inner: Callable[[Callable[[Tx], str | None]], object], _tx: Tx) -> object:
    return inner(one)


def test_a_transaction_inside_a_transaction_is_called_a_bug_instead_of_hanging(db: Database) -> None:
    for outer in (db.write, db.read):
        for inner in (db.write, db.rehearse, db.submit_write):
            with pytest.raises(RuntimeError, match="pass its tx on"):
                outer(partial(nested, inner))
    with pytest.raises(RuntimeError, match="pass its tx on"):
        db.read(lambda _tx: db.integrity())


def test_a_reader_works_while_a_writer_holds_its_transaction(db: Database) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        settings.put(tx, "one", "new")
        started.set()
        assert go_on.wait(20)

    db.write(lambda tx: settings.put(tx, "one", "old"))
    future = db.submit_write(slow)
    assert started.wait(20)
    assert db.read(one) == "old"
    go_on.set()
    future.result(20)
    assert db.read(one) == "new"


def test_one_read_is_one_snapshot(db: Database) -> None:
    db.write(lambda tx: settings.put(tx, "one", "old"))

    def twice(tx: Tx) -> tuple[str | None, str | None]:
        before = one(tx)
        with ThreadPoolExecutor(1) as other:
            other.submit(db.write, lambda t: settings.put(t, "one", "new")).result(20)
        return before, one(tx)

    assert db.read(twice) == ("old", "old")
    assert db.read(one) == "new"


def test_writers_from_many_threads_lose_nothing(db: Database) -> None:
    def add(tx: Tx) -> None:
        settings.put(tx, "one", str(int(one(tx) or "0") + 1))

    with ThreadPoolExecutor(8) as many:
        for future in [many.submit(db.write, add) for _ in range(200)]:
            future.result(60)
    assert db.read(one) == "200"


def test_a_broken_constraint_is_a_bug_not_a_known_situation(db: Database) -> None:
    person = a_person()
    db.write(lambda tx: people.insert(tx, person))
    with pytest.raises(IntegrityError):
        db.write(lambda tx: people.insert(tx, person))


def test_a_full_disk_has_its_code_and_loses_nothing_that_was_stored(db: Database) -> None:
    db.write(lambda tx: settings.put(tx, "one", "kept"))

    def limit(tx: Tx) -> None:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    db.write(limit)

    def much(tx: Tx) -> None:
        settings.put(tx, "one", "lost")
        settings.put(tx, "two", "x" * 100_000)

    with pytest.raises(VaultError) as full:
        db.write(much)
    assert full.value.code == "disk-full"
    assert db.read(one) == "kept"


def test_close_finishes_what_was_submitted_and_then_everything_is_locked(vault: Vault) -> None:
    db = vault.create()
    future = db.submit_write(lambda tx: settings.put(tx, "one", "1"))
    open_before = not db.closed
    db.close()
    db.close()
    assert (open_before, db.closed) == (True, True)
    assert future.done()
    assert future.exception() is None
    for call in (db.write, db.read, db.rehearse, db.submit_write):
        with pytest.raises(Refused) as refused:
            call(one)
        assert refused.value.code == "locked"
    with pytest.raises(Refused):
        db.integrity()


def test_close_leaves_the_database_alone_and_no_threads(vault: Vault) -> None:
    db = vault.create()
    db.write(lambda tx: settings.put(tx, "one", "1"))
    assert {"database-write_0", "database-read_0"} <= {t.name for t in threading.enumerate()}
    db.close()
    assert sorted(file.name for file in vault.path.parent.iterdir()) == ["practice.db", "vault.lock"]
    assert not [t for t in threading.enumerate() if t.name.startswith("database-")]


def test_nothing_that_lives_on_holds_the_key(vault: Vault) -> None:
    db = vault.create()
    seen: list[object] = [db, db._reading, db._writing]
    for thing in seen:
        assert vault.key not in vars(thing).values()
    assert vault.key.hex() not in repr(db._writing._connection.engine.url)
    db.close()

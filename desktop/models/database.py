"""The practice's database: opened suspiciously, written on one lane, read on two others.

The raw key comes from the vault; the file's first 16 bytes are the salt that goes with it,
so a file of another vault, a plain file and a damaged one are told apart before a query
runs (SECURITY.md 5.1.2).
No object here keeps the key: SQLCipher holds it until `close`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import BinaryIO, TypeVar

from sqlalchemy import Connection, insert, select

from desktop.errors import Refused, VaultError
from desktop.locks import Lock
from desktop.models import schema
from desktop.models.databasefile import PLAIN_HEADER, check_beginning, check_header, come_in, remove_database
from desktop.models.keyed import ASIDE_CACHE_KIB, READ_CACHE_KIB, DriverError, keyed, reader, writer
from desktop.models.lanes import Lane, Tx, known
from desktop.models.snapshot import Frozen, emptied, freeze, thaw
from desktop.models.tables_office import vault
from desktop.paths import PRIVATE_FILE, sync_folder

__all__ = ["PLAIN_HEADER", "Database", "Migrate", "Tx", "copy_database"]

T = TypeVar("T")
Migrate = Callable[[Connection], None]
"""Brings an older schema to today's inside the open transaction (`models/migrate.py`)."""

APPLICATION_ID = 0x5365616C
"""Seal, in ASCII."""
_COPY_SETTINGS = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA temp_store = MEMORY")
"""For a file that is thrown away unless it is whole."""
COPY_PAGES = 1024


class Database:
    """Three lanes over one encrypted file, and one that holds it still for a backup.

    Every method may be called from any thread.
    """

    def __init__(self, path: Path, key32: bytes, salt16: bytes, presence: Lock | None = None) -> None:
        """Use `create` or `open`; this opens the lanes on a file that was checked.

        `presence` is let go at the end: while it is held nobody changes the vault key.
        """
        self.path = path
        self._closed = False
        self._presence = presence
        made: list[Lane] = []
        try:
            for name, begin, opened in (
                ("write", "BEGIN IMMEDIATE", lambda: writer(path, key32, salt16)),
                ("read", "BEGIN", lambda: reader(path, key32, salt16, READ_CACHE_KIB)),
                ("aside", "BEGIN", lambda: reader(path, key32, salt16, ASIDE_CACHE_KIB)),
                ("still", "BEGIN", lambda: reader(path, key32, salt16, ASIDE_CACHE_KIB)),
            ):
                made.append(Lane(f"database-{name}", begin, opened, writing=name == "write"))
        except BaseException:  # lanes that were opened are closed; then it goes on up
            for lane in made:
                lane.close(_nothing)
            raise
        self._writing, self._reading, self._aside, self._still = made
        self._freezing = threading.Lock()
        self._held = contextlib.ExitStack()

    @classmethod
    def create(cls, path: Path, key32: bytes, salt16: bytes, vault_id: bytes, epoch: int) -> Database:
        """Make a new database; FileExistsError if there is a file, which is never overwritten.

        A file that could not be finished (full disk) is removed again.
        """
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))
        try:
            database = cls._present(path, key32, salt16)
            try:
                database._writing.submit_bare(_mark_as_ours).result()
                database.write(lambda tx: _build(tx, vault_id, epoch))
                check_beginning(database._bytes(), salt16)
            except BaseException:  # nothing keeps the file open that is removed below
                database.close()
                raise
        except BaseException:  # an interruption too leaves no half database; then it goes on up
            remove_database(path)
            raise
        sync_folder(path.parent)
        return database

    @classmethod
    def open(
        cls,
        path: Path,
        key32: bytes,
        salt16: bytes,
        vault_id: bytes,
        epoch: int,
        migrate: Migrate | None = None,
    ) -> Database:
        """Open after every check, or raise a VaultError that names what is wrong.

        `database-missing`, `database-plain` (not encrypted), `database-not-ours` (another
        vault's), `database-damaged`, `database-newer` (made by a newer program),
        `database-older` (needs a migration and none was handed in), `database-busy` (another
        program writes, or is just changing the vault key).
        """
        database = cls._present(path, key32, salt16, check_header)
        try:
            found = database.read(lambda tx: _check_ours(tx, vault_id, epoch))
            if found != schema.HEAD:
                database._migrate(found, migrate)
        except BaseException:  # what is not ours, or too new, is not kept open
            database.close()
            raise
        return database

    @classmethod
    def _present(
        cls, path: Path, key32: bytes, salt16: bytes, check: Callable[[Path, bytes], None] | None = None
    ) -> Database:
        """The lanes, and the lock that tells others that somebody is here; `check` comes in between."""
        presence = come_in(path)
        try:
            if check is not None:
                check(path, salt16)
            return cls(path, key32, salt16, presence)
        except BaseException:  # nobody is here after all; then it goes on up
            presence.release()
            raise

    @property
    def closed(self) -> bool:
        return self._closed

    def write(self, work: Callable[[Tx], T]) -> T:
        """Do `work` in one `BEGIN IMMEDIATE` transaction and wait; an exception undoes it."""
        return self.submit_write(work).result()

    def submit_write(self, work: Callable[[Tx], T]) -> Future[T]:
        """As `write`, without waiting."""
        self._outside_lanes()
        return self._writing.submit(work)

    def rehearse(self, work: Callable[[Tx], T]) -> T:
        """As `write`, but whatever `work` changed is undone: a dry run."""
        self._outside_lanes()
        return self._writing.submit(work, keep=False).result()

    def read(self, work: Callable[[Tx], T]) -> T:
        """Do `work` on one snapshot; inside `write` it sees that transaction."""
        running = self._current
        return work(running) if running is not None else self._reading.submit(work).result()

    def read_aside(self, work: Callable[[Tx], T]) -> T:
        """As `read`, for what takes long: those who read and write meanwhile do not wait for it.

        `work` should look at `closed` now and then, and end: `close` waits for it.
        """
        self._outside_lanes()
        return self._aside.submit(work).result()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[Frozen]:
        """Hold the file's bytes still while the block lasts; others read and write meanwhile.

        What is written waits in the log beside the file. Nobody in this process may open the file
        with anything but SQLite: closing it would drop SQLite's locks (sqlite.org/howtocorrupt.html,
        2.2); another process reads it. Raises VaultError("database-busy") where the log could not be
        emptied for half a minute, or where a freeze lasts already, Refused("locked") where the
        database is closed, now or before the end of the block: then what was read counts for nothing.
        """
        self._outside_lanes()
        if not self._freezing.acquire(blocking=False):
            raise VaultError("database-busy")
        try:
            yield freeze(self.path, self._writing, self._still)
            self._still.submit_bare(thaw).result()
        except BaseException:  # the log grows no longer than it must; then it goes on up
            self._let_go()
            raise
        finally:
            self._freezing.release()

    def _let_go(self) -> None:
        with contextlib.suppress(Refused):  # closing the database has ended it
            self._still.submit_bare(thaw).result()

    def integrity(self) -> None:
        """Check every page; raises VaultError("database-damaged"). Takes seconds on big files.

        The log is folded in first: where that broke off halfway, the log still holds whole what is
        torn in the file.
        """
        self._outside_lanes()
        self._writing.submit_bare(_checkpoint).result()
        if self._reading.submit_bare(_problems).result():
            raise VaultError("database-damaged")

    def close(self) -> None:
        """Finish what runs, fold the log into the file, forget the key."""
        self._closed = True
        try:
            self._still.close(thaw)
            self._aside.close(_nothing)
            self._reading.close(_nothing)
            self._writing.close(emptied)
        finally:
            self._held.close()
            if self._presence is not None:
                self._presence.release()

    @property
    def _current(self) -> Tx | None:
        return self._writing.current or self._reading.current or self._aside.current or self._still.current

    def _outside_lanes(self) -> None:
        if self._current is not None:
            raise RuntimeError("a transaction cannot start another one: pass its tx on")

    def _migrate(self, found: str, migrate: Migrate | None) -> None:
        if migrate is None:
            raise VaultError("database-older", revision=found)
        step = migrate
        self._writing.submit_bare(_checkpoint).result()
        self.write(lambda tx: _copy_and_migrate(tx, self.path, self._bytes(), step))

    def _bytes(self) -> BinaryIO:
        """The file, open until the database closes: closing it would drop SQLite's locks before that
        (sqlite.org/howtocorrupt.html, 2.2).
        """
        file = self.path.open("rb")
        self._held.callback(file.close)
        return file


def _check_ours(tx: Tx, vault_id: bytes, epoch: int) -> str:
    """The revision of a database that is this vault's and not newer than the program."""
    if tx.connection.exec_driver_sql("PRAGMA application_id").scalar_one() != APPLICATION_ID:
        raise VaultError("database-not-ours")
    mark = tx.connection.execute(select(vault.c.vault_id, vault.c.epoch)).one_or_none()
    if mark is None or (mark.vault_id, mark.epoch) != (vault_id, epoch):
        raise VaultError("database-not-ours")
    found = schema.revision(tx.connection)
    if found not in schema.REVISIONS:
        raise VaultError("database-newer", revision=found)
    return found


def _mark_as_ours(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.commit()


def _build(tx: Tx, vault_id: bytes, epoch: int) -> None:
    schema.build(tx.connection)
    tx.connection.execute(insert(vault).values(id=1, vault_id=vault_id, epoch=epoch))


def _copy_and_migrate(tx: Tx, path: Path, source: BinaryIO, migrate: Migrate) -> None:
    """Copy the encrypted file while nobody can write, then migrate in the same transaction."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise VaultError("database-busy")
    found = schema.revision(tx.connection)
    if found == schema.HEAD:
        return
    copy = path.with_name(f"{path.name}.before-{schema.HEAD}")
    with open(copy, "wb", opener=_private) as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    sync_folder(path.parent)
    migrate(tx.connection)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, PRIVATE_FILE)


def _problems(connection: Connection) -> list[str]:
    """Pages whose seal is broken, then what SQLite itself finds."""
    broken = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check")] if not broken else []
    connection.rollback()
    return broken or [line for line in found if line != "ok"]


def _checkpoint(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.rollback()


def _nothing(_connection: Connection) -> None:
    return


def copy_database(
    path: Path,
    keys: tuple[bytes, bytes],
    target: Path,
    target_keys: tuple[bytes, bytes],
    step: Callable[[int, int], None],
) -> None:
    """Write `target`, a new file, page by page under other keys; the caller holds the vault lock alone.

    The copy is the same database to the last row id (FTS5 without content cannot be copied by
    rows). Durable only after the caller's fsync. `step` gets pages done and pages in all, and
    stops the copying by raising. Raises VaultError("practice-in-use") if another program has the
    file open although it does not hold the lock, "database-damaged" for one page with a broken
    seal, and what writing raises.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))
    try:
        with contextlib.closing(keyed(path, *keys)) as source:
            if source.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
                raise VaultError("practice-in-use")
            # The copying itself would take a page with a broken seal for an empty one.
            if source.execute("PRAGMA cipher_integrity_check").fetchone() is not None:
                raise VaultError("database-damaged")
            with contextlib.closing(keyed(target, *target_keys, settings=_COPY_SETTINGS)) as made:
                source.backup(
                    made, pages=COPY_PAGES, progress=lambda _, left, pages: step(pages - left, pages)
                )
    except DriverError as error:
        situation = known(error, writing=True) or _copy_trouble(str(error))
        if situation is None:
            raise
        busy = situation.code == "database-busy"
        raise (VaultError("practice-in-use") if busy else situation) from error


def _copy_trouble(text: str) -> VaultError | None:
    """The driver's copying tells its reason by SQLite's fixed words alone (sqlite3_errstr)."""
    if text == "database or disk is full":
        return VaultError("disk-full")
    return VaultError("database-unwritable") if text == "disk I/O error" else None

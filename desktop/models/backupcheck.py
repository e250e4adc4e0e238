"""Whether a database that came out of a backup is the one that went in, to the last page and row."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from desktop.errors import VaultError
from desktop.models import audit, schema
from desktop.models.databasefile import check_header
from desktop.models.keyed import ASIDE_CACHE_KIB, connected
from desktop.models.lanes import Tx, known
from desktop.models.pages import digest_of
from desktop.models.rekey import DatabaseKeys
from desktop.models.snapshot import row_counts


class Expected(Protocol):
    """What was true when the backup was made; `SealedHeader` is one."""

    @property
    def revision(self) -> str: ...
    @property
    def records(self) -> int: ...
    @property
    def head_hash(self) -> str: ...
    @property
    def pages(self) -> int: ...
    @property
    def page_bytes(self) -> int: ...
    @property
    def digest(self) -> str: ...
    @property
    def counts(self) -> Mapping[str, int]: ...


def check_copy(path: Path, keys: DatabaseKeys, expected: Expected) -> None:
    """Every page's seal, SQLite's own checks, schema, rows of each table, the audit log's head.

    `path` is a file that nobody has open and nobody writes to. Raises VaultError
    "backup-damaged" where it is not what was put in, "database-damaged" where what was put in
    was damaged already, "backup-newer" (made by a newer program), and as `Database.open`.
    """
    if expected.revision not in schema.REVISIONS:
        raise VaultError("backup-newer")
    if path.stat().st_size != expected.pages * expected.page_bytes:
        raise VaultError("backup-damaged")
    if digest_of(path, expected.pages, expected.page_bytes) != expected.digest:
        raise VaultError("backup-damaged")
    check_header(path, keys.salt)
    # SQLite lets go of the interpreter: two of them check side by side.
    with ThreadPoolExecutor(1, thread_name_prefix="backup-check") as aside:
        sound = aside.submit(_check_structure, path, keys)
        try:
            _check_seals(path, keys)
        finally:
            sound.exception()
        sound.result()
    with looking(path, keys) as tx:
        _check_rows(tx, expected)


@contextlib.contextmanager
def looking(path: Path, keys: DatabaseKeys) -> Iterator[Tx]:
    """A transaction over a file that nobody else has open; known troubles come out as VaultError."""
    connection = None
    try:
        connection = connected(path, *keys.pair)
        connection.exec_driver_sql(f"PRAGMA cache_size = -{ASIDE_CACHE_KIB}")
        connection.exec_driver_sql("PRAGMA query_only = ON")
        yield Tx(connection)
    except Exception as error:  # only known situations change their name; a bug stays what it is
        situation = known(error, writing=False)
        if situation is None:
            raise
        raise situation from error
    finally:
        if connection is not None:
            connection.close()


def _check_seals(path: Path, keys: DatabaseKeys) -> None:
    with looking(path, keys) as tx:
        if tx.connection.exec_driver_sql("PRAGMA cipher_integrity_check").all():
            raise VaultError("database-damaged")


def _check_structure(path: Path, keys: DatabaseKeys) -> None:
    with looking(path, keys) as tx:
        if tx.connection.exec_driver_sql("PRAGMA quick_check").scalars().all() != ["ok"]:
            raise VaultError("database-damaged")


def _check_rows(tx: Tx, expected: Expected) -> None:
    found = schema.revision(tx.connection)
    head = audit.last(tx)
    last = (head.seq, head.hash) if head is not None else (0, "")
    if found != expected.revision or last != (expected.records, expected.head_hash):
        raise VaultError("backup-damaged")
    if row_counts(tx) != dict(expected.counts):
        raise VaultError("backup-damaged")

"""Connections to an encrypted database: the only file that knows the SQLCipher driver.

No object here keeps the key: SQLCipher holds it until the connection is closed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from desktop.errors import VaultError
from desktop.models.lanes import known

DriverError: type[Exception] = driver.Error
"""What the driver raises outside SQLAlchemy."""

READ_CACHE_KIB = 96 * 1024
"""Holds a practice of ordinary size whole: a scan that misses the cache is 6 times slower.
An upper bound, chosen so that 100,000 people stay within 300 MiB; unused room costs nothing."""
ASIDE_CACHE_KIB = 8 * 1024
"""What reads everything once gains nothing from more."""
WRITE_CACHE_KIB = 24 * 1024
"""Holds the indexes by which the people of a large import are found while the order of names is kept:
with 8 MiB they are deciphered again and again. More makes an import hardly faster, only bigger."""
LOG_BYTES = 16 * 1024 * 1024
"""The write-ahead log is cut back to this after a big import."""
BUSY_MS = 5_000
COMPILED = 1_500
"""Statements kept compiled, for all lanes together: the program has about a thousand."""

_handed = threading.local()
"""The connection that its thread has keyed and hands to the engine."""

_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # REPLACE must meet the insert-only triggers
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA synchronous = FULL",
    f"PRAGMA busy_timeout = {BUSY_MS}",
    f"PRAGMA journal_size_limit = {LOG_BYTES}",
)


def connected(path: Path, key32: bytes, salt16: bytes) -> Connection:
    """A keyed connection for the life of the calling thread's lane; errors hide their values."""
    _handed.raw = keyed(path, key32, salt16)
    return _engine().connect()


@cache
def _engine() -> Engine:
    """One for all files, because it keeps what statements were compiled to: each lane, and each practice
    that is opened after another, would compile them anew. It pools nothing: a connection that is closed
    is gone.
    """
    return create_engine(
        "sqlite://",
        module=driver,
        creator=lambda: vars(_handed).pop("raw"),
        poolclass=NullPool,
        hide_parameters=True,
        query_cache_size=COMPILED,
    )


def writer(path: Path, key32: bytes, salt16: bytes) -> Connection:
    connection = connected(path, key32, salt16)
    connection.exec_driver_sql(f"PRAGMA cache_size = -{WRITE_CACHE_KIB}")
    connection.rollback()
    return connection


def reader(path: Path, key32: bytes, salt16: bytes, cache_kib: int) -> Connection:
    connection = connected(path, key32, salt16)
    connection.exec_driver_sql(f"PRAGMA cache_size = -{cache_kib}")
    connection.exec_driver_sql("PRAGMA query_only = ON")
    connection.rollback()
    return connection


def keyed(path: Path, key32: bytes, salt16: bytes, settings: Sequence[str] | None = None) -> Any:
    """Open and key the file. The key is spelled from bytes only and never logged."""
    if len(key32) != 32 or len(salt16) != 16:
        raise ValueError("a key has 32 bytes and its salt 16")
    raw = None
    try:
        raw = driver.connect(str(path), isolation_level=None)
        raw.execute("PRAGMA cipher_log_level = NONE")  # it writes to standard error otherwise
        raw.execute(f"PRAGMA key = \"x'{key32.hex()}{salt16.hex()}'\"")
        version = raw.execute("PRAGMA cipher_version").fetchone()
        if not version or not version[0]:
            raise VaultError("database-no-cipher")
        raw.enable_load_extension(False)
        for statement in _SETTINGS if settings is None else settings:
            raw.execute(statement)
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if settings is None:
            raw.execute("PRAGMA journal_mode = WAL")
    except BaseException as error:  # the connection is closed; known situations get their name
        if raw is not None:
            raw.close()
        situation = known(error, writing=True)
        if situation is None:
            raise
        raise situation from error
    return raw


def connect_damaged(path: Path, key32: bytes, salt16: bytes, *, immutable: bool, whole: bool = False) -> Any:
    """A connection that only reads and checks nothing, for `models/salvage.py`; the caller closes it.

    `immutable`: SQLite makes and locks nothing beside the file, and takes no notice of its log. A
    file that ends too early is read as far as it goes (`writable_schema`: sqlite.org/pragma.html),
    unless `whole` is asked for. The salt is given, so that the file's first bytes may be anything.
    """
    query = "?mode=ro&immutable=1" if immutable else "?mode=ro"
    raw = driver.connect(path.resolve().as_uri() + query, uri=True, isolation_level=None)
    try:
        raw.execute("PRAGMA cipher_log_level = NONE")
        raw.execute(f"PRAGMA key = \"x'{key32.hex()}{salt16.hex()}'\"")
        raw.enable_load_extension(False)
        for statement in ("query_only = ON", "trusted_schema = OFF", "temp_store = MEMORY"):
            raw.execute(f"PRAGMA {statement}")
        raw.execute(f"PRAGMA writable_schema = {'OFF' if whole else 'ON'}")
    except BaseException:  # nothing is kept open; then it goes on up
        raw.close()
        raise
    return raw

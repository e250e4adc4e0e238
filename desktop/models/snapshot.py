"""Holding the database's file still, so that its raw pages can be read while work goes on.

A reader that begins while the write-ahead log is empty reads the file alone, under SQLite's
"read lock 0"; no checkpoint of any program writes into the file until it ends. So the file's
bytes are one state of the database, and stay it (sqlite.org/walformat.html, 2.3.2; ADR 0019).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.models import audit, schema
from desktop.models.lanes import Lane, Tx
from desktop.models.records import AuditRecord

T = TypeVar("T")

_BUSY_MS = 100
"""Others who write wait no longer than this for an emptying that does not succeed."""
_TRIES = 150
_PAUSE = 0.2


@dataclass(frozen=True)
class Frozen:
    """The file while it is held still: `pages` of `page_bytes`, and the audit log's head in it."""

    path: Path
    pages: int
    page_bytes: int
    records: int
    head_hash: str
    revision: str
    _lane: Lane = field(repr=False)

    def read(self, work: Callable[[Tx], T]) -> T:
        """Do `work` on this very state. Raises Refused("locked") once the database is closed."""
        return self._lane.submit_bare(lambda connection: work(Tx(connection))).result()


def freeze(path: Path, writing: Lane, still: Lane) -> Frozen:
    """Empty the log, begin to read on the lane `still`, and see that the log was empty at that moment.

    Raises VaultError("database-busy") where others read or write without a pause for half a minute.
    """
    log = path.with_name(path.name + "-wal")
    for _ in range(_TRIES):
        if writing.submit_bare(emptied).result():
            pages, page_bytes, head, revision = still.submit_bare(_begin).result()
            if not (log.exists() and log.stat().st_size):
                seq, digest = (head.seq, head.hash) if head is not None else (0, "")
                return Frozen(path, pages, page_bytes, seq, digest, revision, still)
            still.submit_bare(thaw).result()
        time.sleep(_PAUSE)
    raise VaultError("database-busy")


def thaw(connection: Connection) -> None:
    """End the reading; the next checkpoint writes into the file again, and the memory of it is given back."""
    connection.rollback()
    connection.exec_driver_sql("PRAGMA shrink_memory")
    connection.rollback()


def row_counts(tx: Tx) -> dict[str, int]:
    """Rows of every table that keeps rows of its own; those of virtual tables are in others."""
    master = "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
    found = {}
    for name, sql in tx.connection.exec_driver_sql(master).all():
        if sql is None or not sql.upper().startswith("CREATE VIRTUAL"):
            quoted = str(name).replace('"', '""')
            rows = tx.connection.exec_driver_sql(f'SELECT count(*) FROM "{quoted}"').scalar_one()  # noqa: S608
            found[str(name)] = int(rows)
    return found


def emptied(connection: Connection) -> bool:
    """Whether the log could be folded into the file at once; others who read or hold it still prevent it.

    Waiting for them would keep everybody else from writing as long.
    """
    before = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.rollback()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {_BUSY_MS}")
    try:
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(before)}")
        connection.rollback()
    return not busy


def _begin(connection: Connection) -> tuple[int, int, AuditRecord | None, str]:
    connection.exec_driver_sql("BEGIN")
    pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    page_bytes = int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    return pages, page_bytes, audit.last(Tx(connection)), schema.revision(connection)

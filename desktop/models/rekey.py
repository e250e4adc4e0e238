"""The whole database under new keys, in a new file beside the old one (SECURITY.md 5.1.7).

The old file is only read. The new one counts for nothing until it takes the old one's
place, and it does so only when it is whole: every page's seal, SQLite's own checks, the
same schema, as many rows in each table, the same head of the audit log.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any

from sqlalchemy import update

from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.models import audit
from desktop.models.database import Database, Tx, copy_database
from desktop.models.databasefile import remove_database, sidecars
from desktop.models.records import AuditRecord
from desktop.models.tables_office import vault
from desktop.paths import sync_folder

Progress = Callable[[int, int], None]
"""Done and in all, in no unit; stops the work by raising."""

_COPIED, _CHANGED, _VERIFIED = 70, 75, 100
"""Shares of the whole, in per cent."""


@dataclass(frozen=True)
class DatabaseKeys:
    """What opens the database of one epoch."""

    key: bytes = field(repr=False)
    salt: bytes
    epoch: int

    @property
    def pair(self) -> tuple[bytes, bytes]:
        return self.key, self.salt


@dataclass(frozen=True)
class _Facts:
    """What must be the same in both files."""

    schema: tuple[Any, ...]
    rows: dict[str, int]
    head: AuditRecord | None


def rewrite(
    path: Path,
    target: Path,
    old: DatabaseKeys,
    new: DatabaseKeys,
    change: Callable[[Tx], None],
    progress: Progress,
) -> None:
    """Make `target` from the database at `path`; the caller holds the vault lock alone.

    `change` does what else the new epoch needs (the audit log's key, a record of it all), in
    the transaction that writes the epoch. Whatever goes wrong, `path` is as it was; what is
    left of `target` is the caller's to remove. Raises VaultError "practice-in-use", "disk-full",
    "database-unwritable", "database-damaged", and "rotation-not-verified" where the copy is not equal.
    """
    remove_database(target)
    with contextlib.closing(Database(path, *old.pair)) as source:
        wanted = source.read(_facts)
    copy_database(
        path, old.pair, target, new.pair, lambda done, pages: progress(_COPIED * done // max(pages, 1), 100)
    )
    with contextlib.closing(Database(target, *new.pair)) as made:
        if made.read(_facts) != wanted:
            raise VaultError("rotation-not-verified")
        made.write(lambda tx: _begin_epoch(tx, old.epoch, new.epoch, change))
    progress(_CHANGED, 100)
    _verify(target, new, wanted.head)
    _make_durable(target)
    progress(_VERIFIED, 100)


def put_in_place(target: Path, path: Path) -> None:
    """The one step that counts: from here on the database is that of the new epoch.

    Raises VaultError("practice-in-use") where SQLite's files lie beside either of the two: the
    old file's log would be read into the new database.
    """
    if any(file.exists() for file in (*sidecars(path), *sidecars(target))):
        raise VaultError("practice-in-use")
    os.replace(target, path)


def _begin_epoch(tx: Tx, old: int, new: int, change: Callable[[Tx], None]) -> None:
    marked = tx.connection.execute(update(vault).where(vault.c.epoch == old).values(epoch=new))
    if marked.rowcount != 1:
        raise VaultError("rotation-not-verified")
    change(tx)


def _verify(target: Path, new: DatabaseKeys, head: AuditRecord | None) -> None:
    """Read all of it back from the disk, with connections that have seen none of it."""
    with contextlib.closing(Database(target, *new.pair)) as made:
        made.integrity()
        sound, kept = made.read(lambda tx: (_is_sound(tx), _still_there(tx, head)))
        if not (sound and kept):
            raise VaultError("rotation-not-verified")


def _is_sound(tx: Tx) -> bool:
    found = tx.connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    broken = tx.connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return found == ["ok"] and not broken


def _still_there(tx: Tx, head: AuditRecord | None) -> bool:
    """Whether the log goes on from where it was: its last record of before is in it."""
    return head is None or next(audit.records(tx, head.seq - 1, 1), None) == head


def _facts(tx: Tx) -> _Facts:
    master = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    schema = tuple(tuple(row) for row in tx.connection.exec_driver_sql(master))
    # Virtual tables keep their rows in ordinary ones, which are counted.
    tables = [name for kind, name, _, sql in schema if kind == "table" and not _is_virtual(sql)]
    rows = {name: _count(tx, name) for name in tables}
    return _Facts((_application(tx), *schema), rows, audit.last(tx))


def _is_virtual(sql: str | None) -> bool:
    return sql is not None and sql.upper().startswith("CREATE VIRTUAL")


def _application(tx: Tx) -> int:
    return int(tx.connection.exec_driver_sql("PRAGMA application_id").scalar_one())


def _count(tx: Tx, table: str) -> int:
    name = table.replace('"', '""')
    return int(tx.connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one())  # noqa: S608


def _make_durable(target: Path) -> None:
    with target.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(target.parent)

"""What can be said and done about a database's file without its key."""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

from desktop.errors import VaultError
from desktop.locks import Lock, shared
from desktop.models.lanes import known
from desktop.paths import VAULT_LOCK

PLAIN_HEADER = b"SQLite format 3\x00"
_TRIES = 20
_PAUSE = 0.25


def check_header(path: Path, salt16: bytes) -> None:
    """What the first 16 bytes say without a key; never while this process has the database open."""
    try:
        with path.open("rb") as file:
            check_beginning(file, salt16)
    except FileNotFoundError as error:
        raise VaultError("database-missing") from error


def check_beginning(file: BinaryIO, salt16: bytes) -> None:
    header = file.read(16)
    if header == PLAIN_HEADER:
        raise VaultError("database-plain")
    if len(header) < 16:
        raise VaultError("database-damaged")
    if header != salt16:
        raise VaultError("database-not-ours")


def come_in(path: Path) -> Lock:
    """Tell others that somebody has the database at `path` open, until the lock is released.

    Waits five seconds, then raises VaultError("database-busy") while the vault key is being changed.
    """
    lock = path.with_name(VAULT_LOCK)
    try:
        for _ in range(_TRIES):
            presence = shared(lock)
            if presence is not None:
                return presence
            time.sleep(_PAUSE)
    except FileNotFoundError as error:
        raise VaultError("database-missing") from error  # not even a folder
    except OSError as error:
        raise known(error, writing=True) or VaultError("database-unwritable") from error
    raise VaultError("database-busy")


def sidecars(path: Path) -> tuple[Path, ...]:
    """Files that SQLite keeps beside a database while it is open, or after a crash."""
    return tuple(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal"))


def remove_database(path: Path) -> None:
    """The file and what SQLite keeps beside it; nothing there is no error."""
    for file in (path, *sidecars(path)):
        file.unlink(missing_ok=True)

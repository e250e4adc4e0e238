"""Real damage to a practice's files: bytes overwritten in pages, files cut, folders that take nothing."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.models.keyed import DriverError, connect_damaged

PAGE = 4096
Keys = tuple[bytes, bytes]


def overwrite(path: Path, *pages: int) -> None:
    """Bytes in the middle of each page, so that its seal is broken."""
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE + 2_000)
            file.write(os.urandom(64))


def asked(path: Path, keys: Keys, query: str) -> list[tuple[object, ...]] | None:
    """None where it cannot be read."""
    raw = connect_damaged(path, *keys, immutable=True)
    try:
        return [tuple(row) for row in raw.execute(query)]
    except DriverError:
        return None
    finally:
        raw.close()


def root_page(path: Path, keys: Keys, name: str) -> int:
    """The first page of a table or an index."""
    found = asked(path, keys, f"SELECT rootpage FROM sqlite_master WHERE name = '{name}'")
    if not found:
        raise LookupError(name)
    return int(str(found[0][0]))


def leaf_page(path: Path, keys: Keys, table: str) -> int:
    """A page with rows of `table` without which other rows of it can still be read."""
    whole = path.read_bytes()
    count = len(asked(path, keys, f"SELECT rowid FROM {table} NOT INDEXED") or ())
    first, last = f"SELECT * FROM {table} NOT INDEXED WHERE rowid = 1", f"SELECT * FROM {table} NOT INDEXED"
    last = f"{last} WHERE rowid = {count}"
    try:
        for page in range(len(whole) // PAGE, 1, -1):
            overwrite(path, page)
            ends = (asked(path, keys, first), asked(path, keys, last))
            middle = asked(path, keys, f"SELECT * FROM {table} NOT INDEXED ORDER BY rowid")
            path.write_bytes(whole)
            if all(ends) and middle is None:
                return page
    finally:
        path.write_bytes(whole)
    raise LookupError(table)

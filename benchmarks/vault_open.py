"""Opening the practice's database, the key being derived already.

Ours is `Database.open` to its end: the header, two lanes (a thread and a keyed connection
each), vault id, schema version. The anchor is plain `sqlite3.connect` on a file with the
same people, and one query. The second line is the least that a keyed database costs: the
driver's two connections, keyed by hand, and one query each.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol

import sqlcipher3.dbapi2 as driver

from benchmarks._measure import Table, scratch
from benchmarks._people import Key, as_csv, create, new_key, reopen, rows, take_in

PEOPLE = 10_000
ROUNDS = 15
TIMES = 20


class Closable(Protocol):
    def close(self) -> None: ...


def main() -> int:
    table = Table(
        f"vault_open: the database of {PEOPLE:,} people, {ROUNDS} rounds of {TIMES}",
        "sqlite3.connect on a plain file with the same people, and one query",
    )
    with scratch() as folder:
        path, plain = folder / "practice.db", folder / "plain.db"
        key = new_key()
        with closing(create(path, key)) as database:
            take_in(database, as_csv(rows(PEOPLE)))
        _plain(plain)

        steps: list[Callable[[], Closable]] = [
            lambda: reopen(path, key),
            lambda: _keyed(path, key),
            lambda: _plainly(plain),
        ]
        times: list[list[float]] = [[] for _ in steps]
        for number in range(ROUNDS + 1):
            for step, taken in zip(steps, times, strict=True):
                seconds = _mean(step)
                if number:  # the first round loads what loads once
                    taken.append(seconds * 1000)
    ours, keyed, anchor = times
    table.line("Database.open", ours, anchor, unit="ms")
    table.line("two keyed connections, bare", keyed, anchor, unit="ms")
    return table.end()


def _mean(step: Callable[[], Closable]) -> float:
    """Seconds of one opening; closing again is not counted."""
    total = 0.0
    for _ in range(TIMES):
        began = time.perf_counter()
        opened = step()
        total += time.perf_counter() - began
        opened.close()
    return total / TIMES


def _plainly(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("SELECT id, epoch FROM vault").fetchone()
    return connection


def _keyed(path: Path, key: Key) -> ExitStack:
    both = ExitStack()
    for _ in range(2):
        connection = both.enter_context(closing(driver.connect(str(path))))
        connection.execute(f"PRAGMA key = \"x'{key.key.hex()}{key.salt.hex()}'\"")
        connection.execute("SELECT id, epoch FROM vault").fetchone()
    return both


def _plain(path: Path) -> None:
    """A file of the same size and shape, as plain SQLite keeps it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE vault (id INTEGER PRIMARY KEY, vault_id BLOB, epoch INTEGER)")
        connection.execute("INSERT INTO vault VALUES (1, randomblob(16), 1)")
        connection.execute(
            "CREATE TABLE person (id, mrn, first_name, last_name, email, birth_date, phone, language)"
        )
        connection.executemany(
            "INSERT INTO person VALUES (lower(hex(randomblob(16))),?,?,?,?,?,?,?)", rows(PEOPLE)
        )
        for column in ("id", "mrn", "last_name", "email"):
            connection.execute(f"CREATE INDEX person_by_{column} ON person ({column})")


if __name__ == "__main__":
    sys.exit(main())

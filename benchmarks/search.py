"""Searching 100,000 people as one types, on the read lane, with a million events in the database.

Ours is `people.search`: the index, then the fifty people of the first page as values, in
one transaction of the reading lane. The anchor is the same full-text query for the ids of
the same hits, on plain SQLite (the same engine without a key, because an older one cannot
read this index) with the same rows.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from benchmarks._measure import Table, Target, percentile, scratch
from benchmarks._people import EVERYBODY, FIRST, LAST, Key, create, new_key, rows
from benchmarks._segments import fill
from desktop.models import people
from desktop.models.database import Database
from desktop.models.search import expression

ROUNDS = 5
EACH = 60
PAGE = 50
_HITS = (
    "SELECT e.person FROM person_search f JOIN search_entry e ON e.rank = f.rowid "
    "WHERE person_search MATCH ? ORDER BY f.rowid LIMIT ?"
)


def queries(pick: random.Random, invented: list[tuple[str, ...]]) -> dict[str, list[str]]:
    """What people type, by kind."""

    def some(make: Callable[[tuple[str, ...]], str]) -> list[str]:
        return [make(pick.choice(invented)) for _ in range(EACH)]

    return {
        "one letter": [pick.choice("abcdefghijklmnoprstvwyz") for _ in range(EACH)],
        "two letters": [pick.choice(FIRST + LAST)[:2] for _ in range(EACH)],
        "three letters": [pick.choice(FIRST + LAST)[:3].lower() for _ in range(EACH)],
        "last name": some(lambda row: row[2]),
        "first and last name": some(lambda row: f"{row[1]} {row[2]}"),
        "with or without accents": [
            pick.choice(("Martinez", "Gómez", "sofia", "íñigo", "Ibanez", "SØREN", "Muller"))
            for _ in range(EACH)
        ],
        "initial and last name": some(lambda row: f"{row[1][0]} {row[2]}"),
        "part of an address": some(lambda row: row[3].split("@")[0]),
        "whole address": some(lambda row: row[3]),
        "number of the practice": some(lambda row: row[0]),
        "end of a telephone": some(lambda row: row[5][-4:]),
        "nobody": ["zzyzx", "qqq", "maria xqzzz"] * (EACH // 3),
    }


def main(everybody: int = EVERYBODY) -> int:
    table = Table(
        f"search: {everybody:,} people, {ROUNDS} rounds of {EACH} searches of each kind, first {PAGE} hits",
        "the same FTS5 query for the same hits, on plain SQLite of the same version",
    )
    invented = rows(everybody)
    asked = queries(random.Random(7), invented)
    with scratch() as folder:
        path, key = folder / "practice.db", new_key()
        with closing(create(path, key)) as database:
            fill(database, everybody)
            plain = _plain_copy(path, folder / "plain.db", key)
            with closing(plain):
                _measure(table, database, plain, asked)
    return table.end()


def _measure(table: Table, database: Database, plain: Any, asked: dict[str, list[str]]) -> None:
    """Both in turns, so that `ours[kind][round]` and `anchor[kind][round]` belong together."""
    ours: dict[str, list[list[float]]] = {kind: [] for kind in asked}
    anchor: dict[str, list[list[float]]] = {kind: [] for kind in asked}
    for _ in range(ROUNDS):
        for kind, texts in asked.items():
            ours[kind].append([_ours(database, text) for text in texts])
            anchor[kind].append([_anchor(plain, text) for text in texts])
    for words, share, target in (("p50", 0.5, None), ("p95", 0.95, Target(15, of="figure"))):
        table.line(f"all, {words}", _whole(ours, share), _whole(anchor, share), unit="ms", target=target)
    for kind in asked:
        mine, other = ([percentile(taken, 0.95) for taken in of[kind]] for of in (ours, anchor))
        table.line(f"  {kind}, p95", mine, other, unit="ms")


def _whole(times: dict[str, list[list[float]]], share: float) -> list[float]:
    """The percentile over all kinds, by rounds."""
    return [
        percentile([one for taken in times.values() for one in taken[number]], share)
        for number in range(ROUNDS)
    ]


def _ours(database: Database, text: str) -> float:
    """Milliseconds of one search; nobody else is using the lane."""
    began = time.perf_counter()
    database.read(lambda tx: people.search(tx, text, PAGE))
    return (time.perf_counter() - began) * 1000


def _anchor(plain: Any, text: str) -> float:
    wanted = expression(text)
    began = time.perf_counter()
    plain.execute(_HITS, (wanted, PAGE)).fetchall()
    return (time.perf_counter() - began) * 1000


def _plain_copy(path: Path, target: Path, key: Key) -> Any:
    """The same database without a key, opened with a cache that holds it."""
    with closing(driver.connect(str(path), isolation_level=None)) as connection:
        connection.execute(f"PRAGMA key = \"x'{key.key.hex()}{key.salt.hex()}'\"")
        connection.execute("ATTACH DATABASE ? AS plain KEY ''", (str(target),))
        connection.execute("SELECT sqlcipher_export('plain')")
        connection.execute("DETACH DATABASE plain")
    plain = driver.connect(str(target), isolation_level=None)
    plain.execute("PRAGMA cache_size = -200000")
    return plain


if __name__ == "__main__":
    sys.exit(main())

"""Importing a list of 100,000 people, from the file's bytes to stored and searchable.

First as offices do it: a file of 100,000 people with twenty fields of the practice's own is read by
the limited worker, its columns are guessed, its values checked, and all of it stored in one
transaction, in a process of its own (`_import_child.py`). The targets are rows per second of the
whole, the worker's start left out as in a wizard, where looking at the file has started it, and the
process's peak memory.

Then the file without own fields, in process. Ours is `parse_people` and `import_people` in one
transaction: decoding, columns, values, addresses, doubles, matching, storing, search index. The
anchor writes the very same final rows with `executemany` into the same tables, indexes and search
table of an equally keyed empty database. Checking addresses is work that the anchor has no part in:
its time over all addresses is shown apart and taken off.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks._measure import Table, Target, scratch, timed
from benchmarks._people import (
    EVERYBODY,
    NOW,
    OWN_FIELDS,
    Key,
    as_csv,
    create,
    new_key,
    reopen,
    rows,
    take_in,
    with_own_fields,
)
from desktop.models.database import Database, Tx
from desktop.people.addresses import check_address
from desktop.people.columns import PEOPLE
from desktop.people.parsing import parse_people
from desktop.people.reading import read_sheet

ROUNDS = 3
MEMORY = 300
"""MiB."""
TABLES = (
    "import_batch",
    "person",
    "external_id",
    "mailbox",
    "person_mailbox",
    "consent_entry",
    "search_entry",
)
"""Everything that an import fills, parents first."""
_DIGITS = "replace(replace(replace(replace(p.phone, '(', ''), ')', ''), '-', ''), ' ', '')"
_SEARCHABLE = f"""
    SELECT e.rank, p.first_name, p.last_name || ' ' || p.organisation, coalesce(b.address, ''),
        coalesce(x.value, ''), {_DIGITS} || ' ' || substr({_DIGITS}, -10) || ' ' ||
        substr({_DIGITS}, -7) || ' ' || substr({_DIGITS}, -4)
    FROM search_entry e JOIN person p ON p.id = e.person
    LEFT JOIN person_mailbox m ON m.person = p.id AND m.preferred = 1
    LEFT JOIN mailbox b ON b.id = m.mailbox LEFT JOIN external_id x ON x.person = p.id
    ORDER BY e.rank
"""  # noqa: S608 - no values in it
_PUT_SEARCHABLE = (
    "INSERT INTO person_search (rowid, first, last, email, external, phone) VALUES (?,?,?,?,?,?)"
)

Filled = list[tuple[str, list[tuple[Any, ...]]]]


def main(people: int = EVERYBODY) -> int:
    return max(_with_own_fields(people), _plain(people))


def _with_own_fields(people: int) -> int:
    table = Table(
        f"import_people: {people:,} people with {OWN_FIELDS} fields of the practice's own, {ROUNDS} rounds",
        "executemany of the same final rows into the same tables of an equally keyed empty database",
    )
    data = with_own_fields(rows(people))
    ours, anchors, anchors_worked = [], [], []
    for _ in range(ROUNDS):
        with scratch() as folder:
            (folder / "people.csv").write_bytes(data)
            key = new_key()
            ours.append(_child(folder / "people.csv", folder / "ours.db", key, people))
            with closing(reopen(folder / "ours.db", key)) as database:
                final = database.read(_final_rows)
            seconds, processor = _by_hand(folder / "anchor.db", final)
            anchors.append(seconds)
            anchors_worked.append(processor)
    figures = Target(10_000, "figure", at_most=False)
    table.line("import, whole", [one["seconds"] for one in ours], anchors, unit="s")
    table.line("  processor time", [one["processor"] for one in ours], anchors_worked, unit="s")
    table.line("rows a second", [people / one["seconds"] for one in ours], unit="rows/s", target=figures)
    table.line("  of processor time", [people / one["processor"] for one in ours], unit="rows/s")
    table.line(
        "peak memory", [one["peak"] / 1024 for one in ours], unit="MiB", target=Target(MEMORY, "figure")
    )
    table.line("  before the import", [one["before"] / 1024 for one in ours], unit="MiB")
    return table.end()


def _child(file: Path, database: Path, key: Key, people: int) -> dict[str, float]:
    """The import in a process of its own: nothing else stands in its memory."""
    command = [sys.executable, "-m", "benchmarks._import_child", str(file), str(database), key.text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    if found["created"] != people:
        raise RuntimeError(f"{found['created']} of {people} people were stored")
    return found


def _plain(people: int) -> int:
    table = Table(
        f"import_people: {people:,} people from CSV, {ROUNDS} rounds",
        "executemany of the same final rows into the same tables of an equally keyed empty database",
    )
    invented = rows(people)
    data = as_csv(invented)
    parse, whole, addresses, anchor = [], [], [], []
    for _ in range(ROUNDS):
        with scratch() as folder:
            with closing(create(folder / "ours.db", new_key())) as database:
                whole.append(timed(lambda: _import(database, data, people)))
                final = database.read(_final_rows)
            anchor.append(_by_hand(folder / "anchor.db", final)[0])
        parse.append(timed(lambda: parse_people(read_sheet(data, PEOPLE), today=NOW.date(), day_first=False)))
        addresses.append(timed(lambda: [check_address(row[3]) for row in invented]))
    without = [one - checks for one, checks in zip(whole, addresses, strict=True)]
    table.line("import, without address checks", without, anchor, unit="s", target=Target(3))
    table.line("import, whole", whole, anchor, unit="s")
    table.line("  reading the file", parse, anchor, unit="s")
    table.line("  of which address checks", addresses, anchor, unit="s")
    return table.end()


def _import(database: Database, data: bytes, people: int) -> None:
    result = take_in(database, data)
    if (result.created, result.rejected) != (people, ()):
        raise RuntimeError(f"{result.created} of {people} people were stored")


def _final_rows(tx: Tx) -> Filled:
    filled: Filled = []
    for name in TABLES:
        found = tx.driver.execute(f"SELECT * FROM {name}")  # noqa: S608 - names from above
        marks = ",".join("?" * len(found.description))
        filled.append((f"INSERT INTO {name} VALUES ({marks})", found.fetchall()))  # noqa: S608
    filled.append((_PUT_SEARCHABLE, tx.driver.execute(_SEARCHABLE).fetchall()))
    return filled


def _by_hand(path: Path, filled: Sequence[tuple[str, list[tuple[Any, ...]]]]) -> tuple[float, float]:
    """Seconds of writing the rows, by the clock and of processor time; the tables are there already."""

    def store(tx: Tx) -> None:
        for statement, values in filled:
            tx.driver.executemany(statement, values)

    with closing(create(path, new_key())) as database:
        worked = time.process_time()
        return timed(lambda: database.write(store)), time.process_time() - worked


if __name__ == "__main__":
    sys.exit(main())

"""Importing a list of 100,000 people, from the file's bytes to stored and searchable.

First as offices do it: a file of 100,000 people with twenty fields of the practice's own is read by
the limited worker, its columns are guessed, its values checked, and all of it stored in one
transaction. The target is rows per second of the whole, the worker's start left out as in a wizard,
where looking at the file has started it.

Then the file without own fields, in process. Ours is `parse_people` and `import_people` in one
transaction: decoding, columns, values, addresses, doubles, matching, storing, search index. The
anchor writes the very same final rows with `executemany` into the same tables, indexes and search
table of an equally keyed empty database. Checking addresses is work that the anchor has no part in:
its time over all addresses is shown apart and taken off.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks._measure import Table, Target, scratch, timed
from benchmarks._people import (
    EVERYBODY,
    NOW,
    OWN_FIELDS,
    as_csv,
    create,
    new_key,
    own_fields,
    rows,
    store_parsed,
    take_in,
    with_own_fields,
)
from desktop.clock import SystemClock
from desktop.models.database import Database, Tx
from desktop.office.filereading import FileReading
from desktop.people.addresses import check_address
from desktop.people.columns import PEOPLE
from desktop.people.mapping import Mapping, guess
from desktop.people.parsing import parse_people
from desktop.people.reading import read_sheet

ROUNDS = 3
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
    reading = FileReading(SystemClock())
    rates, anchors, whole = [], [], []
    reading.read(data[:2000].rpartition(b"\n")[0], PEOPLE)
    for _ in range(ROUNDS):
        with scratch() as folder:
            with closing(create(folder / "ours.db", new_key())) as database:
                whole.append(timed(lambda: _whole(database, reading, data, people)))
                final = database.read(_final_rows)
            anchors.append(_by_hand(folder / "anchor.db", final))
        rates.append(people / whole[-1])
    reading.close()
    table.line("import, whole", whole, anchors, unit="s")
    table.line("rows a second", rates, unit="rows/s", target=Target(10_000, "figure", at_most=False))
    return table.end()


def _whole(database: Database, reading: FileReading, data: bytes, people: int) -> None:
    fields = own_fields()
    sheet = reading.read(data, PEOPLE)
    mapping = Mapping({one.position: one.field for one in guess(sheet, PEOPLE, fields) if one.field})
    result = store_parsed(database, parse_people(sheet, mapping, today=NOW.date(), fields=fields))
    if (result.created, result.rejected) != (people, ()):
        raise RuntimeError(f"{result.created} of {people} people were stored")


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
            anchor.append(_by_hand(folder / "anchor.db", final))
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


def _by_hand(path: Path, filled: Sequence[tuple[str, list[tuple[Any, ...]]]]) -> float:
    """Seconds of writing the rows; the tables are there already."""

    def store(tx: Tx) -> None:
        for statement, values in filled:
            tx.driver.executemany(statement, values)

    with closing(create(path, new_key())) as database:
        return timed(lambda: database.write(store))


if __name__ == "__main__":
    sys.exit(main())

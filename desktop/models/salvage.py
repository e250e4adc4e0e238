"""Rows of a damaged database: everything that can be read, and a count of what cannot.

SQLCipher seals each page. Once a connection has met a page with a broken seal it refuses every page
that it does not hold yet (measured with SQLCipher 4), so that each failure costs a new connection. A
table is therefore read from both ends, and what lies between two failures is halved until single
rows are left. No index decides what is read, so that a damaged one loses nothing.
"""

from __future__ import annotations

import contextlib
import heapq
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Column, Table

from desktop.errors import VaultError
from desktop.models.keyed import DriverError, connect_damaged, keyed
from desktop.models.lanes import sqlite_code

Values = tuple[Any, ...]
Keep = Callable[[Values], bool]

_FIRST, _LAST = 1, 2**63 - 1
_TRIES = 2_000
"""Failures that one table may cost (a few milliseconds each) before what is left counts as lost."""
_FARTHEST = 40
_BUSY = frozenset({5, 6})
_ANYTHING = "PRAGMA schema_version"
_PAGE = re.compile(r"page (\d+)")


@dataclass(frozen=True)
class Found:
    """Rows of one table, as tuples of the columns that were asked for.

    `lost` is how many rows could not be read: counted where an index still tells, else at most so
    many, and at least one where nothing tells; 0 only where all were read.
    """

    rows: tuple[Values, ...]
    lost: int
    read: int = 0
    """How many rows of the table were read, wanted or not."""


@dataclass
class _Reading:
    """One table while it is read: its rows by key, and how many failures it may still cost."""

    table: Table
    columns: tuple[Column[Any], ...]
    key: str
    rows: dict[Values, Values] = field(default_factory=dict)
    tries: int = _TRIES


@dataclass(frozen=True)
class _Read:
    """How far one reading came: the key of its last row, and whether it came to its end."""

    at: Values | None
    whole: bool

    def reached(self, before: int) -> int:
        """The number of its last row; `before` where it read none."""
        return before if self.at is None else int(self.at[0])


class Salvage:
    """Reads the file at `path` and writes nothing. Use as a context manager."""

    def __init__(self, path: Path, key32: bytes, salt16: bytes, *, immutable: bool = True) -> None:
        """`immutable` where nobody has it open: then SQLite touches nothing beside the file."""
        self._path = path
        self._keys = (key32, salt16)
        self._immutable = immutable
        self._raw: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()
        self._keys = (b"", b"")

    # --- what is broken ----------------------------------------------------------------

    def readable(self) -> bool:
        """Whether its first page can be read, with this key: without it nothing can."""
        return self._asked(_ANYTHING) is not None

    def is_cut(self) -> bool:
        """Whether the file ends before its last page."""
        return self.readable() and self._asked(_ANYTHING, whole=True) is None

    def broken_pages(self) -> tuple[int, ...]:
        """Pages whose seal is broken or that are not all there; () where the file cannot be asked."""
        found = self._asked("PRAGMA cipher_integrity_check") or []
        numbers = (_PAGE.search(str(line)) for (line,) in found)
        return tuple(int(number[1]) for number in numbers if number)

    # --- rows --------------------------------------------------------------------------

    def rows(self, *columns: Column[Any], keep: Keep | None = None) -> Found:
        """These columns of one table's rows, only those that `keep` wants; by key.

        A table that stands in a damaged part of the list of tables, or has another shape, is lost.
        """
        table = columns[0].table
        if not isinstance(table, Table):
            raise TypeError("columns of one table are read")
        by_key = table.dialect_options["sqlite"]["with_rowid"] is False
        key = _names(table.primary_key) if by_key else "rowid"
        reading = _Reading(table, columns, key)
        if self._asked(f'SELECT {_names(columns)} FROM "{table.name}" WHERE 0') is None:  # noqa: S608
            return Found((), 1)
        lost = self._both_ends(reading) if by_key else self._ranges(reading)
        if lost:
            lost = self._missing(reading, lost)
        values = (reading.rows[at] for at in sorted(reading.rows))
        wanted = tuple(row for row in values if keep is None or keep(row))
        return Found(wanted, lost, len(reading.rows))

    def _both_ends(self, reading: _Reading) -> int:
        """A table that is its own index has no numbers to halve: what two failures enclose is lost."""
        return int(not self._read(reading, "", "ASC").whole and not self._read(reading, "", "DESC").whole)

    def _ranges(self, reading: _Reading) -> int:
        """How many numbers of rows could not be looked at."""
        up = self._between(reading, _FIRST, _LAST, "ASC")
        if up.whole:
            return 0
        last = up.reached(_FIRST - 1)
        down = self._between(reading, last + 1, _LAST, "DESC")
        if down.whole:
            return 0
        if down.at is not None:
            return self._halved(reading, last + 1, down.reached(_LAST) - 1)
        return max(1, self._halved(reading, last + 1, self._top(reading, last)))

    def _halved(self, reading: _Reading, first: int, last: int) -> int:
        """Read what can be read of this range, the largest part that is left at a time."""
        left, lost = [(first - last, first, last)] if first <= last else [], 0
        while left:
            _, low, high = heapq.heappop(left)
            if reading.tries <= 0 or low == high:
                alone = reading.tries > 0 and self._between(reading, low, high, "ASC").whole
                lost += 0 if alone else high - low + 1
                continue
            middle = (low + high) // 2
            up = self._between(reading, low, middle, "ASC")
            down = self._between(reading, middle + 1, high, "DESC")
            parts = [] if up.whole else [(up.reached(low - 1) + 1, middle)]
            parts += [] if down.whole else [(middle + 1, down.reached(high + 1) - 1)]
            for start, end in parts:
                if start <= end:
                    heapq.heappush(left, (start - end, start, end))
        return lost

    def _top(self, reading: _Reading, last: int) -> int:
        """The last row's number where the end of the table cannot be read: by an index, or by trying."""
        for index in self._indexes(reading.table):
            told = self._asked(f'SELECT max(rowid) FROM "{reading.table.name}" INDEXED BY "{index}"')  # noqa: S608
            if told and isinstance(told[0][0], int):
                return max(told[0][0], last)
        for power in range(_FARTHEST, -1, -1):
            at = last + 2**power
            query = f'SELECT rowid FROM "{reading.table.name}" NOT INDEXED WHERE rowid >= {at} LIMIT 1'  # noqa: S608
            told = self._asked(query)
            if told:
                return int(told[0][0])
        return last

    def _missing(self, reading: _Reading, lost: int) -> int:
        """An index that is whole knows how many rows there are."""
        for index in self._indexes(reading.table):
            told = self._asked(f'SELECT count(*) FROM "{reading.table.name}" INDEXED BY "{index}"')  # noqa: S608
            if told:
                return max(0, int(told[0][0]) - len(reading.rows))
        return lost

    def _indexes(self, table: Table) -> list[str]:
        """Those that hold every row, and are not the table itself."""
        told = self._asked(f'PRAGMA index_list("{table.name}")') or []
        apart = table.dialect_options["sqlite"]["with_rowid"]
        return [
            str(name) for _, name, _, origin, partial in told if not partial and (apart or origin != "pk")
        ]

    def _between(self, reading: _Reading, first: int, last: int, order: str) -> _Read:
        return self._read(reading, f"WHERE rowid BETWEEN {first} AND {last}", order)

    def _read(self, reading: _Reading, where: str, order: str) -> _Read:
        """Rows up to the first failure."""
        table, at = reading.table, None
        keys = reading.key.split(", ")
        hint = "NOT INDEXED" if keys == ["rowid"] else ""
        by = ", ".join(f"{one} {order}" for one in keys)
        query = (
            f'SELECT {reading.key}, {_names(reading.columns)} FROM "{table.name}" {hint}'  # noqa: S608
            f" {where} ORDER BY {by}"
        )
        try:
            for row in self._connection().execute(query):
                at = tuple(row[: len(keys)])
                reading.rows[at] = _decoded(reading.columns, row[len(keys) :])
        except DriverError as error:
            self._failed(error)
            reading.tries -= 1
            return _Read(at, whole=False)
        return _Read(at, whole=True)

    # --- connections -------------------------------------------------------------------

    def _connection(self) -> Any:
        if self._raw is None:
            self._raw = connect_damaged(self._path, *self._keys, immutable=self._immutable)
        return self._raw

    def _asked(self, query: str, *, whole: bool = False) -> list[Values] | None:
        """The whole answer on a connection of its own; None where it cannot be read."""
        with contextlib.ExitStack() as ends:
            try:
                raw = connect_damaged(self._path, *self._keys, immutable=self._immutable, whole=whole)
                ends.callback(raw.close)
                return [tuple(row) for row in raw.execute(query)]
            except DriverError as error:
                self._failed(error)
        return None

    def _failed(self, error: Exception) -> None:
        """This connection gives nothing any more."""
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()
        if sqlite_code(error) & 0xFF in _BUSY:
            raise VaultError("database-busy") from error


def fold_log(path: Path, key32: bytes, salt16: bytes) -> bool:
    """Fold the log beside a copy into it; False where that fails: then they are read together.

    Only for a copy: it writes. A log that is torn counts up to the tear (sqlite.org/walformat.html).
    """
    try:
        with contextlib.closing(keyed(path, key32, salt16, settings=())) as raw:
            return bool(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    except (DriverError, VaultError):
        return False


def _names(columns: Iterable[Column[Any]]) -> str:
    """With their table: SQLite takes a quoted name that it does not know for a text."""
    return ", ".join(f'"{column.table}"."{column.name}"' for column in columns)


def _decoded(columns: tuple[Column[Any], ...], row: Values) -> Values:
    return tuple(_value(column, value) for column, value in zip(columns, row, strict=True))


def _value(column: Column[Any], value: Any) -> Any:
    convert = getattr(column.type, "process_result_value", None)
    return value if convert is None else convert(value, None)

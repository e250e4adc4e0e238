"""Tables as practices export them: comma, semicolon or tab, columns by their usual names.

Line numbers are physical lines of the file, from 1, where a record starts. A row that
cannot be read alone is rejected alone; what makes the rows after it doubtful (a quote
that never closes) refuses the file, so that no row is swallowed unseen.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar

from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.models.records import Reason
from desktop.people.decoding import decode
from desktop.texts import clean

DELIMITERS = (",", ";", "\t")
_SAMPLE_ROWS = 20
_TITLE_ROWS = 30
"""Among which the header of a report is looked for."""
_SHOWN_COLUMNS = 20

_T = TypeVar("_T")

Aliases = Mapping[str, tuple[str, ...]]
"""Our column name → the usual names of it, the best first, as `folded` writes them."""


@dataclass(frozen=True)
class Rejected:
    """One row that was left out, and why."""

    line: int
    reason: Reason


class RowError(Exception):
    """Ends the reading of one row; caught where the row's line is known."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def sound(value: _T | Reason) -> _T:
    """The value itself, or `RowError` where a reader gave a reason instead."""
    if isinstance(value, Reason):
        raise RowError(value)
    return value


class Layout(Protocol):
    """What `Table.rows` asks of a report's layout (`layout.py`)."""

    def skips(self, cells: list[str]) -> bool: ...
    def said(self) -> list[str]: ...


@dataclass(frozen=True)
class Table:
    """A file whose header was understood; `rows` reads on from there."""

    encoding: str
    delimiter: str
    columns: Mapping[str, int]
    """Our column name → its position."""
    ignored: tuple[str, ...]
    """Headers that nothing is taken from, as written."""
    width: int
    header_line: int
    text: str
    names: tuple[str, ...] = ()
    titles: tuple[list[str], ...] = ()
    """Lines above the header that are no rows."""

    def records(self) -> Iterator[list[str]]:
        """The lines below the header as they stand, as far as they can be read."""
        try:
            for _, cells in _read(_Lines(self.text, self.header_line), self.delimiter, []):
                yield cells
        except InputError:
            return  # said by `rows`, which everybody reads afterwards

    def rows(self, rejected: list[Rejected], layout: Layout | None = None) -> Iterator[tuple[int, list[str]]]:
        """Each row with the line that it starts on; rows that are broken go to `rejected`.

        With a `layout` lines that are no rows are left out, and what headings say stands
        behind the cells, in the order of `layout.columns`.

        Raises InputError where the rest of the file is in doubt, or when there is no row.
        """
        seen = False
        width = self.width
        limit = LIMITS.field_chars
        for line, cells in _read(_Lines(self.text, self.header_line), self.delimiter, rejected):
            if layout is not None and layout.skips(cells):
                continue
            seen = True
            if len(cells) != width and (len(cells) < width or any(cells[width:])):
                params: dict[str, str | int] = {"expected": width, "found": len(cells)}
                rejected.append(Rejected(line, Reason("ragged-row", params)))
                continue
            if max(map(len, cells)) > limit:
                rejected.append(Rejected(line, Reason("field-too-long", {"limit": limit})))
                continue
            yield line, cells if layout is None else [*cells[:width], *layout.said()]
        if not seen and not rejected:
            raise InputError("no-rows")


class _Lines:
    """Physical lines for the CSV reader, remembering the last one for its errors."""

    def __init__(self, text: str, skip: int) -> None:
        self._lines = io.StringIO(text, newline="")
        for _ in range(skip):
            next(self._lines, None)
        self.last = ""
        self.number = skip

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        self.number += 1
        return self.last


def folded(header: str) -> str:
    """A header without case, accents, blanks and signs: `E-mail` and `e mail` are one."""
    plain = unicodedata.normalize("NFKD", header.replace("#", "number").replace("º", "o"))
    return "".join(c for c in plain.casefold() if c.isalnum())


def read_table(data: bytes, aliases: Aliases) -> Table:
    """Decode, find the delimiter, and recognise the columns by `aliases`.

    Raises InputError: the codes of `decode`, `columns-missing` when no column is known,
    `columns-twice` when one name stands twice.
    """
    decoded = decode(data)
    skip = _separator_line(decoded.text)
    best = max(
        (_Header.read(decoded.text, delimiter, skip, aliases) for delimiter in DELIMITERS),
        key=lambda header: (len(header.columns), header.steadiness),
    )
    if not best.columns:
        names = ", ".join(clean(name, 40) for name in best.names[:_SHOWN_COLUMNS])
        raise InputError("columns-unknown", found=clean(names))
    return Table(
        encoding=decoded.encoding,
        delimiter=best.delimiter,
        columns=best.columns,
        ignored=tuple(
            clean(name, 60)
            for at, name in enumerate(best.names)
            if at not in best.columns.values() and name.strip()
        ),
        width=len(best.names),
        header_line=best.line,
        text=decoded.text,
        names=best.names,
        titles=best.titles,
    )


@dataclass(frozen=True)
class _Header:
    delimiter: str
    names: tuple[str, ...]
    columns: Mapping[str, int]
    line: int
    """The physical line that the header ends on."""
    steadiness: float
    """Share of the first rows that are as wide as the header; 0 for a single column."""
    titles: tuple[list[str], ...] = ()

    @classmethod
    def read(cls, text: str, delimiter: str, skip: int, aliases: Aliases) -> _Header:
        lines = _Lines(text, skip)
        first: list[tuple[tuple[str, ...], int]] = []
        with suppress(InputError):
            for _, cells in islice(_read(lines, delimiter, []), _TITLE_ROWS + _SAMPLE_ROWS):
                first.append((_without_blank_end(cells), lines.number))
        at = _header_row([names for names, _ in first], aliases)
        names, line = first[at] if first else ((), skip)
        widths = [len(cells) for cells, _ in first[at + 1 :][:_SAMPLE_ROWS]]
        same = sum(1 for width in widths if width >= len(names))
        steadiness = same / len(widths) if widths and len(names) > 1 else 0.0
        titles = tuple(list(cells) for cells, _ in first[:at])
        return cls(delimiter, names, _recognise(names, aliases), line, steadiness, titles)


def _header_row(rows: list[tuple[str, ...]], aliases: Aliases) -> int:
    """The first row, unless it is a title: then the row below that names the most columns, at least two."""
    known = {key for usual in aliases.values() for key in usual}
    named = [len({folded(name) for name in names} & known) for names in rows[:_TITLE_ROWS]]
    if not named or named[0] > 1:
        return 0
    best = max(range(len(named)), key=lambda at: (named[at], -at))
    return best if named[best] > 1 else 0


def _without_blank_end(names: list[str]) -> tuple[str, ...]:
    while names and not names[-1].strip():
        names = names[:-1]
    return tuple(names)


def _recognise(names: tuple[str, ...], aliases: Aliases) -> dict[str, int]:
    """The best header for each of our columns; the same header twice is a mistake."""
    at: dict[str, int] = {}
    twice: set[str] = set()
    for position, name in enumerate(names):
        key = folded(name)
        if key in at:
            twice.add(key)
        at.setdefault(key, position)
    columns: dict[str, int] = {}
    for column, usual in aliases.items():
        for key in usual:
            if key in at and at[key] not in columns.values():
                if key in twice:
                    raise InputError("columns-twice", column=clean(names[at[key]], 60))
                columns[column] = at[key]
                break
    return columns


def _separator_line(text: str) -> int:
    """1 where the first line is a spreadsheet's `sep=;`, which is no header."""
    first = text[:8].lower().split("\n", 1)[0].strip()
    return 1 if first.startswith("sep=") else 0


def _read(lines: _Lines, delimiter: str, rejected: list[Rejected]) -> Iterator[tuple[int, list[str]]]:
    """Records that hold anything, with their first line."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rejected.append(Rejected(start, _broken(error, start, lines)))
            continue
        if any(map(str.strip, cells)):
            yield start, cells


def _broken(error: csv.Error, start: int, lines: _Lines) -> Reason:
    """Why one record cannot be read, or InputError where it may have swallowed others."""
    too_long = "field larger" in str(error)
    alone = lines.number == start and lines.last.count('"') % 2 == 0
    if too_long and alone:
        return Reason("field-too-long", {"limit": LIMITS.field_chars})
    if too_long:
        raise InputError("field-too-long", line=start, limit=LIMITS.field_chars) from error
    if alone:
        return Reason("quote-broken")
    raise InputError("quote-open", line=start) from error


def missing(table: Table, wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of `wanted` that the file has no column for."""
    return tuple(column for column in wanted if column not in table.columns)

"""Tables as practices export them: comma, semicolon or tab, columns by their usual names.

Line numbers are physical lines of the file, from 1, where a record starts. A row that
cannot be read alone is rejected alone; what makes the rows after it doubtful (a quote
that never closes) refuses the file, so that no row is swallowed unseen.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Protocol

from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.people.columns import Aliases
from desktop.people.decoding import decode
from desktop.people.sheets import Packed, Rejected, Row, RowError, Sheet, sound
from desktop.texts import clean

DELIMITERS = (",", ";", "\t")
_SAMPLE_ROWS = 20
TITLE_ROWS = 30
"""Among which the header of a report is looked for."""
_SHOWN_COLUMNS = 20
_KEPT_CHARS, _KEPT_CELLS = 1000, 500
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
__all__ = ["Rejected", "RowError", "Table", "sound"]


class Layout(Protocol):
    """What `Table.rows` asks of a report's layout (`layout.py`)."""

    def skips(self, cells: list[str]) -> bool: ...
    def said(self) -> list[str]: ...


@dataclass(frozen=True)
class Table:
    """A sheet whose columns were understood."""

    sheet: Sheet
    columns: Mapping[str, int]
    """Our column name → its position."""
    ignored: tuple[str, ...]
    """Headers that nothing is taken from, as written."""

    @classmethod
    def of(cls, sheet: Sheet, columns: Mapping[str, int]) -> Table:
        taken = set(columns.values())
        left = (clean(name, 60) for at, name in enumerate(sheet.header) if at not in taken and name.strip())
        return cls(sheet, columns, tuple(left))

    @property
    def width(self) -> int:
        return len(self.sheet.header)

    @property
    def encoding(self) -> str:
        return self.sheet.options.get("encoding", "")

    @property
    def delimiter(self) -> str:
        return self.sheet.options.get("delimiter", "")

    def records(self) -> Iterator[list[str]]:
        """The lines below the header as they stand."""
        for _, cells in self.sheet.rows:
            yield cells

    def rows(self, rejected: list[Rejected], layout: Layout | None = None) -> Iterator[Row]:
        """Each row with the line that it starts on; rows that are broken go to `rejected`.

        With a `layout` lines that are no rows are left out, and what headings say stands
        behind the cells, in the order of `layout.columns`.

        Raises InputError when there is no row.
        """
        rejected.extend(self.sheet.rejected)
        seen = bool(rejected)
        width = self.width
        limit = LIMITS.field_chars
        for line, cells in self.sheet.rows:
            if layout is not None and layout.skips(cells):
                continue
            seen = True
            if len(cells) != width and (len(cells) < width or any(cells[width:])):
                params: dict[str, str | int] = {"expected": width, "found": len(cells)}
                rejected.append(Rejected(line, Reason("ragged-row", params), kept(cells)))
                continue
            if max(map(len, cells)) > limit:
                rejected.append(Rejected(line, Reason("field-too-long", {"limit": limit}), kept(cells)))
                continue
            yield line, cells if layout is None else [*cells[:width], *layout.said()]
        if not seen:
            raise InputError("no-rows")


def kept(cells: Iterable[str]) -> tuple[str, ...]:
    """A row that is left out, for the list of those: cut where it would fill it alone."""
    return tuple(cell[:_KEPT_CHARS] for cell in islice(cells, _KEPT_CELLS))


class _Lines:
    """Physical lines for the CSV reader, remembering the last one for its errors."""

    def __init__(self, text: str, skip: int) -> None:
        self._lines = _LINE.finditer(text)
        for _ in range(skip):
            next(self._lines, None)
        self.last = ""
        self.number = skip

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)[0]
        self.number += 1
        return self.last


def folded(header: str) -> str:
    """A header without case, accents, blanks and signs: `E-mail` and `e mail` are one."""
    plain = unicodedata.normalize("NFKD", header.replace("#", "number").replace("º", "o"))
    return "".join(c for c in plain.casefold() if c.isalnum())


def read_csv(data: bytes, aliases: Aliases) -> Sheet:
    """Decode, and find the delimiter and the header, by which most columns are known in `aliases`.

    Raises InputError: the codes of `decode`, `columns-too-many`, `rows-too-many`, and `quote-open`
    or `field-too-long` where the rest of the file is in doubt.
    """
    decoded = decode(data)
    skip = _separator_line(decoded.text)
    best = max(
        (_Header.read(decoded.text, delimiter, skip, aliases) for delimiter in DELIMITERS),
        key=lambda header: (header.known, header.steadiness),
    )
    rejected: list[Rejected] = []
    rows = Packed.of(bounded(_read(_Lines(decoded.text, best.line), best.delimiter, rejected)))
    return Sheet(
        format="tsv" if best.delimiter == "\t" else "csv",
        header=best.names,
        rows=rows,
        titles=best.titles,
        options={"encoding": decoded.encoding, "delimiter": best.delimiter},
        rejected=tuple(rejected),
        file_hash=hashlib.sha256(data).hexdigest(),
    )


def bounded(rows: Iterable[Row]) -> Iterator[Row]:
    """Raises InputError("rows-too-many") past the most rows that one file may have."""
    for number, row in enumerate(rows):
        if number >= LIMITS.import_rows:
            raise InputError("rows-too-many", limit=LIMITS.import_rows)
        yield row


def understood(sheet: Sheet, aliases: Aliases) -> Table:
    """By the usual names alone, or by what the format says itself.

    Raises InputError: `columns-unknown` when no column is known, `columns-twice` when one name
    stands twice.
    """
    columns = dict(sheet.known) or recognise(sheet.header, aliases)
    if not columns:
        names = ", ".join(clean(name, 40) for name in sheet.header[:_SHOWN_COLUMNS])
        raise InputError("columns-unknown", found=clean(names))
    return Table.of(sheet, columns)


@dataclass(frozen=True)
class _Header:
    delimiter: str
    names: tuple[str, ...]
    known: int
    """How many of our columns it names."""
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
            for _, cells in islice(_read(lines, delimiter, []), TITLE_ROWS + _SAMPLE_ROWS):
                first.append((without_blank_end(cells), lines.number))
        at = header_row([names for names, _ in first], aliases)
        names, line = first[at] if first else ((), skip)
        widths = [len(cells) for cells, _ in first[at + 1 :][:_SAMPLE_ROWS]]
        same = sum(1 for width in widths if width >= len(names))
        steadiness = same / len(widths) if widths and len(names) > 1 else 0.0
        titles = tuple(list(cells) for cells, _ in first[:at])
        if len(names) > LIMITS.import_columns:
            raise InputError("columns-too-many", limit=LIMITS.import_columns)
        return cls(delimiter, names, known_columns(names, aliases), line, steadiness, titles)


def header_row(rows: list[tuple[str, ...]], aliases: Aliases) -> int:
    """The first row, unless it is a title: then the row below that names the most columns, at least two."""
    known = {key for usual in aliases.values() for key in usual}
    named = [len({folded(name) for name in names} & known) for names in rows[:TITLE_ROWS]]
    if not named or named[0] > 1:
        return 0
    best = max(range(len(named)), key=lambda at: (named[at], -at))
    return best if named[best] > 1 else 0


def without_blank_end(names: list[str]) -> tuple[str, ...]:
    """Without the empty cells that a row ends in."""
    while names and not names[-1].strip():
        names = names[:-1]
    return tuple(names)


def known_columns(names: Iterable[str], aliases: Aliases) -> int:
    """How many of our columns these headers name."""
    found = {folded(name) for name in names}
    return sum(1 for usual in aliases.values() if not found.isdisjoint(usual))


def recognise(names: Sequence[str], aliases: Aliases) -> dict[str, int]:
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

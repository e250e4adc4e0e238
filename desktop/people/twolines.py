"""Reports whose visits stand on two lines: the second holds what the first had no room for.

Either the header has two lines as well, or the second line names what it says
(`DOB: 3/4/1961  MRN: 10442`). Both become one row; the columns of the second line stand
behind those of the first. A line joins only the visit directly above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from desktop.models.records import Reason
from desktop.people.columns import VISIT_COLUMNS
from desktop.people.layout import is_header, is_total
from desktop.people.sheets import Packed, Row, Sheet
from desktop.people.tabular import folded, recognise
from desktop.people.values import read_time

_LOOKED_AT = 300
_PAIR = re.compile(r"([^\W\d_][^:]{0,30}?)\s*:\s*(\S.*?)(?=\s{2,}|\s+[^\W\d_][\w./ ]{1,20}:|[,;|]|$)")
_OF_PATIENT = {
    name: column
    for column in ("patient_id", "birth_date", "status", "visit_type")
    for name in VISIT_COLUMNS[column]
}
"""What a second line may say; a provider or a day on a line alone is a heading of those below."""
_NAMES = {name for usual in VISIT_COLUMNS.values() for name in usual}
_CLOCK = re.compile(r"\d{1,2}:\d{2}|\d{1,2}\s*[ap]\.?\s*m", re.IGNORECASE)

_Second = Callable[[list[str]], list[str] | None]
"""The cells that a second line adds, or None where the line is none."""


def joined(sheet: Sheet) -> Sheet:
    """The sheet with its two lines in one; the same sheet where rows are single."""
    columns = recognise(sheet.header, VISIT_COLUMNS) if sheet.header else {}
    clock = next((columns[name] for name in ("time", "start") if name in columns), None)
    if clock is None:
        return sheet
    second = _second_header(sheet)
    if second is not None:
        places = [at for at, name in enumerate(second) if name.strip()]
        header = tuple(second[at].strip() for at in places)
        return _with(sheet, clock, header, lambda cells: _below(cells, second, places))
    labels = _labels(sheet, clock, columns)
    return _with(sheet, clock, tuple(labels), lambda cells: _labelled(cells, labels)) if labels else sheet


def _second_header(sheet: Sheet) -> list[str] | None:
    """The line directly below the header, where it names columns and holds no number."""
    for _, cells in islice(sheet.rows, 1):
        said = [cell for cell in cells if cell.strip()]
        named = [cell for cell in said if folded(cell) in _NAMES]
        if len(named) * 2 > len(said) and not any(letter.isdigit() for cell in said for letter in cell):
            return cells
    return None


def _labels(sheet: Sheet, clock: int, columns: Mapping[str, int]) -> dict[str, str]:
    """The names that second lines use -> our column, for columns that the header lacks."""
    found: dict[str, str] = {}
    above = False
    for _, cells in islice(sheet.rows, _LOOKED_AT):
        if _begins(cells, clock):
            above = True
            continue
        if above:
            for name, _ in _pairs(cells):
                column = _OF_PATIENT.get(folded(name))
                if column is not None and column not in columns and column not in found.values():
                    found[name] = column
        above = False
    return found


def _with(sheet: Sheet, clock: int, header: tuple[str, ...], second: _Second) -> Sheet:
    wide = replace(sheet, header=(*sheet.header, *header))
    return replace(wide, rows=Packed.of(_joined(sheet, clock, wide.header, second)))


def _joined(sheet: Sheet, clock: int, header: tuple[str, ...], second: _Second) -> Iterator[Row]:
    """Rows of the whole width; one that is too short or too long stays so, to be refused."""
    width = len(sheet.header)
    blank = [""] * (len(header) - width)
    waiting: Row | None = None
    for line, cells in sheet.rows:
        is_first = _begins(cells, clock)
        added = None if is_first else second(cells)
        if waiting is not None:
            yield waiting[0], [*waiting[1], *(added or blank)]
            if added is not None:
                waiting = None
                continue
        waiting = None
        if added is not None and _is_second_header(cells, header[width:]):
            continue
        if len(cells) < width or any(cells[width:]):
            yield line, cells
        elif is_header(cells, sheet.header):
            yield line, list(header)
        elif is_first:
            waiting = line, cells[:width]
        else:
            yield line, [*cells[:width], *blank]
    if waiting is not None:
        yield waiting[0], [*waiting[1], *blank]


def _is_second_header(cells: list[str], names: tuple[str, ...]) -> bool:
    """The second line of the header, at the top or again on another page."""
    return [cell.strip() for cell in cells if cell.strip()] == [name for name in names if name]


def _begins(cells: list[str], clock: int) -> bool:
    """Whether a visit begins here: its hour stands in the column of hours."""
    text = cells[clock].strip() if clock < len(cells) else ""
    return text != "" and (not isinstance(read_time(text), Reason) or _CLOCK.search(text) is not None)


def _below(cells: list[str], header: list[str], places: list[int]) -> list[str] | None:
    if is_total(cells):
        return None
    return [cells[at].strip() if at < len(cells) else "" for at in places]


def _labelled(cells: list[str], labels: Mapping[str, str]) -> list[str] | None:
    said = {folded(name): value for name, value in _pairs(cells)}
    found = [said.get(folded(name), "") for name in labels]
    return found if any(found) else None


def _pairs(cells: list[str]) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in _PAIR.finditer("  ".join(filter(None, cells)))]

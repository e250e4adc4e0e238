"""Which column means what: found by the usual names, shown with samples, kept by the header.

Nothing is decided over somebody's head: a guess says how certain it is, and dates that can be
read both ways are a question.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from rapidfuzz import fuzz, process

from desktop.errors import InputError
from desktop.models.standing import CustomField
from desktop.people.addresses import check_address
from desktop.people.columns import COLUMNS, PEOPLE
from desktop.people.sheets import Packed, Sheet
from desktop.people.tabular import Table, folded
from desktop.texts import clean

CUSTOM = "custom:"
"""Before the name of one of the practice's own fields."""
_DATES = frozenset(
    {"birth_date", "since", "consent_date", "marketing_date", "paid_date", "plain_date", "date", "start"}
)
_NUMBERS = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}(?!\d)")
_NUMBERS_PACKED = re.compile(rb"[\"\s]\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_SAMPLES, _SAMPLE_ROWS, _SAMPLE_CHARS = 3, 50, 60
_CLOSE, _CLOSE_LETTERS = 86, 5
"""Percent of likeness, of names with so many letters at least."""


@dataclass(frozen=True)
class Options:
    """What the columns alone do not say. '' and None are "nobody said"."""

    day_first: bool | None = None
    """How 3/4/1980 is meant; None: the file itself must leave no doubt."""
    absent: str = ""
    """Of a schedule: `whole` or `changes`."""


@dataclass(frozen=True)
class Mapping:
    """Position in the header -> our column name, or `custom:` and a field's name."""

    columns: dict[int, str]
    options: Options = field(default_factory=Options)


class Certainty(StrEnum):
    SURE = "sure"
    """The header is one of the usual names, or a saved mapping says so."""
    LIKELY = "likely"
    """The header is close to one, or the values look like it."""
    NONE = "none"


@dataclass(frozen=True)
class Guess:
    """One column of a file. `field` is '' where nothing is taken from it."""

    position: int
    header: str
    field: str
    certainty: Certainty
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What somebody must say before rows can be read: `date-order`, which of the samples' two numbers
    is the day."""

    code: str
    position: int
    samples: tuple[str, ...] = ()


def guess(sheet: Sheet, kind: str, fields: Iterable[CustomField] = ()) -> tuple[Guess, ...]:
    """One guess for each column, in the order of the file; no field stands at two columns.

    Of two columns with one name only the first is taken, and not surely.
    """
    named = _sure(sheet, kind, fields)
    samples = _samples(sheet)
    folds = [folded(name) for name in sheet.header]
    taken = {name for name, _ in named.values()}
    found = []
    for position, header in enumerate(sheet.header):
        name, certainty = named.get(position, ("", Certainty.NONE))
        if not name:
            name = _close(folds[position], kind, taken) or _by_values(samples[position], kind, taken)
            certainty = Certainty.LIKELY if name else Certainty.NONE
            taken.add(name)
        found.append(Guess(position, header, name, certainty, samples[position]))
    return tuple(found)


def _sure(sheet: Sheet, kind: str, fields: Iterable[CustomField]) -> dict[int, tuple[str, Certainty]]:
    """Position -> the field that its own name stands for."""
    if sheet.known:
        return {at: (name, Certainty.SURE) for name, at in sheet.known.items()}
    folds = [folded(name) for name in sheet.header]
    known = {CUSTOM + one.name: (folded(one.label), folded(one.name)) for one in fields}
    named: dict[int, tuple[str, Certainty]] = {}
    for column, usual in (*COLUMNS[kind].items(), *known.items()):
        at = next((folds.index(key) for key in usual if key in folds and folds.index(key) not in named), None)
        if at is not None:
            twice = folds.count(folds[at]) > 1
            named[at] = (column, Certainty.LIKELY if twice else Certainty.SURE)
    return named


def _samples(sheet: Sheet) -> list[tuple[str, ...]]:
    """The first few different values of each column."""
    found: list[dict[str, None]] = [{} for _ in sheet.header]
    for _, cells in islice(sheet.rows, _SAMPLE_ROWS):
        for values, cell in zip(found, cells, strict=False):
            if cell.strip() and len(values) < _SAMPLES:
                values.setdefault(cell.strip()[:_SAMPLE_CHARS])
    return [tuple(values) for values in found]


def _close(fold: str, kind: str, taken: set[str]) -> str:
    """The field one of whose usual names is nearly this one: `emial`, `patientlastnm`."""
    usual = {key: column for column, keys in COLUMNS[kind].items() if column not in taken for key in keys}
    long = [key for key in usual if len(key) >= _CLOSE_LETTERS]
    if len(fold) < _CLOSE_LETTERS or not long:
        return ""
    best = process.extractOne(fold, long, scorer=fuzz.ratio, score_cutoff=_CLOSE)
    return "" if best is None else usual[best[0]]


def _by_values(samples: tuple[str, ...], kind: str, taken: set[str]) -> str:
    if not samples or kind != PEOPLE:
        return ""
    addresses = sum(1 for value in samples if check_address(value).ok)
    return "email" if "email" not in taken and addresses * 2 > len(samples) else ""


def questions(sheet: Sheet, mapping: Mapping, kind: str) -> tuple[Question, ...]:
    """What is still open with this mapping; empty: the rows can be read."""
    if mapping.options.day_first is not None:
        return ()
    order = _Order.of(sheet, _dated(mapping.columns))
    if order.day_first is not None or not order.samples:
        return ()
    position = next(iter(order.samples))
    return (Question("date-order", position, tuple(order.samples[position])),)


def day_first(sheet: Sheet, columns: Dict[str, int]) -> bool:
    """Whether the file's dates begin with the day, where it leaves no doubt.

    Raises InputError("date-order-unknown") where all of them can be read both ways.
    """
    order = _Order.of(sheet, _dated({at: name for name, at in columns.items()}))
    if order.day_first is None and order.samples:
        raise InputError("date-order-unknown", column=clean(sheet.header[next(iter(order.samples))], 60))
    return bool(order.day_first)


def _dated(columns: Dict[int, str]) -> tuple[int, ...]:
    return tuple(sorted(at for at, name in columns.items() if name in _DATES or name.startswith(CUSTOM)))


@dataclass
class _Order:
    """What the numbers of a file's dates tell of their order. `samples` can be read both ways."""

    samples: dict[int, dict[str, None]] = field(default_factory=dict)
    says_day: bool = False
    says_month: bool = False

    @property
    def day_first(self) -> bool | None:
        """None: nothing tells, or the file contradicts itself."""
        return None if self.says_day is self.says_month else self.says_day

    @classmethod
    def of(cls, sheet: Sheet, positions: tuple[int, ...]) -> _Order:
        order = cls()
        if not positions or (isinstance(sheet.rows, Packed) and not sheet.rows.holds(_NUMBERS_PACKED)):
            return order
        for _, cells in sheet.rows:
            for at in positions:
                found = _NUMBERS.match(cells[at]) if at < len(cells) else None
                if found:
                    order._note(at, int(found[1]), int(found[2]), found[0].strip())
        return order

    def _note(self, at: int, first: int, second: int, text: str) -> None:
        if first > 12 >= second:
            self.says_day = True
        elif second > 12 >= first:
            self.says_month = True
        if first != second:
            samples = self.samples.setdefault(at, {})
            if len(samples) < _SAMPLES:
                samples[text] = None


def mapped(sheet: Sheet, mapping: Mapping) -> Table:
    """The sheet with what somebody, or a saved mapping, says that its columns are.

    Raises InputError: `columns-unknown` where nothing is taken, `columns-twice` where two columns
    are one field, `mapping-unfit` where the file has fewer columns than the mapping knows.
    """
    columns: dict[str, int] = {}
    for position, name in sorted(mapping.columns.items()):
        if not name:
            continue
        if not 0 <= position < len(sheet.header):
            raise InputError("mapping-unfit")
        if name in columns:
            raise InputError("columns-twice", column=clean(sheet.header[position], 60))
        columns[name] = position
    if not columns:
        raise InputError("columns-unknown", found="")
    return Table.of(sheet, columns)


def signature(sheet: Sheet) -> str:
    """SHA-256, in hex, by which a file of the same program is known again."""
    header = [" ".join(name.casefold().split()) for name in sheet.header]
    return hashlib.sha256(json.dumps([sheet.format, header]).encode("ascii")).hexdigest()

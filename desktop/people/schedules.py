"""A schedule from a file: visits with wall-clock times in the practice's zone.

Nothing here asks the database: whose visit it is, and what the file changes, is decided in
`appointments.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timezone
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models.names import name_key
from desktop.models.records import Reason, VisitStatus
from desktop.people.columns import VISIT_COLUMNS
from desktop.people.fullname import split_name
from desktop.people.layout import Layout
from desktop.people.mapping import Mapping, mapped
from desktop.people.mapping import day_first as date_order
from desktop.people.parsing import PROGRESS_ROWS, Progress
from desktop.people.sheets import Sheet
from desktop.people.tabular import Rejected, RowError, Table, kept, missing, sound, understood
from desktop.people.values import read_day, read_text, read_time, read_visit_status, says_yes
from desktop.people.walltime import moment_of

_T = TypeVar("_T")


class VisitRow(NamedTuple):
    """One visit of the file; `start` is wall-clock time in the practice's zone."""

    line: int
    external_id: str
    patient_id: str
    first_name: str
    last_name: str
    birth_date: date | None
    start: datetime
    start_utc: datetime
    visit_type: str
    provider: str
    location: str
    status: VisitStatus | None
    confirmed: bool = False
    """Whether the schedule says that the patient has said yes."""


@dataclass(frozen=True)
class ParsedAppointments:
    rows: tuple[VisitRow, ...]
    rejected: tuple[Rejected, ...]
    ignored: tuple[str, ...]
    encoding: str
    delimiter: str
    zone: str
    has_provider: bool
    """Without the column, the file speaks for every provider of its days."""
    named: frozenset[str]
    """External ids of rejected rows: those visits are in the file all the same."""
    unnamed: int
    """Rejected rows that cannot be told to be any known visit."""
    file_hash: str
    """SHA-256 of the file, in hex."""


def parse_appointments(
    sheet: Sheet,
    zone: str,
    mapping: Mapping | None = None,
    *,
    day_first: bool | None = None,
    progress: Progress | None = None,
) -> ParsedAppointments:
    """Read a schedule; without a `mapping` by the usual names of its columns.

    `zone` is the practice's IANA zone, `day_first` how it writes 3/4 where the mapping does not say.
    Where nobody does, the file's own dates must leave no doubt.

    Raises InputError when the file as a whole cannot be used, Refused("cancelled") when
    `progress` says so.
    """
    table = understood(sheet, VISIT_COLUMNS) if mapping is None else mapped(sheet, mapping)
    order = mapping.options.day_first if mapping is not None else None
    order = day_first if order is None else order
    if order is None:
        order = date_order(sheet, table.columns)
    layout = None  # records of other programs have no headings
    if not sheet.known:
        layout = Layout(sheet.header, table.columns, sheet.titles, table.records(), order)
    reader = _VisitReader(table, ZoneInfo(zone), order, () if layout is None else layout.columns)
    rejected: list[Rejected] = []
    rows: list[VisitRow] = []
    named: list[str] = []
    doubles = _Doubles()
    for number, (line, cells) in enumerate(table.rows(rejected, layout), 1):
        try:
            row = reader.read(line, cells)
            doubles.refuse(row)
            rows.append(row)
        except RowError as refused:
            rejected.append(Rejected(line, refused.reason, kept(cells)))
            named.append(reader.name(cells))
        if progress is not None and number % PROGRESS_ROWS == 0 and not progress(number, 0):
            raise Refused("cancelled")
    rejected.sort(key=lambda left_out: left_out.line)
    known = [name for name in named if name]
    return ParsedAppointments(
        tuple(rows),
        tuple(rejected),
        table.ignored,
        table.encoding,
        table.delimiter,
        zone,
        reader.has("provider"),
        frozenset(known),
        len(rejected) - len(known),
        sheet.file_hash,
    )


class _VisitReader:
    """Turns cells into values; made once per file."""

    def __init__(self, table: Table, zone: ZoneInfo, day_first: bool, carried: tuple[str, ...] = ()) -> None:
        """`carried` names what stands behind each row's cells, from its headings."""
        at = dict(table.columns)
        at.update((name, table.width + place) for place, name in enumerate(carried))
        who = missing(table, ("patient_id", "last_name", "first_name")) if "full_name" not in at else ()
        if "patient_id" in who and len(who) > 1 and "external_id" in at:
            # The only number of the file then is the patient's.
            at["patient_id"] = at.pop("external_id")
            who = ()
        if "patient_id" in who and len(who) > 1:
            raise InputError("columns-missing", columns="patient id")
        if "start" not in at and "date" not in at and "time" in at:
            at["start"] = at.pop("time")
        if "time" not in at and "start" in at and "date" in at:
            at["time"] = at.pop("start")
        if "start" not in at and not ("date" in at and "time" in at):
            raise InputError("columns-missing", columns="date" if "date" not in at else "time")
        self._at = at
        self._zone = zone
        self._day_first = day_first

    def has(self, column: str) -> bool:
        return column in self._at

    def name(self, cells: list[str]) -> str:
        """The visit's own number, even in a row that is rejected."""
        text = self._text(cells, "external_id", lambda value: value.strip())
        return text or ""

    def read(self, line: int, cells: list[str]) -> VisitRow:
        """The row's values. Raises `RowError` with the first reason against it."""
        start, start_utc = self._start(cells)
        patient_id, last_name, first_name = self._who(cells)
        if not patient_id and not last_name:
            raise RowError(Reason("patient-missing"))
        return VisitRow(
            line,
            self._line(cells, "external_id"),
            patient_id,
            first_name,
            last_name,
            self._text(cells, "birth_date", lambda text: read_day(text, self._day_first)),
            start,
            start_utc,
            self._line(cells, "visit_type"),
            self._line(cells, "provider"),
            self._line(cells, "location"),
            self._text(cells, "status", read_visit_status),
            self._text(cells, "status", says_yes) or False,
        )

    def _who(self, cells: list[str]) -> tuple[str, str, str]:
        """Number, last and first name; a cell that holds no name holds the number (`Patient: 10442`)."""
        number, last, first = (self._line(cells, name) for name in ("patient_id", "last_name", "first_name"))
        whole = self._line(cells, "full_name")
        split = split_name(whole) if whole else None
        if split is not None and not last:
            return number or split.number, split.last, split.first
        return number or ("" if split else whole), last, first

    def _line(self, cells: list[str], column: str) -> str:
        return self._text(cells, column, read_text) or ""

    def _text(self, cells: list[str], column: str, read: Callable[[str], _T | Reason]) -> _T | None:
        position = self._at.get(column)
        text = "" if position is None else cells[position].strip()
        return sound(read(text)) if text else None

    def _start(self, cells: list[str]) -> tuple[datetime, datetime]:
        whole = "start" in self._at
        parts = self._text(cells, "start", self._day_and_time) if whole else self._two_cells(cells)
        if parts is None:
            raise RowError(Reason("time-missing"))
        day, hour, offset = parts
        return sound(moment_of(datetime.combine(day, hour), self._zone, offset))

    def _two_cells(self, cells: list[str]) -> tuple[date, time, timezone | None] | None:
        day = self._text(cells, "date", lambda text: read_day(text, self._day_first))
        clock = self._text(cells, "time", _begin)
        return None if day is None or clock is None else (day, *clock)

    def _day_and_time(self, text: str) -> tuple[date, time, timezone | None] | Reason:
        """`2026-11-24T14:30`, `11/24/2026 2:30 PM`, with or without an offset."""
        for at, sign in enumerate(text):
            if sign in "T ,t\u00a0\u202f" and at >= 8:
                day = read_day(text[:at].rstrip(","), self._day_first)
                clock = read_time(text[at + 1 :].strip())
                if not isinstance(day, Reason) and not isinstance(clock, Reason):
                    return day, *clock
        day_alone = read_day(text, self._day_first)
        return Reason("time-missing") if not isinstance(day_alone, Reason) else Reason("start-unreadable")


def _begin(text: str) -> tuple[time, timezone | None] | Reason:
    """A time of day, or the first of `9:00 AM - 9:30 AM`."""
    whole = read_time(text)
    if not isinstance(whole, Reason):
        return whole
    return read_time(re.split(r"\s*(?:[-\u2013\u2014]|\bto\b|\ba\b)\s*(?=\d)", text, maxsplit=1)[0].strip())


class _Doubles:
    """Rows that stand for the same visit; the first one stays."""

    def __init__(self) -> None:
        self._lines: dict[tuple[object, ...], int] = {}

    def refuse(self, row: VisitRow) -> None:
        """Raise `RowError("duplicate")` for a visit that was there before."""
        who = row.patient_id or (name_key(row.last_name, row.first_name), row.birth_date)
        key: tuple[object, ...] = (
            ("id", row.external_id) if row.external_id else (who, row.start_utc, row.provider)
        )
        first = self._lines.setdefault(key, row.line)
        if first != row.line:
            raise RowError(Reason("duplicate", {"first": first}))

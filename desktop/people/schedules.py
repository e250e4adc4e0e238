"""A schedule from a file: visits with wall-clock times in the practice's zone.

Nothing here asks the database: whose visit it is, and what the file changes, is decided in
`appointments.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from desktop.errors import InputError, Refused
from desktop.models.names import name_key
from desktop.models.records import Reason, VisitStatus
from desktop.people.fullname import split_name
from desktop.people.layout import Layout
from desktop.people.parsing import PEOPLE_COLUMNS, PROGRESS_ROWS, Progress
from desktop.people.tabular import Aliases, Rejected, RowError, Table, missing, read_table, sound
from desktop.people.values import read_day, read_text, read_time, read_visit_status
from desktop.people.walltime import moment_of

_T = TypeVar("_T")

VISIT_COLUMNS: Aliases = {
    "external_id": (
        *(
            "appointmentid",
            "apptid",
            "appointmentnumber",
            "apptnumber",
            "appointmentno",
            "visitid",
            "visitnumber",
        ),
        *("bookingid", "encounterid", "externalid", "idcita", "iddelacita", "citaid", "numerodecita", "id"),
    ),
    "patient_id": (
        *(
            "mrn",
            "mrnumber",
            "medicalrecordnumber",
            "patientid",
            "patientnumber",
            "patientno",
            "patientexternalid",
        ),
        *("patientmrn", "personid", "chartnumber", "chartid", "chart", "idpaciente", "numerodeexpediente"),
        *("expediente", "historiaclinica"),
    ),
    "first_name": PEOPLE_COLUMNS["first_name"],
    "last_name": PEOPLE_COLUMNS["last_name"],
    "full_name": (
        *("patientname", "patientfullname", "nameofpatient", "fullname", "name", "nombredelpaciente"),
        *("nombrepaciente", "nombrecompleto", "nombreyapellidos", "patient", "paciente"),
    ),
    "birth_date": PEOPLE_COLUMNS["birth_date"],
    "date": (
        *("date", "appointmentdate", "apptdate", "visitdate", "startdate", "day", "dateofservice"),
        *("fecha", "fechadelacita", "fechadecita", "dia"),
    ),
    "time": (
        *("time", "appointmenttime", "appttime", "visittime", "starttime", "timeofday"),
        *("hora", "horadelacita", "horadecita", "horadeinicio"),
    ),
    "start": (
        *(
            "start",
            "startdatetime",
            "datetime",
            "dateandtime",
            "appointmentdatetime",
            "apptdatetime",
            "starts",
        ),
        *("startsat", "startat", "when", "appointment", "appt", "fechayhora", "fechahora", "inicio", "cita"),
    ),
    "visit_type": (
        *("type", "visittype", "appointmenttype", "appttype", "kind", "service", "tipo", "tipodecita"),
        *("tipodevisita", "servicio"),
    ),
    "provider": (
        *("provider", "providername", "doctor", "clinician", "physician", "resource", "with", "seenby"),
        *("medico", "proveedor", "profesional"),
    ),
    "location": (
        "location",
        "site",
        "clinic",
        "office",
        "facility",
        "place",
        "lugar",
        "ubicacion",
        "sede",
        "clinica",
    ),
    "status": (
        "status",
        "appointmentstatus",
        "apptstatus",
        "visitstatus",
        "state",
        "estado",
        "estadodelacita",
    ),
}


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
    data: bytes, zone: str, *, day_first: bool = False, progress: Progress | None = None
) -> ParsedAppointments:
    """Read a schedule file. `zone` is the practice's IANA zone.

    Raises InputError when the file as a whole cannot be used, Refused("cancelled") when
    `progress` says so.
    """
    table = read_table(data, VISIT_COLUMNS)
    layout = Layout(table.names, table.columns, table.titles, table.records(), day_first)
    reader = _VisitReader(table, ZoneInfo(zone), day_first, layout.columns)
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
            rejected.append(Rejected(line, refused.reason))
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
        hashlib.sha256(data).hexdigest(),
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

"""What patients answered, as the program that holds the schedule reads it: its own columns, one row a visit.

The heading is that of the import which brought the visits, and each column holds what that import took
from it; what it did not take stays empty. Days are ISO 8601, which every program reads one way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from desktop.audit.tables import csv_row
from desktop.frozen import dataclass
from desktop.models.campaigning import VisitAnswer
from desktop.models.records import Appointment, Person
from desktop.people.columns import APPOINTMENTS
from desktop.people.mapping import Certainty, guess
from desktop.people.sheets import Sheet
from desktop.texts import Texts

STATUS = "status"
_USUAL = (
    *("external_id", "patient_id", "last_name", "first_name", "birth_date"),
    *("date", "time", "visit_type", "provider", "location", STATUS),
)
"""The columns of a file whose import had none of its own, such as HL7, or of visits written by hand."""


@dataclass(frozen=True)
class AnsweredVisit:
    """One visit with what was said about this very time of it; `answer` None: nothing."""

    visit: Appointment
    person: Person
    answer: VisitAnswer | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Shape:
    """The heading of a file, and which field stands in which column."""

    header: tuple[str, ...]
    fields: Mapping[int, str]


def shape_of(header: Iterable[str], columns: Mapping[int, str] | None, language: str) -> Shape:
    """Of an import's heading and saved mapping; without a mapping the usual names of columns count.

    A file that says nothing of what becomes of a visit gets a column for it, the last.
    """
    heads = tuple(header)
    fields = dict(columns) if columns is not None else _named(heads)
    fields = {at: name for at, name in fields.items() if name and at < len(heads)}
    if not fields:
        heads = tuple(name.replace("_", " ").capitalize() for name in _USUAL)
        heads = ("Appointment ID", "Patient ID", *heads[2:])
        fields = dict(enumerate(_USUAL))
    if STATUS not in fields.values():
        fields[len(heads)] = STATUS
        heads = (*heads, Texts(language).say("answers.file.status"))
    return Shape(heads, fields)


def _named(heads: tuple[str, ...]) -> dict[int, str]:
    sheet = Sheet(format="csv", header=heads, rows=())
    sure = (one for one in guess(sheet, APPOINTMENTS) if one.certainty is Certainty.SURE)
    return {one.position: one.field for one in sure}


def csv_parts(shape: Shape, rows: Iterable[AnsweredVisit], language: str) -> Iterator[bytes]:
    """The file in lines: UTF-8, no cell that a spreadsheet would run."""
    yield csv_row(shape.header)
    for row in rows:
        told = {at: _CELLS[name](row) if name in _CELLS else "" for at, name in shape.fields.items()}
        status = answer_words(row.answer, language)
        told |= {at: status for at, name in shape.fields.items() if name == STATUS}
        yield csv_row(told.get(at, "") for at in range(len(shape.header)))


def answer_words(answer: VisitAnswer | None, language: str) -> str:
    """As the programs of practices write it, so that an import reads it too."""
    return Texts(language).say(f"answers.file.{answer.value if answer else 'none'}")


_CELLS: Mapping[str, Callable[[AnsweredVisit], str]] = {
    "external_id": lambda row: row.visit.external_id,
    "patient_id": lambda row: row.person.external_id,
    "first_name": lambda row: row.person.first_name,
    "last_name": lambda row: row.person.last_name,
    "full_name": lambda row: f"{row.person.last_name}, {row.person.first_name}".strip(", "),
    "birth_date": lambda row: row.person.birth_date.isoformat() if row.person.birth_date else "",
    "date": lambda row: row.visit.start.date().isoformat(),
    "time": lambda row: row.visit.start.strftime("%H:%M"),
    "start": lambda row: row.visit.start.strftime("%Y-%m-%d %H:%M"),
    "visit_type": lambda row: row.visit.visit_type,
    "provider": lambda row: row.visit.provider,
    "location": lambda row: row.visit.location,
}

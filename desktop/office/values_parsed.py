"""Values of the door about files that are looked at and not taken in; nothing heavy."""

from __future__ import annotations

from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.office.values import RejectedRow


@dataclass(frozen=True)
class PersonParsed:
    """What one row says of a person; '' and None where it says nothing."""

    line: int
    external_id: str
    first_name: str
    last_name: str
    birth_date: date | None
    email: str
    phone: str
    organisation: str
    language: str
    detail: str
    status: str
    kind: str
    preferred_method: str
    consent: str


@dataclass(frozen=True)
class VisitParsed:
    """`start` is wall-clock time as the file writes it."""

    line: int
    external_id: str
    patient_id: str
    first_name: str
    last_name: str
    birth_date: date | None
    start: datetime
    visit_type: str
    provider: str
    location: str
    status: str


@dataclass(frozen=True)
class PeopleParsed:
    """`format` is that of `people.sheets.Sheet`; `ignored` are columns that nothing is taken from."""

    format: str
    people: tuple[PersonParsed, ...]
    rejected: tuple[RejectedRow, ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppointmentsParsed:
    format: str
    appointments: tuple[VisitParsed, ...]
    rejected: tuple[RejectedRow, ...]
    ignored: tuple[str, ...] = ()

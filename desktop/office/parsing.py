"""What would be made of a file of people or visits? Nothing is stored, nobody is looked up."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.clock import Clock
from desktop.office.values import RejectedRow
from desktop.office.values_parsed import AppointmentsParsed, PeopleParsed, PersonParsed, VisitParsed
from desktop.people.parsing import parse_people
from desktop.people.schedules import parse_appointments
from desktop.people.tabular import Rejected

_CSV = "csv"
_ZONE = "UTC"
"""No practice, no zone: every wall-clock time exists there, and is given back as it stands."""


class Parsing:
    """Pure: there is no session and no record."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def parse_people(self, data: bytes) -> PeopleParsed:
        """Raises InputError where the file as a whole cannot be used."""
        found = parse_people(data, today=self._clock.now().date())
        people = tuple(
            PersonParsed(
                row.line,
                row.external_id,
                row.first_name,
                row.last_name,
                row.birth_date,
                row.email,
                row.phone,
                row.organisation,
                row.language or "",
                row.detail or "",
                row.status or "",
                row.kind or "",
                row.preferred_method or "",
                row.consent or "",
            )
            for row in found.rows
        )
        return PeopleParsed(_CSV, people, _lines(found.rejected), found.ignored)

    def parse_schedule(self, data: bytes) -> AppointmentsParsed:
        """Raises InputError where the file as a whole cannot be used."""
        found = parse_appointments(data, _ZONE)
        visits = tuple(
            VisitParsed(
                row.line,
                row.external_id,
                row.patient_id,
                row.first_name,
                row.last_name,
                row.birth_date,
                row.start,
                row.visit_type,
                row.provider,
                row.location,
                row.status or "",
            )
            for row in found.rows
        )
        return AppointmentsParsed(_CSV, visits, _lines(found.rejected), found.ignored)


def _lines(rejected: Iterable[Rejected]) -> tuple[RejectedRow, ...]:
    return tuple(RejectedRow(row.line, row.reason) for row in rejected)

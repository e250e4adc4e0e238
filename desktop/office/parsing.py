"""What would be made of a file of people or visits? Nothing is stored, nobody is looked up.

Nobody is there to be asked how dates are meant: 3/4/1980 is month and day, as on the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from desktop.clock import Clock
from desktop.office.values import RejectedRow
from desktop.office.values_parsed import AppointmentsParsed, PeopleParsed, PersonParsed, VisitParsed
from desktop.people.columns import APPOINTMENTS, PEOPLE
from desktop.people.parsing import parse_people
from desktop.people.schedules import parse_appointments
from desktop.people.sheets import Rejected, Sheet

_ZONE = "UTC"
"""No practice, no zone: every wall-clock time exists there, and is given back as it stands."""


class Parsing:
    """Pure: there is no session and no record."""

    def __init__(self, clock: Clock, read: Callable[[bytes, str], Sheet]) -> None:
        """`read` is the limited worker's way from bytes to rows."""
        self._clock = clock
        self._read = read

    def parse_people(self, data: bytes) -> PeopleParsed:
        """Raises InputError where the file as a whole cannot be used."""
        sheet = self._read(data, PEOPLE)
        found = parse_people(sheet, today=self._clock.now().date(), day_first=False)
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
        return PeopleParsed(sheet.format, people, _lines(found.rejected), found.ignored)

    def parse_schedule(self, data: bytes) -> AppointmentsParsed:
        """Raises InputError where the file as a whole cannot be used."""
        sheet = self._read(data, APPOINTMENTS)
        found = parse_appointments(sheet, _ZONE, day_first=False)
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
        return AppointmentsParsed(sheet.format, visits, _lines(found.rejected), found.ignored)


def _lines(rejected: Iterable[Rejected]) -> tuple[RejectedRow, ...]:
    return tuple(RejectedRow(row.line, row.reason) for row in rejected)

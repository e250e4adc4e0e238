"""Files of a test, read in its own process: months come first where nothing else is said."""

from __future__ import annotations

from datetime import date

from desktop.people.parsing import ParsedPeople, Progress, parse_people
from desktop.people.reading import read_sheet
from desktop.people.schedules import ParsedAppointments, parse_appointments


def people_of(
    data: bytes, today: date, *, day_first: bool = False, progress: Progress | None = None
) -> ParsedPeople:
    return parse_people(read_sheet(data, "people"), today=today, day_first=day_first, progress=progress)


def visits_of(data: bytes, zone: str, *, progress: Progress | None = None) -> ParsedAppointments:
    return parse_appointments(read_sheet(data, "appointments"), zone, day_first=False, progress=progress)

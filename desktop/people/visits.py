"""Visits that people write down by hand: their time on the practice's wall, and what may become of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from desktop.errors import InputError, Refused
from desktop.models import appointments, people
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Appointment, AppointmentId, PersonId, Reason, VisitStatus
from desktop.people.values import TEXT_MAX, read_text
from desktop.people.walltime import moment_of

YEARS_AHEAD = 5
"""A visit later than that is a slip of the year."""


def start_of(wall: datetime, zone: str, second: bool | None, now: datetime) -> tuple[datetime, datetime]:
    """A time on the wall, to the minute, and its moment in UTC.

    Raises InputError `visit-time-missing` where the clocks jump over it, `visit-time-twice` where it
    comes twice and `second` does not say which, `visit-time-far`.
    """
    wall = wall.replace(second=0, microsecond=0, tzinfo=None, fold=0)
    found = moment_of(wall, ZoneInfo(zone))
    if isinstance(found, tuple):
        if found[1].year > now.year + YEARS_AHEAD:
            raise InputError("visit-time-far", years=YEARS_AHEAD)
        return found
    if found.code == "ambiguous-time" and second is not None:
        return wall, wall.replace(tzinfo=ZoneInfo(zone), fold=int(second)).astimezone(UTC)
    if found.code == "ambiguous-time":
        raise InputError("visit-time-twice", time=wall.strftime("%H:%M"))
    if found.code == "no-such-time":
        raise InputError("visit-time-missing", time=wall.strftime("%H:%M"))
    raise InputError("visit-time-far", years=YEARS_AHEAD)


def fit_word(text: str, field: str) -> str:
    """A type, a provider or a place as schedules write them. Raises InputError("value-unusable")."""
    value = read_text(text, limit=TEXT_MAX)
    if isinstance(value, Reason):
        raise InputError("value-unusable", field=field, reason=value.code, **value.params)
    return value


def add(
    tx: Tx, person: PersonId, start: tuple[datetime, datetime], zone: str, what: tuple[str, str, str]
) -> Appointment:
    """A further visit; `what` is its type, provider and place.

    Raises InputError `person-unknown`, and `visit-there` where this person is booked at that time.
    """
    if people.get(tx, person) is None:
        raise InputError("person-unknown")
    wall, moment = start
    visit_type, provider, location = what
    _refuse_twice(tx, person, moment, None)
    visit = Appointment(
        id=AppointmentId(new_id()),
        person=person,
        external_id="",
        start=wall,
        zone=zone,
        start_utc=moment,
        occurrence=0,
        status=VisitStatus.BOOKED,
        visit_type=fit_word(visit_type, "visit_type"),
        provider=fit_word(provider, "provider"),
        location=fit_word(location, "location"),
    )
    appointments.insert(tx, visit)
    return visit


def move(
    tx: Tx,
    visit: Appointment,
    start: tuple[datetime, datetime],
    zone: str,
    provider: str | None,
    location: str | None,
) -> Appointment:
    """The visit at another time, which is another occurrence, reminded anew; booked again if it was not.

    Raises InputError `visit-there`, `visit-same` where nothing is changed.
    """
    wall, moment = start
    _refuse_twice(tx, visit.person, moment, visit.id)
    moved = (visit.start, visit.start_utc) != (wall, moment)
    after = replace(
        visit,
        start=wall,
        start_utc=moment,
        zone=zone,
        occurrence=visit.occurrence + int(moved),
        status=VisitStatus.BOOKED if moved else visit.status,
        provider=visit.provider if provider is None else fit_word(provider, "provider"),
        location=visit.location if location is None else fit_word(location, "location"),
    )
    if after == visit:
        raise InputError("visit-same")
    appointments.update(tx, after)
    return after


def mark(tx: Tx, visit: Appointment, status: VisitStatus, now: datetime) -> Appointment:
    """What became of it. `booked` takes anything back.

    Raises Refused `visit-not-begun` where it cannot have been kept or missed yet, `visit-cancelled-before`
    where there was none, and `visit-over` for a visit that is cancelled after it was kept.
    """
    if status in (VisitStatus.KEPT, VisitStatus.MISSED):
        if visit.start_utc > now:
            raise Refused("visit-not-begun")
        if visit.status is VisitStatus.CANCELLED:
            raise Refused("visit-cancelled-before")
    if status is VisitStatus.CANCELLED and visit.status is VisitStatus.KEPT:
        raise Refused("visit-over")
    if status is VisitStatus.BOOKED and visit.status is VisitStatus.CANCELLED:
        _refuse_twice(tx, visit.person, visit.start_utc, visit.id)
    after = replace(visit, status=status)
    appointments.update(tx, after)
    return after


def _refuse_twice(tx: Tx, person: PersonId, moment: datetime, but: AppointmentId | None) -> None:
    for other in appointments.of_person(tx, person):
        if other.start_utc == moment and other.status is VisitStatus.BOOKED and other.id != but:
            raise InputError("visit-there")

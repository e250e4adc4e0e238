"""Visits as the schedule has them. Their start is wall-clock time in their zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, Row, Select, and_, func, select
from sqlalchemy import insert as sql_insert
from sqlalchemy import update as sql_update

from desktop.models.lanes import Tx
from desktop.models.records import Appointment, AppointmentId, ImportId, PersonId, State, VisitStatus
from desktop.models.rows import chunks
from desktop.models.tables import appointment
from desktop.models.tables_campaigns import reminder_visit
from desktop.models.tables_mail import message


def _values(visit: Appointment) -> dict[str, Any]:
    return {
        "person": visit.person,
        "external_id": visit.external_id,
        "start": visit.start,
        "zone": visit.zone,
        "start_utc": visit.start_utc,
        "occurrence": visit.occurrence,
        "status": visit.status.value,
        "visit_type": visit.visit_type,
        "provider": visit.provider,
        "location": visit.location,
    }


def _visit(row: Row[Any]) -> Appointment:
    return Appointment(
        id=AppointmentId(row.id),
        person=PersonId(row.person),
        external_id=row.external_id,
        start=row.start,
        zone=row.zone,
        start_utc=row.start_utc,
        occurrence=row.occurrence,
        status=VisitStatus(row.status),
        visit_type=row.visit_type,
        provider=row.provider,
        location=row.location,
    )


def _all(tx: Tx, query: Select[Any]) -> list[Appointment]:
    return [_visit(row) for row in tx.connection.execute(query)]


def get(tx: Tx, appointment_id: AppointmentId) -> Appointment | None:
    row = tx.connection.execute(select(appointment).where(appointment.c.id == appointment_id)).one_or_none()
    return _visit(row) if row else None


def get_many(tx: Tx, appointment_ids: Iterable[AppointmentId]) -> dict[AppointmentId, Appointment]:
    """Those that exist."""
    found: dict[AppointmentId, Appointment] = {}
    for some in chunks(appointment_ids):
        query = select(appointment).where(appointment.c.id.in_(some))
        found.update((visit.id, visit) for visit in _all(tx, query))
    return found


def by_external(tx: Tx, external_id: str) -> Appointment | None:
    """The visit that the schedule program calls `external_id`; '' names none."""
    return by_external_many(tx, (external_id,)).get(external_id)


def by_external_many(tx: Tx, external_ids: Iterable[str]) -> dict[str, Appointment]:
    """As `by_external`, for a whole file."""
    found: dict[str, Appointment] = {}
    for some in chunks(name for name in external_ids if name):
        # The second condition lets the partial index be used.
        wanted = and_(appointment.c.external_id.in_(some), appointment.c.external_id != "")
        found.update((visit.external_id, visit) for visit in _all(tx, select(appointment).where(wanted)))
    return found


def insert(tx: Tx, visit: Appointment, import_id: ImportId | None = None) -> None:
    tx.connection.execute(sql_insert(appointment).values(id=visit.id, import_id=import_id, **_values(visit)))


def update(tx: Tx, visit: Appointment) -> None:
    tx.connection.execute(
        sql_update(appointment).where(appointment.c.id == visit.id).values(**_values(visit))
    )


def between(tx: Tx, start_utc: datetime, end_utc: datetime) -> list[Appointment]:
    """Visits that start in `start_utc <= t < end_utc`, by time; cancelled ones too."""
    wanted = and_(appointment.c.start_utc >= start_utc, appointment.c.start_utc < end_utc)
    return _all(tx, select(appointment).where(wanted).order_by(appointment.c.start_utc, appointment.c.id))


def on_day(tx: Tx, day: date) -> list[Appointment]:
    """Visits on a day of the wall calendar, by time; cancelled ones too."""
    begins = datetime.combine(day, time())
    wanted = and_(appointment.c.start >= begins, appointment.c.start < begins + timedelta(days=1))
    return _all(tx, select(appointment).where(wanted).order_by(appointment.c.start, appointment.c.id))


def counts(tx: Tx, first: date, last: date) -> dict[date, int]:
    """How many are booked on each day of the wall calendar from `first` to `last`."""
    begins, ends = datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
    day = func.substr(appointment.c.start, 1, 10)
    wanted = and_(appointment.c.start >= begins, appointment.c.start < ends)
    booked = and_(wanted, appointment.c.status == VisitStatus.BOOKED.value)
    rows = tx.connection.execute(select(day, func.count()).where(booked).group_by(day))
    return {date.fromisoformat(on): count for on, count in rows}


def brought_by(tx: Tx, visits: Iterable[AppointmentId]) -> set[ImportId]:
    """The imports that first brought these visits; one written by hand came with none."""
    found: set[ImportId] = set()
    for some in chunks(visits):
        query = select(appointment.c.import_id).where(appointment.c.id.in_(some)).distinct()
        found.update(ImportId(one) for one in tx.connection.execute(query).scalars() if one)
    return found


def of_person(tx: Tx, person: PersonId) -> list[Appointment]:
    """All visits of one person, by time."""
    return _all(
        tx, select(appointment).where(appointment.c.person == person).order_by(appointment.c.start_utc)
    )


def reminded(tx: Tx, visits: Iterable[Appointment]) -> set[AppointmentId]:
    """Those of which a reminder was sent, or is on its way."""
    known = {(visit.id, visit.occurrence) for visit in visits}
    found: set[AppointmentId] = set()
    for some in chunks(ident for ident, _ in known):
        about = reminder_visit.c
        went = and_(about.appointment.in_(some), about.live == 1, message.c.state != State.CANCELLED.value)
        query = select(about.appointment, about.occurrence).join(message, message.c.id == about.message)
        rows = tx.connection.execute(query.where(went))
        found.update(AppointmentId(visit) for visit, occurrence in rows if (visit, occurrence) in known)
    return found


def words(tx: Tx, since: datetime, most: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The types, providers and places that visits after `since` name, the commonest first."""
    types, providers, places = (
        _commonest(tx, column, since, most)
        for column in (appointment.c.visit_type, appointment.c.provider, appointment.c.location)
    )
    return types, providers, places


def _commonest(tx: Tx, column: Column[str], since: datetime, most: int) -> tuple[str, ...]:
    wanted = and_(appointment.c.start_utc >= since, column != "")
    counted = select(column).where(wanted).group_by(column).order_by(func.count().desc(), column)
    return tuple(tx.connection.execute(counted.limit(most)).scalars())

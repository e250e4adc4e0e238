"""Ordinary records for tests of what is kept: every field may be given, none must."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from desktop.models import people
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Consent,
    Detail,
    Kind,
    Label,
    Message,
    MessageId,
    Method,
    Person,
    PersonId,
    Reason,
    State,
    Status,
    VisitStatus,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def a_person(**fields: Any) -> Person:
    usual = Person(
        id=PersonId(new_id()),
        kind=Kind.PATIENT,
        first_name="María",
        last_name="Muñoz",
        birth_date=date(1961, 4, 2),
        email="",
        language="es",
        detail=Detail.STANDARD,
        status=Status.ACTIVE,
        consent=Consent.UNKNOWN,
    )
    return replace(usual, **fields)


def keep(db: Database, *persons: Person) -> None:
    """Store people in one transaction."""

    def insert(tx: Tx) -> None:
        for person in persons:
            people.insert(tx, person)

    db.write(insert)


def a_visit(person: PersonId, **fields: Any) -> Appointment:
    usual = Appointment(
        id=AppointmentId(new_id()),
        person=person,
        external_id="",
        start=datetime.fromisoformat("2026-11-24T14:30"),
        zone="America/New_York",
        start_utc=datetime(2026, 11, 24, 19, 30, tzinfo=UTC),
        occurrence=0,
        status=VisitStatus.BOOKED,
    )
    return replace(usual, **fields)


def a_message(person: PersonId, **fields: Any) -> Message:
    ident = MessageId(new_id())
    usual = Message(
        id=ident,
        kind="reminder",
        source="visit",
        occurrence=0,
        generation=0,
        person=person,
        address="maria@example.com",
        method=Method.OPENPGP,
        state=State.QUEUED,
        label=Label.ROUTINE,
        relay=None,
        message_id=f"<{ident}@example.com>",
        sha256="00" * 32,
        decision_hash="11" * 32,
        reasons=(Reason("key-confirmed", {"days": 3}),),
        queued_at=NOW,
        not_before=NOW + timedelta(seconds=10),
        useless_after=None,
        window="day-before",
    )
    return replace(usual, **fields)

"""What stands in the fields of a text for one person, as far as a role may see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desktop.access.fields import visible
from desktop.access.roles import FieldGroup, hidden
from desktop.errors import InputError
from desktop.mail import fieldvalues
from desktop.mail.sender import load_sender
from desktop.mail.templates import Own
from desktop.models import appointments, customfields, people
from desktop.models.accounts import Role
from desktop.models.database import Tx
from desktop.models.records import Appointment, PersonId, VisitStatus
from desktop.models.rules import CUSTOM
from desktop.people.customfields import seen as seen_fields


def seen_values(tx: Tx, role: Role, id_: PersonId, language: str, now: datetime) -> dict[str, str]:
    """Of the person, of their next visit and of the practice. Raises InputError("person-unknown")."""
    known = people.get(tx, id_)
    if known is None:
        raise InputError("person-unknown")
    seen, visit = visible(known, role), _next_visit(tx, id_, role, now)
    values = fieldvalues.of_person(load_sender(tx), replace(seen, language=language), visit)
    own = seen_fields(customfields.listing(tx), role)
    return values | fieldvalues.of_own(own, customfields.values(tx, id_), language)


def seen_classes(tx: Tx, role: Role) -> Own:
    """Fields of the practice's own that this role may name."""
    return {CUSTOM + one.name: one.group for one in seen_fields(customfields.listing(tx), role)}


def _next_visit(tx: Tx, person: PersonId, role: Role, now: datetime) -> Appointment | None:
    if FieldGroup.APPOINTMENT in hidden(role):
        return None
    booked = (one for one in appointments.of_person(tx, person) if one.status is VisitStatus.BOOKED)
    return next((one for one in booked if one.start_utc >= now), None)

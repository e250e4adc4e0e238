"""What a role sees of a person: groups that are not its business come empty (roles.py says which)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from desktop.access.roles import FieldGroup, hidden
from desktop.models.accounts import Role, Session
from desktop.models.correspondence import Conversation
from desktop.models.records import Consent, Detail, Kind, Label, Person, Status

PERSON_FIELDS: Mapping[str, FieldGroup] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "kind",
                "first_name",
                "last_name",
                "birth_date",
                "email",
                "language",
                "status",
                "consent",
                "external_id",
                "phone",
                "organisation",
                "preferred_method",
                "plain_wish",
                "street",
                "city",
                "region",
                "zip",
                "sex",
                "since",
            ),
            FieldGroup.CONTACT,
        ),
        "detail": FieldGroup.APPOINTMENT,
    }
)
"""The group of each field of `models.records.Person` but its id; a field without one is a bug."""

APPOINTMENT_FIELDS: Mapping[str, FieldGroup] = MappingProxyType(
    dict.fromkeys(
        (
            "external_id",
            "start",
            "zone",
            "start_utc",
            "occurrence",
            "status",
            "visit_type",
            "provider",
            "location",
        ),
        FieldGroup.APPOINTMENT,
    )
)
"""As `PERSON_FIELDS`, of `models.records.Appointment` but its id and its person.

Type and place of a visit can tell what it is for, so billing sees no visit at all.
"""

EMPTY: Mapping[str, Any] = MappingProxyType(
    {
        "kind": Kind.PATIENT,
        "first_name": "",
        "last_name": "",
        "birth_date": None,
        "email": "",
        "language": "",
        "detail": Detail.MINIMAL,
        "status": Status.ACTIVE,
        "consent": Consent.UNKNOWN,
        "external_id": "",
        "phone": "",
        "organisation": "",
        "preferred_method": None,
        "plain_wish": None,
        **dict.fromkeys(("street", "city", "region", "zip", "sex"), ""),
        "since": None,
    }
)
"""What stands in a field of a hidden group: what a person has of whom nothing is known."""


def visible(person: Person, role: Role) -> Person:
    """`person` with the fields of hidden groups emptied."""
    gone = frozenset(hidden(role))
    return replace(person, **{name: EMPTY[name] for name, group in PERSON_FIELDS.items() if group in gone})


def may_read(role: Role, label: Label, *, own: bool = False) -> bool:
    """Whether the words of a conversation of this label are for `role` (FEATURES K3).

    Very sensitive ones are for those who see clinical fields; the others for those who see
    visits. Who sees neither (billing) reads only their `own`: what they began or was given to them.
    """
    gone = hidden(role)
    if label is Label.VERY_SENSITIVE:
        return FieldGroup.CLINICAL not in gone
    return FieldGroup.APPOINTMENT not in gone or (own and FieldGroup.CONTACT not in gone)


def readable(row: Conversation, session: Session) -> bool:
    """Whether whoever has `session` may read this conversation."""
    return may_read(session.role, row.label, own=session.user in (row.started_by, row.owner))

"""What a role sees of a person: groups that are not its business come empty (roles.py says which)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from desktop.access.roles import PERSON_FIELDS, hidden
from desktop.models.accounts import Role
from desktop.models.records import Consent, Detail, Kind, Person, Status

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
    }
)
"""What stands in a field of a hidden group: what a person has of whom nothing is known."""


def visible(person: Person, role: Role) -> Person:
    """`person` with the fields of hidden groups emptied."""
    gone = frozenset(hidden(role))
    return replace(person, **{name: EMPTY[name] for name, group in PERSON_FIELDS.items() if group in gone})

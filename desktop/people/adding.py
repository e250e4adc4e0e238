"""Adding somebody by hand: the same checks as changing them, and who may be the same already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from desktop.errors import InputError
from desktop.models import alike, people
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, Detail, Kind, Person, PersonId, Status
from desktop.people.contacts import CONSENT_FIELDS, FIELDS, changed
from desktop.texts import clean

NAME, BIRTH, ADDRESS = "name", "birth-date", "address"
_MOST = 10
_NOT_HERE = frozenset({*CONSENT_FIELDS, "plain_wish"})
"""What a newcomer said about mail is recorded with its proof, once they are on file."""
_HERE = tuple(name for name in FIELDS if name not in _NOT_HERE)


def drafted(fields: Mapping[str, str], now: datetime) -> Person:
    """The newcomer as they would be kept.

    Raises InputError as `contacts.changed` does, naming the fields of a newcomer; `consent-later`
    for what they said about mail.
    """
    if not fields:
        raise InputError("nothing-to-change", allowed=", ".join(_HERE))
    for field in fields:
        name = field.strip().replace("-", "_")
        if name in _NOT_HERE:
            raise InputError("consent-later")
        if name not in _HERE:
            raise InputError("field-unknown", field=clean(field, 60), allowed=", ".join(_HERE))
    empty = Person(
        id=PersonId(new_id()),
        kind=Kind.PATIENT,
        first_name="",
        last_name="",
        birth_date=None,
        email="",
        language="en",
        detail=Detail.MINIMAL,
        status=Status.ACTIVE,
        consent=Consent.UNKNOWN,
        since=now.date(),
    )
    return changed(empty, fields, now=now).person


def who_is_alike(tx: Tx, person: Person) -> dict[PersonId, tuple[Person, tuple[str, ...]]]:
    """Whoever may be the same, and why; who is surely another by their birth date is not among the names."""
    found: dict[PersonId, tuple[Person, tuple[str, ...]]] = {}

    def add(others: list[Person], why: str) -> None:
        for other in others:
            before = found.get(other.id, (other, ()))[1]
            found[other.id] = (other, (*before, why))

    named = alike.by_name(tx, person.last_name, person.first_name, _MOST)
    add([other for other in named if not _other_birth(person, other)], NAME)
    if person.birth_date is not None:
        add(alike.by_birth(tx, person.birth_date, person.last_name, person.first_name, _MOST), BIRTH)
    if person.email:
        add(alike.by_address(tx, person.email, _MOST), ADDRESS)
    return found


def add(tx: Tx, person: Person) -> Person:
    """Keep the newcomer. Raises InputError `number-taken` where their number is somebody's."""
    if person.external_id and alike.has_number(tx, person.external_id) is not None:
        raise InputError("number-taken")
    people.insert(tx, person)
    return person


def _other_birth(one: Person, other: Person) -> bool:
    return None not in (one.birth_date, other.birth_date) and one.birth_date != other.birth_date

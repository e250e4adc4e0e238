"""What one row of a file changes about one person; pure, so that every rule can be tried.

A file may add and change, never empty: a blank cell says nothing. It may add a refusal,
never take one back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from desktop.models.records import Consent, Detail, Kind, Person, PersonId, Reason, Status
from desktop.people.parsing import PersonRow, name_words
from desktop.people.tabular import RowError


@dataclass(frozen=True)
class Choice:
    """Consent as a ledger entry to be: what was chosen, when, and how that is known."""

    state: Consent
    at: datetime
    source: str


@dataclass(frozen=True)
class Merged:
    """`person` as it is to be; `new` when it was not there; `choice` only where consent changes."""

    person: Person
    new: bool
    changed: bool
    choice: Choice | None


IMPORT_SOURCE = "import"
"""The source of a refusal whose file names none."""


def pick(row: PersonRow, candidates: Sequence[Person]) -> Person | None:
    """The stored person that a row means, or None for a new one.

    `candidates` are those with the row's external id, or with its names and birth date, as
    `models.people.match` finds them. Raises RowError("ambiguous") where it is uncertain:
    guessing would send one person's visits to another.
    """
    if len(candidates) > 1:
        raise RowError(Reason("ambiguous", {"count": len(candidates)}))
    if not candidates:
        return None
    person = candidates[0]
    if row.external_id and person.external_id == row.external_id:
        if _someone_else(row, person):
            raise RowError(Reason("external-id-of-another"))
        return person
    if row.external_id and person.external_id:
        raise RowError(Reason("ambiguous", {"count": 1}))
    if row.birth_date is None or person.birth_date is None:
        _need_same_professional(row, person)
    return person


def _someone_else(row: PersonRow, person: Person) -> bool:
    """The number fits, but neither a name nor the birth date does: a number used twice."""
    if row.birth_date is None or person.birth_date is None or row.birth_date == person.birth_date:
        return False
    last_name, first_name = name_words(row.last_name, row.first_name)
    return last_name != person.last_name.casefold() and first_name != person.first_name.casefold()


def _need_same_professional(row: PersonRow, person: Person) -> None:
    """Without a birth date, only a professional's name with the organisation is certain."""
    professional = person.kind is Kind.PROFESSIONAL and row.kind is Kind.PROFESSIONAL
    if not professional or row.organisation.casefold() != person.organisation.casefold():
        raise RowError(Reason("ambiguous", {"count": 1}))


def merge(row: PersonRow, person: Person | None, *, new_id: PersonId, language: str, now: datetime) -> Merged:
    """The person after the row. `language` is the practice's, for people who are new.

    Raises RowError: `name-missing` for a new person without names, `consent-refused-before`.
    """
    if person is None:
        return _created(row, new_id, language, now)
    after = replace(person, **_said(row, person))
    choice = _choice(row, person.consent, now)
    if choice is not None:
        after = replace(after, consent=choice.state)
    return Merged(after, new=False, changed=after != person, choice=choice)


def _said(row: PersonRow, person: Person) -> dict[str, Any]:
    """The fields in which a row says something else than is known."""
    said = {
        "external_id": row.external_id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "birth_date": row.birth_date,
        "email": row.email,
        "phone": row.phone,
        "organisation": row.organisation,
        "language": row.language,
        "detail": row.detail,
        "status": row.status,
        "kind": row.kind,
    }
    return {name: value for name, value in said.items() if value and value != getattr(person, name)}


def _created(row: PersonRow, new_id: PersonId, language: str, now: datetime) -> Merged:
    kind = row.kind or Kind.PATIENT
    if not row.last_name or not (row.first_name or kind is Kind.PROFESSIONAL):
        raise RowError(Reason("name-missing"))
    choice = _choice(row, Consent.UNKNOWN, now)
    person = Person(
        id=new_id,
        kind=kind,
        first_name=row.first_name,
        last_name=row.last_name,
        birth_date=row.birth_date,
        email=row.email,
        language=row.language or language,
        detail=row.detail or Detail.STANDARD,
        status=row.status or Status.ACTIVE,
        consent=Consent.UNKNOWN if choice is None else choice.state,
        external_id=row.external_id,
        phone=row.phone,
        organisation=row.organisation,
    )
    return Merged(person, new=True, changed=True, choice=choice)


def _choice(row: PersonRow, before: Consent, now: datetime) -> Choice | None:
    if row.consent is None or row.consent is Consent.UNKNOWN or row.consent is before:
        return None
    if before is Consent.REFUSED:
        raise RowError(Reason("consent-refused-before"))
    return Choice(row.consent, row.consent_at or now, row.consent_source or IMPORT_SOURCE)

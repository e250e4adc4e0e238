"""Everybody who is in lists, for handing the list out: read in stretches, in the order of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from desktop.frozen import dataclass
from desktop.models import people as kept
from desktop.models.lanes import Tx
from desktop.models.records import Consent, Person, PersonId
from desktop.models.rows import PORTION, chunks
from desktop.models.standing import Use
from desktop.models.tables import consent_entry
from desktop.models.tables import person as people

_IN_LISTS = people.c.merged_into.is_(None), people.c.withdrawn_at.is_(None)


@dataclass(frozen=True)
class ListedPerson:
    """One person with the fields of the practice's own, and their last word about care."""

    person: Person
    custom: dict[str, Any]
    consent_at: datetime | None = None
    consent_source: str = ""


def count(tx: Tx) -> int:
    """How many are in lists."""
    return int(tx.connection.execute(select(func.count()).select_from(people).where(*_IN_LISTS)).scalar_one())


def ids(tx: Tx) -> list[PersonId]:
    """Everybody who is in lists: not those who are the same person as another, nor who was withdrawn."""
    query = select(people.c.id).where(*_IN_LISTS).order_by(people.c.name_key, people.c.id)
    return [PersonId(one) for one in tx.connection.execute(query).scalars()]


def read(tx: Tx, wanted: Iterable[PersonId]) -> Iterator[ListedPerson]:
    """Those of `wanted` who exist, in that order."""
    for some in chunks(list(wanted), PORTION):
        own = select(people.c.id, people.c.custom).where(people.c.id.in_(some))
        custom = {row.id: dict(row.custom or {}) for row in tx.connection.execute(own)}
        said = _last_words(tx, some)
        for id_, one in kept.get_many(tx, some).items():
            at, source = said.get(id_, (None, ""))
            yield ListedPerson(one, custom.get(id_, {}), at, source)


def _last_words(tx: Tx, some: Iterable[PersonId]) -> dict[PersonId, tuple[datetime, str]]:
    last = (
        select(func.max(consent_entry.c.seq))
        .where(consent_entry.c.person.in_(list(some)), consent_entry.c.scope == Use.CARE.value)
        .group_by(consent_entry.c.person)
    )
    query = select(consent_entry.c.person, consent_entry.c.at, consent_entry.c.source).where(
        consent_entry.c.seq.in_(last), consent_entry.c.state != Consent.UNKNOWN.value
    )
    return {PersonId(row.person): (row.at, row.source) for row in tx.connection.execute(query)}

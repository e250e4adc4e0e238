"""Who is on file already and may be the same as somebody who is about to be added."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from desktop.models.lanes import Tx
from desktop.models.names import address_key, name_key
from desktop.models.people import get_many
from desktop.models.records import Person, PersonId
from desktop.models.tables import external_id as external_ids
from desktop.models.tables import mailbox, person_mailbox
from desktop.models.tables import person as people


def by_name(tx: Tx, last_name: str, first_name: str, limit: int) -> list[Person]:
    """With the same names, whatever their accents and capitals."""
    if not last_name:
        return []
    wanted = people.c.name_key == name_key(last_name, first_name)
    return _people(tx, select(people.c.id).where(wanted).order_by(people.c.id).limit(limit))


def by_birth(tx: Tx, birth_date: date, last_name: str, first_name: str, limit: int) -> list[Person]:
    """Born on the same day, with the same first or the same last name: married, perhaps."""
    one = or_(
        and_(func.lower(people.c.last_name) == last_name.lower(), people.c.last_name != ""),
        and_(func.lower(people.c.first_name) == first_name.lower(), people.c.first_name != ""),
    )
    wanted = and_(people.c.birth_date == birth_date, one)
    return _people(tx, select(people.c.id).where(wanted).order_by(people.c.id).limit(limit))


def by_address(tx: Tx, address: str, limit: int) -> list[Person]:
    """Whose mail goes or went to this mailbox: a family, perhaps."""
    query = (
        select(person_mailbox.c.person)
        .join(mailbox, mailbox.c.id == person_mailbox.c.mailbox)
        .where(mailbox.c.address_key == address_key(address))
        .order_by(person_mailbox.c.person)
        .limit(limit)
    )
    return _people(tx, query)


def has_number(tx: Tx, external_id: str) -> PersonId | None:
    """Whose the practice's own number is."""
    wanted = and_(external_ids.c.system == "", external_ids.c.value == external_id)
    found = tx.connection.execute(select(external_ids.c.person).where(wanted)).scalar_one_or_none()
    return PersonId(found) if found is not None else None


def _people(tx: Tx, query: Select[Any]) -> list[Person]:
    """Of the rows found, those that are somebody still."""
    return list(get_many(tx, [PersonId(one) for one in tx.connection.execute(query).scalars()]).values())

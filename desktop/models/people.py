"""People with their preferred address and their external id.

Addresses lie in `mailbox`, because a family shares one; a person keeps former ones, of
which none is preferred. A person's consent is not written here: see `consents.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, select
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.sqlite import insert as sql_insert

from desktop.models import names
from desktop.models import search as index
from desktop.models.lanes import Tx
from desktop.models.records import Consent, Detail, ImportId, Kind, Method, Person, PersonId, Status
from desktop.models.rows import chunks
from desktop.models.tables import external_id as external_ids
from desktop.models.tables import mailbox, person_mailbox
from desktop.models.tables import person as people

PRACTICE_SYSTEM = ""
"""The practice's own system; ids of other systems will carry its name."""

_NOT_READ = frozenset({"name_key", "custom", "import_id"})
_OWN = tuple(column for column in people.c if column.name not in _NOT_READ)
_WHOLE: Select[Any] = (
    select(*_OWN, mailbox.c.address.label("email"), external_ids.c.value.label("external_id"))
    .outerjoin(person_mailbox, and_(person_mailbox.c.person == people.c.id, person_mailbox.c.preferred == 1))
    .outerjoin(mailbox, mailbox.c.id == person_mailbox.c.mailbox)
    .outerjoin(
        external_ids,
        and_(external_ids.c.person == people.c.id, external_ids.c.system == PRACTICE_SYSTEM),
    )
)


def _person(row: Row[Any]) -> Person:
    return Person(
        id=PersonId(row.id),
        kind=Kind(row.kind),
        first_name=row.first_name,
        last_name=row.last_name,
        birth_date=row.birth_date,
        email=row.email or "",
        language=row.language,
        detail=Detail(row.detail),
        status=Status(row.status),
        consent=Consent(row.consent),
        external_id=row.external_id or "",
        phone=row.phone,
        organisation=row.organisation,
        preferred_method=Method(row.preferred_method) if row.preferred_method else None,
        plain_wish=row.plain_wish,
    )


def _values(person: Person) -> dict[str, Any]:
    return {
        "kind": person.kind.value,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "birth_date": person.birth_date,
        "language": person.language,
        "detail": person.detail.value,
        "status": person.status.value,
        "phone": person.phone,
        "organisation": person.organisation,
        "preferred_method": person.preferred_method.value if person.preferred_method else None,
        "plain_wish": person.plain_wish,
        "name_key": names.name_key(person.last_name, person.first_name),
    }


def get(tx: Tx, person_id: PersonId) -> Person | None:
    return get_many(tx, (person_id,)).get(person_id)


def get_many(tx: Tx, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
    """Those of `person_ids` that exist, in the order asked for."""
    wanted = list(dict.fromkeys(person_ids))
    found: dict[str, Person] = {}
    for some in chunks(wanted):
        rows = tx.connection.execute(_WHOLE.where(people.c.id.in_(some)))
        found.update((row.id, _person(row)) for row in rows)
    return {person_id: found[person_id] for person_id in wanted if person_id in found}


def insert(tx: Tx, person: Person, import_id: ImportId | None = None) -> None:
    """Add a person. Consent comes from the ledger, so a newcomer's must be unknown (ValueError)."""
    if person.consent is not Consent.UNKNOWN:
        raise ValueError("insert the person first, then enter the consent with consents.append")
    tx.connection.execute(sql_insert(people).values(id=person.id, import_id=import_id, **_values(person)))
    _put_external(tx, person)
    _put_address(tx, person)
    index.put(tx, person)


def update(tx: Tx, person: Person) -> None:
    """Store every field but the consent; a former address stays with the person, unpreferred."""
    tx.connection.execute(sql_update(people).where(people.c.id == person.id).values(**_values(person)))
    tx.connection.execute(
        delete(external_ids).where(
            and_(external_ids.c.person == person.id, external_ids.c.system == PRACTICE_SYSTEM)
        )
    )
    _put_external(tx, person)
    tx.connection.execute(
        sql_update(person_mailbox).where(person_mailbox.c.person == person.id).values(preferred=0)
    )
    _put_address(tx, person)
    index.put(tx, person)


def match(
    tx: Tx, *, external_id: str, last_name: str, first_name: str, birth_date: date | None
) -> list[Person]:
    """Who these words may mean: the one with the external id, else all with these names and this birth date.

    Without a birth date, all with these names: the caller says whether that is certain.
    """
    if external_id:
        owner = and_(external_ids.c.system == PRACTICE_SYSTEM, external_ids.c.value == external_id)
        found = tx.connection.execute(select(external_ids.c.person).where(owner)).scalars().all()
        if found:
            return list(get_many(tx, [PersonId(person) for person in found]).values())
    wanted = people.c.name_key == names.name_key(last_name, first_name)
    if birth_date is not None:
        wanted = and_(wanted, people.c.birth_date == birth_date)
    return [_person(row) for row in tx.connection.execute(_WHOLE.where(wanted).order_by(people.c.id))]


def at_address(tx: Tx, address: str) -> list[Person]:
    """Who prefers this mailbox: a family, perhaps."""
    wanted = mailbox.c.address_key == names.address_key(address)
    return [_person(row) for row in tx.connection.execute(_WHOLE.where(wanted).order_by(people.c.id))]


def search(tx: Tx, text: str, limit: int = 50, offset: int = 0) -> list[Person]:
    """By the beginnings of names, address, external id or telephone number; '' lists by last name."""
    return list(get_many(tx, index.ids(tx, text, limit, offset)).values())


def found(tx: Tx, text: str) -> int:
    """How many `search` would give without a limit."""
    return index.count(tx, text)


def count(tx: Tx) -> int:
    return tx.connection.execute(select(func.count()).select_from(people)).scalar_one()


@dataclass(frozen=True)
class Named:
    """A patient as the content check knows them."""

    id: PersonId
    first_name: str
    last_name: str
    external_id: str


def patients(tx: Tx) -> list[Named]:
    """Everybody's names: only what recognising them takes, because it is all of them."""
    query = (
        select(people.c.id, people.c.first_name, people.c.last_name, external_ids.c.value)
        .outerjoin(
            external_ids,
            and_(external_ids.c.person == people.c.id, external_ids.c.system == PRACTICE_SYSTEM),
        )
        .where(people.c.kind == Kind.PATIENT.value)
    )
    rows = tx.connection.execute(query)
    return [Named(PersonId(who), first, last, number or "") for who, first, last, number in rows]


def _put_external(tx: Tx, person: Person) -> None:
    if person.external_id:
        row = sql_insert(external_ids).values(
            system=PRACTICE_SYSTEM, value=person.external_id, person=person.id
        )
        tx.connection.execute(row)


def _put_address(tx: Tx, person: Person) -> None:
    if not person.email:
        return
    key = names.address_key(person.email)
    row = sql_insert(mailbox).values(address=person.email, address_key=key)
    # The spelling that was given last is the one that is shown and written to.
    kept = row.on_conflict_do_update(index_elements=["address_key"], set_={"address": person.email})
    box = tx.connection.execute(kept.returning(mailbox.c.id)).scalar_one()
    own = sql_insert(person_mailbox).values(person=person.id, mailbox=box, preferred=1)
    tx.connection.execute(
        own.on_conflict_do_update(index_elements=["person", "mailbox"], set_={"preferred": 1})
    )

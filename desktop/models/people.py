"""People with their preferred address and their external id.

Addresses lie in `mailbox`, because a family shares one; a person keeps former ones, of
which none is preferred (`maillinks.py`). A person's consent is not written here: see `consents.py`.
A record that was merged into another or withdrawn is nobody here, but where it is asked for by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, select
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.sqlite import insert as sql_insert

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import maillinks, names
from desktop.models import search as index
from desktop.models.lanes import Tx
from desktop.models.records import Consent, Detail, ImportId, Kind, Method, Person, PersonId, Status
from desktop.models.rows import chunks
from desktop.models.tables import external_id as external_ids
from desktop.models.tables import mailbox, person_mailbox
from desktop.models.tables import person as people

PRACTICE_SYSTEM = ""
"""The practice's own system; ids of other systems will carry its name."""

_NOT_READ = frozenset({"name_key", "custom", "import_id", "merged_into", "withdrawn_at"})
_OWN = tuple(column for column in people.c if column.name not in _NOT_READ)
_ADDRESS = and_(
    person_mailbox.c.person == people.c.id,
    person_mailbox.c.preferred == 1,
    person_mailbox.c.ended_at.is_(None),
)
_EVERY: Select[Any] = (
    select(*_OWN, mailbox.c.address.label("email"), external_ids.c.value.label("external_id"))
    .outerjoin(person_mailbox, _ADDRESS)
    .outerjoin(mailbox, mailbox.c.id == person_mailbox.c.mailbox)
    .outerjoin(
        external_ids,
        and_(external_ids.c.person == people.c.id, external_ids.c.system == PRACTICE_SYSTEM),
    )
)
HERE = and_(people.c.merged_into.is_(None), people.c.withdrawn_at.is_(None))
_MEANT = func.coalesce(people.c.merged_into, people.c.id)
"""Who stands for a record now."""
"""Who is in lists, searches and audiences: everybody but those who were merged or withdrawn."""
_WHOLE = _EVERY.where(HERE)


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
        street=row.street,
        city=row.city,
        region=row.region,
        zip=row.zip,
        sex=row.sex,
        since=row.since,
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
        "street": person.street,
        "city": person.city,
        "region": person.region,
        "zip": person.zip,
        "sex": person.sex,
        "since": person.since,
        "name_key": names.name_key(person.last_name, person.first_name),
    }


def get(tx: Tx, person_id: PersonId) -> Person | None:
    return get_many(tx, (person_id,)).get(person_id)


def get_many(tx: Tx, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
    """Those of `person_ids` that exist, in the order asked for."""
    return _read(tx, person_ids, _WHOLE)


def get_gone(tx: Tx, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
    """As `get_many`, with those who were merged or withdrawn: for their names in what is past."""
    return _read(tx, person_ids, _EVERY)


def _read(tx: Tx, person_ids: Iterable[PersonId], query: Select[Any]) -> dict[PersonId, Person]:
    wanted = list(dict.fromkeys(person_ids))
    found: dict[str, Person] = {}
    for some in chunks(wanted):
        rows = tx.connection.execute(query.where(people.c.id.in_(some)))
        found.update((row.id, _person(row)) for row in rows)
    return {person_id: found[person_id] for person_id in wanted if person_id in found}


def insert(tx: Tx, person: Person, import_id: ImportId | None = None) -> None:
    """Add a person. Consent comes from the ledger, so a newcomer's must be unknown (ValueError)."""
    if person.consent is not Consent.UNKNOWN:
        raise ValueError("insert the person first, then enter the consent with consents.enter")
    tx.connection.execute(sql_insert(people).values(id=person.id, import_id=import_id, **_values(person)))
    _put_external(tx, person)
    _put_address(tx, person)
    index.put(tx, person)


def update(tx: Tx, person: Person) -> None:
    """Store every field but the consent; a former address stays with the person, unpreferred.

    Links to mailboxes stay as they are where the address does. Raises InputError
    `address-confidential` where another than the confidential address would be written to,
    `address-ended` for one that was given up: who reads it is said with the household;
    `guardian-needs-birth-date` where nobody would know any more when a guardian's link ends.
    """
    moved = _moved_address(tx, person)
    if person.birth_date is None and maillinks.has_guardian(tx, person.id):
        raise InputError("guardian-needs-birth-date")
    tx.connection.execute(sql_update(people).where(people.c.id == person.id).values(**_values(person)))
    tx.connection.execute(
        delete(external_ids).where(
            and_(external_ids.c.person == person.id, external_ids.c.system == PRACTICE_SYSTEM)
        )
    )
    _put_external(tx, person)
    if moved:
        theirs = person_mailbox.c.person == person.id
        tx.connection.execute(sql_update(person_mailbox).where(theirs).values(preferred=0))
        _put_address(tx, person)
    index.put(tx, person)


def withdraw(tx: Tx, person_ids: Iterable[PersonId], at: datetime) -> None:
    """They are in no list any more and get no mail: the import that brought them was undone."""
    _set_here(tx, person_ids, {"withdrawn_at": at})


def merge_into(tx: Tx, gone: Iterable[PersonId], kept: PersonId | None) -> None:
    """`kept` stands for these records from now on; None: they stand for themselves again."""
    _set_here(tx, gone, {"merged_into": kept})


def _set_here(tx: Tx, person_ids: Iterable[PersonId], values: dict[str, Any]) -> None:
    for some in chunks(person_ids):
        tx.connection.execute(sql_update(people).where(people.c.id.in_(some)).values(values))
        reindex(tx, [PersonId(one) for one in some])


def reindex(tx: Tx, person_ids: Iterable[PersonId]) -> None:
    """What is searchable of them changed: their address, or what became of their record."""
    for some in chunks(person_ids):
        named = select(people.c.id, people.c.last_name, people.c.first_name, people.c.organisation)
        rows = tx.connection.execute(named.where(people.c.id.in_(some))).all()
        index.put_all(tx, [(row.id, names.sort_key(*row[1:])) for row in rows])


def stands_for(tx: Tx, person: PersonId) -> PersonId:
    """Who a record stands for: the one that it was merged into, or itself."""
    into = tx.connection.execute(select(people.c.merged_into).where(people.c.id == person)).scalar()
    return PersonId(into) if into else person


def meant(tx: Tx, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
    """Who each of these records stands for now; one that is not there any more has nobody."""
    into: dict[PersonId, PersonId] = {}
    for some in chunks(dict.fromkeys(person_ids)):
        rows = tx.connection.execute(select(people.c.id, _MEANT).where(people.c.id.in_(some)))
        into.update((PersonId(own), PersonId(other)) for own, other in rows)
    found = get_many(tx, into.values())
    return {own: found[other] for own, other in into.items() if other in found}


def by_number(tx: Tx, external_id: str) -> Person | None:
    """Whom the practice's number means: also that of a record that was merged; '' means nobody."""
    if not external_id:
        return None
    owner = and_(external_ids.c.system == PRACTICE_SYSTEM, external_ids.c.value == external_id)
    query = select(_MEANT).join(external_ids, external_ids.c.person == people.c.id).where(owner)
    return next(iter(get_many(tx, tx.connection.execute(query).scalars()).values()), None)


def match(tx: Tx, last_name: str, first_name: str, birth_date: date | None) -> list[Person]:
    """Who these names may mean: all who have them and this birth date.

    Without a birth date, all with these names: the caller says whether that is certain. Names of a
    record that was merged mean the one that it was merged into; a withdrawn one is not found.
    """
    wanted = people.c.name_key == names.name_key(last_name, first_name)
    if birth_date is not None:
        wanted = and_(wanted, people.c.birth_date == birth_date)
    ids = tx.connection.execute(select(_MEANT).where(wanted).order_by(_MEANT)).scalars()
    return list(get_many(tx, ids).values())


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
    """How many there are; who was merged or withdrawn does not count."""
    return tx.connection.execute(select(func.count()).select_from(people).where(HERE)).scalar_one()


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
        .where(people.c.kind == Kind.PATIENT.value, HERE)
    )
    rows = tx.connection.execute(query)
    return [Named(PersonId(who), first, last, number or "") for who, first, last, number in rows]


def _put_external(tx: Tx, person: Person) -> None:
    if person.external_id:
        row = sql_insert(external_ids).values(
            system=PRACTICE_SYSTEM, value=person.external_id, person=person.id
        )
        tx.connection.execute(row)


def _moved_address(tx: Tx, person: Person) -> bool:
    """Whether mail is to go elsewhere from now on."""
    links = maillinks.of_person(tx, person.id)
    now = next((link for link in links if link.preferred and link.ended_at is None), None)
    key = names.address_key(person.email)
    if key == (names.address_key(now.address) if now is not None else ""):
        if key:
            maillinks.mailbox_of(tx, person.email)
        return False
    if now is not None and now.confidential:
        raise InputError("address-confidential")
    if any(link.ended_at is not None and names.address_key(link.address) == key for link in links):
        raise InputError("address-ended")
    return True


def _put_address(tx: Tx, person: Person) -> None:
    if not person.email:
        return
    box = maillinks.mailbox_of(tx, person.email)
    own = sql_insert(person_mailbox).values(person=person.id, mailbox=box, preferred=1)
    tx.connection.execute(
        own.on_conflict_do_update(index_elements=["person", "mailbox"], set_={"preferred": 1})
    )

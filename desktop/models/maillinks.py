"""Which mailboxes a person's mail goes to, and who reads them.

Of a person's links at most one is `preferred`: that is where their mail goes now. A confidential
link is always the preferred one while it lasts (45 CFR 164.522(b)): no import and no other address
takes its place. A link that has ended is never preferred; it stays, so that the reason can be told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, select, update
from sqlalchemy.dialects.sqlite import insert as sql_insert

from desktop.models import names
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.rows import chunks
from desktop.models.standing import EvidenceId, MailLink, Reader
from desktop.models.tables import mailbox, person_mailbox
from desktop.models.tables import person as people

FAMILIES = ("", "merge", "apart")
"""What one mailbox may say of letters to several of its patients; '' leaves it to the practice."""

_WHOLE: Select[Any] = select(person_mailbox, mailbox.c.address).join(
    mailbox, mailbox.c.id == person_mailbox.c.mailbox
)
_HERE = and_(people.c.merged_into.is_(None), people.c.withdrawn_at.is_(None))


def _link(row: Row[Any]) -> MailLink:
    return MailLink(
        person=PersonId(row.person),
        address=row.address,
        preferred=bool(row.preferred),
        reader=Reader(row.reader),
        reader_name=row.reader_name,
        reader_person=PersonId(row.reader_person) if row.reader_person else None,
        document=EvidenceId(row.document) if row.document else None,
        confidential=bool(row.confidential),
        since=row.since,
        ended_at=row.ended_at,
    )


def of_person(tx: Tx, person: PersonId) -> tuple[MailLink, ...]:
    """All of them, ended ones too: the preferred first, then by address."""
    return of_many(tx, (person,)).get(person, ())


def of_many(tx: Tx, ids: Iterable[PersonId]) -> dict[PersonId, tuple[MailLink, ...]]:
    """Those of `ids` who have any link, each as `of_person`."""
    found: dict[PersonId, list[MailLink]] = {}
    order = (person_mailbox.c.preferred.desc(), mailbox.c.address_key)
    for some in chunks(dict.fromkeys(ids)):
        for row in tx.connection.execute(_WHOLE.where(person_mailbox.c.person.in_(some)).order_by(*order)):
            found.setdefault(PersonId(row.person), []).append(_link(row))
    return {person: tuple(links) for person, links in found.items()}


def household(tx: Tx, address: str) -> tuple[MailLink, ...]:
    """Whose mail goes to this mailbox now, by person; nobody who was merged or withdrawn."""
    wanted = and_(mailbox.c.address_key == names.address_key(address), person_mailbox.c.preferred == 1, _HERE)
    query = _WHOLE.join(people, people.c.id == person_mailbox.c.person).where(wanted)
    return tuple(_link(row) for row in tx.connection.execute(query.order_by(person_mailbox.c.person)))


def put(tx: Tx, link: MailLink) -> None:
    """Set a link anew as it stands here. A preferred or confidential one takes the place of all others.

    Raises ValueError for an ended link that would be written to.
    """
    preferred = link.preferred or link.confidential
    if preferred and link.ended_at is not None:
        raise ValueError("nothing goes to a link that has ended")
    box = mailbox_of(tx, link.address)
    if preferred:
        others = and_(person_mailbox.c.person == link.person, person_mailbox.c.mailbox != box)
        # One that was confidential is not quietly written to again later.
        tx.connection.execute(update(person_mailbox).where(others).values(preferred=0, confidential=0))
    values = {
        "preferred": int(preferred),
        "reader": link.reader.value,
        "reader_name": link.reader_name,
        "reader_person": link.reader_person,
        "document": link.document,
        "confidential": int(link.confidential),
        "since": link.since,
        "ended_at": link.ended_at,
    }
    row = sql_insert(person_mailbox).values(person=link.person, mailbox=box, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["person", "mailbox"], set_=values))


def end(tx: Tx, person: PersonId, address: str, at: datetime) -> bool:
    """Nothing goes there any more; answers whether there was such a link that had not ended."""
    box = select(mailbox.c.id).where(mailbox.c.address_key == names.address_key(address)).scalar_subquery()
    those = and_(
        person_mailbox.c.person == person,
        person_mailbox.c.mailbox == box,
        person_mailbox.c.ended_at.is_(None),
    )
    ended = update(person_mailbox).where(those).values(preferred=0, confidential=0, ended_at=at)
    return tx.connection.execute(ended).rowcount > 0


def drop(tx: Tx, person: PersonId, addresses: Iterable[str]) -> None:
    """Forget links altogether, as if they had never been: only for undoing."""
    keys = [names.address_key(one) for one in addresses]
    boxes = select(mailbox.c.id).where(mailbox.c.address_key.in_(keys))
    those = and_(person_mailbox.c.person == person, person_mailbox.c.mailbox.in_(boxes))
    tx.connection.execute(delete(person_mailbox).where(those))


def guardians_of(tx: Tx, born_until: date) -> tuple[MailLink, ...]:
    """Guardians' links that have not ended, of everybody born on `born_until` or before."""
    wanted = and_(
        person_mailbox.c.reader == Reader.GUARDIAN.value,
        person_mailbox.c.ended_at.is_(None),
        people.c.birth_date <= born_until,
        _HERE,
    )
    query = _WHOLE.join(people, people.c.id == person_mailbox.c.person).where(wanted)
    return tuple(_link(row) for row in tx.connection.execute(query.order_by(person_mailbox.c.person)))


def has_guardian(tx: Tx, person: PersonId) -> bool:
    """Whether a guardian's link of theirs has not ended."""
    links = of_person(tx, person)
    return any(link.reader is Reader.GUARDIAN and link.ended_at is None for link in links)


def family(tx: Tx, address: str) -> str:
    """What was set for letters to several patients of this mailbox, of `FAMILIES`."""
    query = select(mailbox.c.family).where(mailbox.c.address_key == names.address_key(address))
    return tx.connection.execute(query).scalar() or ""


def set_family(tx: Tx, address: str, choice: str) -> bool:
    """Answers whether there is such a mailbox. Raises ValueError for what is none of `FAMILIES`."""
    if choice not in FAMILIES:
        raise ValueError(choice)
    those = mailbox.c.address_key == names.address_key(address)
    return tx.connection.execute(update(mailbox).where(those).values(family=choice)).rowcount > 0


def mailbox_of(tx: Tx, address: str) -> int:
    """The number of a mailbox, made where it is new; the spelling that was given last is kept."""
    row = sql_insert(mailbox).values(address=address, address_key=names.address_key(address))
    kept = row.on_conflict_do_update(index_elements=["address_key"], set_={"address": address})
    number: int = tx.connection.execute(kept.returning(mailbox.c.id)).scalar_one()
    return number

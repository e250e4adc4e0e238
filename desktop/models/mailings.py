"""Addresses of everybody whom we write to, and who has never given a sign: for looking a list over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, exists, func, or_, select

from desktop.models.delivery import EventKind
from desktop.models.lanes import Tx
from desktop.models.records import Kind, PersonId, State, Status
from desktop.models.standing import Reader
from desktop.models.tables import mailbox, person_mailbox
from desktop.models.tables import person as people
from desktop.models.tables_delivery import suppression
from desktop.models.tables_desk import entry
from desktop.models.tables_mail import event, message

SIGNS = (
    EventKind.REPLIED,
    EventKind.CONFIRMED,
    EventKind.DECLINED,
    EventKind.OPENED,
    EventKind.CLICKED,
    EventKind.PICKED_UP,
)
"""What only somebody who reads the mail does; that a host took it is no sign of anybody."""


class Mailing(NamedTuple):
    """One person and one address that mail of theirs goes to. A tuple: there are 100,000 of them."""

    person: PersonId
    first_name: str
    last_name: str
    organisation: str
    address: str
    key: str
    own: bool
    """They are said to read it themselves."""
    patient: bool


def everybody(tx: Tx) -> Iterator[Mailing]:
    """Active people with the addresses that count, by name."""
    link, row = person_mailbox.c, people.c
    query = (
        select(
            row.id,
            row.first_name,
            row.last_name,
            row.organisation,
            mailbox.c.address,
            mailbox.c.address_key,
            link.reader == Reader.SELF.value,
            row.kind == Kind.PATIENT.value,
        )
        .select_from(people)
        .join(person_mailbox, link.person == row.id)
        .join(mailbox, mailbox.c.id == link.mailbox)
        .where(
            row.status == Status.ACTIVE.value,
            row.merged_into.is_(None),
            row.withdrawn_at.is_(None),
            link.ended_at.is_(None),
            or_(link.preferred == 1, link.confidential == 1),
        )
        .order_by(row.name_key, row.id, mailbox.c.address_key)
    )
    for found in tx.connection.execute(query):
        id_, first, last, organisation, address, key, own, patient = found
        yield Mailing(PersonId(id_), first, last, organisation, address, key, bool(own), bool(patient))


def stopped(tx: Tx) -> frozenset[str]:
    """The keys of all addresses that nothing goes to now."""
    query = select(suppression.c.address_key).where(suppression.c.lifted_at.is_(None)).distinct()
    return frozenset(tx.connection.execute(query).scalars())


def silent(tx: Tx, since: datetime, least: int) -> dict[PersonId, int]:
    """To whom at least `least` messages were delivered since then without any sign that somebody reads
    them, nor a mail of theirs; with how many there were.
    """
    kinds = [one.value for one in SIGNS]
    gave = exists().where(
        and_(event.c.person == message.c.person, event.c.kind.in_(kinds), event.c.at >= since)
    )
    wrote = exists().where(
        and_(entry.c.person == message.c.person, entry.c.received.is_not(None), entry.c.at >= since)
    )
    query = (
        select(message.c.person, func.count())
        .where(
            message.c.state == State.ACCEPTED.value,
            message.c.queued_at >= since,
            message.c.person.is_not(None),
            ~gave,
            ~wrote,
        )
        .group_by(message.c.person)
        .having(func.count() >= least)
    )
    return {PersonId(row[0]): int(row[1]) for row in tx.connection.execute(query)}

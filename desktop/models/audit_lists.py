"""What reports read of the audit log beside its records: sealed lists, names, who was written to."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select

from desktop.models.lanes import Tx
from desktop.models.records import MessageId, PersonId, State
from desktop.models.rows import chunks
from desktop.models.tables import person
from desktop.models.tables_desk import conversation, entry
from desktop.models.tables_mail import message
from desktop.models.tables_office import app_user, audit_ids

_NAMES = (person.c.first_name, person.c.last_name, person.c.organisation)


def sealed_numbers(tx: Tx) -> list[int]:
    """The records that have a sealed list, ascending."""
    return list(
        tx.connection.execute(select(audit_ids.c.event_seq).order_by(audit_ids.c.event_seq)).scalars()
    )


def sealed_lists(tx: Tx, seqs: Iterable[int]) -> dict[int, bytes]:
    """The sealed lists of these records; those without one are left out."""
    found: dict[int, bytes] = {}
    for some in chunks(seqs):
        query = select(audit_ids).where(audit_ids.c.event_seq.in_(some))
        found.update((row.event_seq, bytes(row.sealed)) for row in tx.connection.execute(query))
    return found


def imports_of(tx: Tx, persons: Iterable[PersonId]) -> list[str]:
    """The imports by which these people came in."""
    query = select(person.c.import_id).where(person.c.id.in_(list(persons)), person.c.import_id.is_not(None))
    return list(tx.connection.execute(query).scalars())


def names(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """What people call those of `ids` that are users, contacts, messages (their recipient), or
    conversations and what was said in them (whose they are).
    """
    found: dict[str, str] = {}
    for some in chunks(dict.fromkeys(ids)):
        whom = select(message.c.id, *_NAMES).join(person, person.c.id == message.c.person)
        whose = select(conversation.c.id, *_NAMES).join(person, person.c.id == conversation.c.person)
        said = select(entry.c.id, *_NAMES).join(conversation, conversation.c.id == entry.c.conversation)
        for query in (
            whom.where(message.c.id.in_(some)),
            whose.where(conversation.c.id.in_(some)),
            said.join(person, person.c.id == conversation.c.person).where(entry.c.id.in_(some)),
            select(person.c.id, *_NAMES).where(person.c.id.in_(some)),
        ):
            for row in tx.connection.execute(query):
                found[row.id] = f"{row.first_name} {row.last_name}".strip() or row.organisation
        users = select(app_user.c.id, app_user.c.name).where(app_user.c.id.in_(some))
        found.update((row.id, row.name) for row in tx.connection.execute(users))
    return found


def people_named(tx: Tx, ids: Iterable[str]) -> set[PersonId]:
    """Those of `ids` that are contacts, whom those that are messages were for, and whose the
    conversations are.
    """
    found: set[PersonId] = set()
    for some in chunks(dict.fromkeys(ids)):
        for query in (
            select(person.c.id).where(person.c.id.in_(some)),
            select(message.c.person).where(message.c.id.in_(some)),
            select(conversation.c.person).where(
                conversation.c.id.in_(some), conversation.c.person.is_not(None)
            ),
        ):
            found.update(PersonId(one) for one in tx.connection.execute(query).scalars())
    return found


def messages_about(tx: Tx, persons: Iterable[PersonId], states: Iterable[State]) -> list[MessageId]:
    """Messages to these people, and messages to others in conversations about them, oldest first."""
    ids = list(persons)
    query = (
        select(message.c.id)
        .outerjoin(conversation, conversation.c.id == message.c.conversation)
        .where(
            or_(message.c.person.in_(ids), conversation.c.person.in_(ids)),
            message.c.state.in_([state.value for state in states]),
        )
        .order_by(message.c.queued_at, message.c.id)
    )
    return [MessageId(found) for found in tx.connection.execute(query).scalars()]

"""Conversations as lines and as a whole, for who may read them.

Names are read here, so whoever shows lines records whose. A role that may not read a conversation
sees that there is one, with whom and how urgent it is, and nothing of its words. What is asked is
kept in a conversation that was answered, for it is asked again where the answer is taken back; only
an open one shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from desktop.access.fields import readable, visible
from desktop.errors import InputError, Refused
from desktop.models import conversations, entries, filings, people, tasks, users
from desktop.models.accounts import Session, UserId
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Entry,
    Filing,
    Urgency,
)
from desktop.models.database import Tx
from desktop.models.records import Person, PersonId
from desktop.models.tasks import TaskState
from desktop.office import task_lines
from desktop.office.entries_shown import entries_shown
from desktop.office.values_messages import ConversationLine, ConversationShown, FilingLine
from desktop.texts import clean

MOST_ENTRIES = 500
_SNIPPET_CHARS = 200
_ADDRESS_CHARS = 254


def conversation_of(tx: Tx, id_: ConversationId) -> Conversation:
    """Raises InputError `conversation-unknown`."""
    found = conversations.get(tx, id_)
    if found is None:
        raise InputError("conversation-unknown")
    return found


def read_by(tx: Tx, id_: ConversationId, session: Session) -> Conversation:
    """Raises InputError `conversation-unknown`, Refused `conversation-hidden`."""
    row = conversation_of(tx, id_)
    if not readable(row, session):
        raise Refused("conversation-hidden")
    return row


def answered_by(row: Conversation, now: datetime) -> UserId | None:
    """Who is answering at this moment."""
    if row.answering is None or row.answering_until is None or row.answering_until <= now:
        return None
    return row.answering


def user_names(tx: Tx) -> dict[UserId, str]:
    return {user.id: user.name for user in users.listing(tx)}


def name_of(person: Person) -> str:
    return person.name or person.organisation


def lines_of(
    tx: Tx, rows: Sequence[Conversation], session: Session, now: datetime
) -> tuple[ConversationLine, ...]:
    """In the order of `rows`."""
    known = people.get_many(tx, {row.person for row in rows if row.person is not None})
    names = user_names(tx)
    return tuple(_line(row, session, now, known, names) for row in rows)


def _line(
    row: Conversation,
    session: Session,
    now: datetime,
    known: Mapping[PersonId, Person],
    names: Mapping[UserId, str],
) -> ConversationLine:
    person = known.get(row.person) if row.person is not None else None
    mine, open_ = readable(row, session), row.state is ConversationState.OPEN
    answering = answered_by(row, now)
    return ConversationLine(
        id=row.id,
        person=row.person,
        name=name_of(visible(person, session.role)) if person else clean(row.sender, _ADDRESS_CHARS),
        subject=clean(row.subject) if mine else "",
        snippet=clean(row.snippet, _SNIPPET_CHARS) if mine else "",
        state=row.state,
        label=row.label,
        urgency=row.urgency if open_ else Urgency.PLAIN,
        changed_at=row.changed_at,
        last=row.last,
        unseen=row.unseen,
        ask=row.ask if mine and open_ else None,
        owner=row.owner,
        owner_name=names.get(row.owner, "") if row.owner else "",
        answering=names.get(answering, "") if answering and answering != session.user else "",
        hidden=not mine,
    )


def shown(tx: Tx, row: Conversation, session: Session, now: datetime, limit: int = 50) -> ConversationShown:
    """Only of one that `session` may read."""
    said = entries.of_conversation(tx, row.id, limit=max(1, min(limit, MOST_ENTRIES)))
    person = people.get(tx, row.person) if row.person is not None else None
    seen = visible(person, session.role) if person is not None else None
    (line,) = lines_of(tx, (row,), session, now)
    open_ones = [one for one in tasks.of_conversation(tx, row.id) if one.state is TaskState.OPEN]
    return ConversationShown(
        line=line,
        entries=entries_shown(tx, said, session),
        turn=row.turn,
        retention=row.retention,
        tasks=task_lines.lines(tx, open_ones, session, now),
        filings=_filings(tx, filings.of_conversation(tx, row.id)),
        earlier=entries.count(tx, row.id) - len(said),
        birth_date=seen.birth_date if seen is not None else None,
        external_id=seen.external_id if seen is not None else "",
        writers=() if row.person is not None else _writers(tx, said),
        reply_to=_reply_to(row, said),
    )


def _reply_to(row: Conversation, said: Sequence[Entry]) -> PersonId | None:
    """Who wrote last: a doctor, perhaps, in a conversation about a patient."""
    latest = next((one for one in reversed(said) if one.direction is Direction.IN and one.person), None)
    return latest.person if latest is not None else row.person


def filed_to(tx: Tx, person: PersonId, session: Session) -> tuple[FilingLine, ...]:
    """What was put to a person's record; the names of what this role may not read are left out."""
    rows = filings.of_person(tx, person)
    there = conversations.get_many(tx, {one.conversation for one in rows})
    seen = [one if readable(there[one.conversation], session) else replace(one, name="") for one in rows]
    return _filings(tx, seen)


def _filings(tx: Tx, rows: Sequence[Filing]) -> tuple[FilingLine, ...]:
    names = user_names(tx) if rows else {}
    return tuple(FilingLine(one.id, one.form, clean(one.name), one.at, names.get(one.by, "")) for one in rows)


def _writers(tx: Tx, said: Sequence[Entry]) -> tuple[PersonId, ...]:
    """Whose address the latest of it claims to be from."""
    latest = next((one for one in reversed(said) if one.direction is Direction.IN and one.sender), None)
    return tuple(person.id for person in people.at_address(tx, latest.sender)) if latest else ()

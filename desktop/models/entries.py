"""What was said in conversations: one row for each mail or message, found by its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, select
from sqlalchemy import update as sql_update

from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationId, Direction, Entry, EntryId, FileIn, Signature
from desktop.models.delivery import ReceivedId
from desktop.models.lanes import Tx
from desktop.models.records import Label, MessageId, PersonId
from desktop.models.rows import chunks
from desktop.models.tables_delivery import received
from desktop.models.tables_desk import entry
from desktop.models.tables_mail import message

_INDEX = """
    INSERT OR REPLACE INTO entry_search (rowid, who, subject, words) VALUES (?1, ?2 || ' ' || coalesce(
        (SELECT first_name || ' ' || last_name || ' ' || organisation FROM person WHERE id = ?3), ''), ?4, ?5)
"""


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=EntryId(row.id),
        conversation=ConversationId(row.conversation),
        at=row.at,
        direction=Direction(row.direction),
        seq=row.seq,
        received=ReceivedId(row.received) if row.received else None,
        message=MessageId(row.message) if row.message else None,
        person=PersonId(row.person) if row.person else None,
        author=UserId(row.author) if row.author else None,
        label=Label(row.label),
        sender_name=row.sender_name,
        sender=row.sender,
        subject=row.subject,
        own=row.own,
        text=row.text,
        files=tuple(FileIn(*one) for one in row.files),
        sealed=row.sealed,
        opened=bool(row.opened),
        signature=Signature(row.signature),
        page=bool(row.page),
    )


def _row(one: Entry) -> dict[str, Any]:
    return {
        "id": one.id,
        "conversation": one.conversation,
        "at": one.at,
        "direction": one.direction.value,
        "received": one.received,
        "message": one.message,
        "person": one.person,
        "author": one.author,
        "label": one.label.value,
        "sender_name": one.sender_name,
        "sender": one.sender,
        "subject": one.subject,
        "own": one.own,
        "text": one.text,
        "files": [[file.name, file.type, file.size, file.part] for file in one.files],
        "sealed": one.sealed,
        "opened": int(one.opened),
        "signature": one.signature.value,
        "page": int(one.page),
    }


def add(tx: Tx, one: Entry, who: str = "") -> Entry:
    """Keep it as the newest, found by its words, its files' names, its person's name and `who`.

    What comes back has its `seq`; the one given in is not looked at.
    """
    seq = tx.connection.execute(insert(entry).returning(entry.c.seq), _row(one)).scalar_one()
    kept = replace(one, seq=int(seq))
    _index(tx, kept, who)
    if one.message is not None:
        ours = sql_update(message).where(message.c.id == one.message)
        tx.connection.execute(ours.values(conversation=one.conversation))
    return kept


def update(tx: Tx, one: Entry, who: str = "") -> None:
    """Keep every field as it is in `one`, and let it be found by what it says now."""
    tx.connection.execute(sql_update(entry).where(entry.c.seq == one.seq).values(_row(one)))
    _index(tx, one, who)


def follow(tx: Tx, old: MessageId, new: MessageId) -> None:
    """A message was sent anew: what was said stands for its newest generation."""
    tx.connection.execute(sql_update(entry).where(entry.c.message == old).values(message=new))
    before = message.alias()
    home = select(before.c.conversation).where(before.c.id == old).scalar_subquery()
    tx.connection.execute(sql_update(message).where(message.c.id == new).values(conversation=home))


def followed(tx: Tx, new: MessageId) -> MessageId | None:
    """What a message was sent in place of: the try before it, or another form of it."""
    row, other = message.alias(), message.alias()
    same = (other.c.kind == row.c.kind, other.c.source == row.c.source, other.c.person == row.c.person)
    tries = select(other.c.id).join(row, and_(*same, other.c.generation < row.c.generation))
    latest = tries.where(row.c.id == new).order_by(other.c.generation.desc()).limit(1)
    form = select(other.c.id).join(row, other.c.id == row.c.source).where(row.c.id == new)
    found = tx.connection.execute(latest).scalar() or tx.connection.execute(form).scalar()
    return MessageId(found) if found else None


def belong(tx: Tx, conversation: ConversationId, person: PersonId) -> None:
    """What strangers said in a conversation turns out to be this person's."""
    theirs = entry.c.conversation == conversation, entry.c.direction == Direction.IN.value
    for one in _all(tx, *theirs, entry.c.person.is_(None)):
        update(tx, replace(one, person=person))


def destroy(tx: Tx, conversation: ConversationId) -> int:
    """Empty what was said of its words, names and files, and take it out of the search; how many."""
    empty = {"sender_name": "", "sender": "", "subject": "", "files": [], "own": "", "text": "", "page": 0}
    these = entry.c.conversation == conversation
    tx.connection.exec_driver_sql(
        "DELETE FROM entry_search WHERE rowid IN (SELECT seq FROM entry WHERE conversation = ?)",
        (conversation,),
    )
    return tx.connection.execute(sql_update(entry).where(these).values(empty)).rowcount


def get(tx: Tx, id_: EntryId) -> Entry | None:
    return next(iter(_all(tx, entry.c.id == id_)), None)


def get_many(tx: Tx, ids: Iterable[EntryId]) -> dict[EntryId, Entry]:
    """As `get`, of many; those that do not exist are left out."""
    found: dict[EntryId, Entry] = {}
    for some in chunks(dict.fromkeys(ids)):
        found.update((one.id, one) for one in _all(tx, entry.c.id.in_(some)))
    return found


def by_seq(tx: Tx, seqs: Iterable[int]) -> dict[int, Entry]:
    """As `get_many`, by their place in time."""
    found: dict[int, Entry] = {}
    for some in chunks(dict.fromkeys(seqs)):
        found.update((one.seq, one) for one in _all(tx, entry.c.seq.in_(some)))
    return found


def of_conversation(
    tx: Tx, conversation: ConversationId, *, limit: int, before: int | None = None
) -> list[Entry]:
    """The newest `limit`, oldest first; with `before` the newest of those with a lower `seq`."""
    query = select(entry).where(entry.c.conversation == conversation)
    if before is not None:
        query = query.where(entry.c.seq < before)
    rows = tx.connection.execute(query.order_by(entry.c.seq.desc()).limit(limit)).all()
    return [_entry(row) for row in reversed(rows)]


def count(tx: Tx, conversation: ConversationId) -> int:
    these = select(func.count()).select_from(entry).where(entry.c.conversation == conversation)
    return int(tx.connection.execute(these).scalar_one())


def of_message(tx: Tx, message_id: MessageId) -> Entry | None:
    """The entry that stands for a message of ours."""
    return next(iter(_all(tx, entry.c.message == message_id)), None)


def of_received(tx: Tx, received_id: ReceivedId) -> Entry | None:
    """The entry that stands for a received mail."""
    return next(iter(_all(tx, entry.c.received == received_id)), None)


def homes(tx: Tx, mails: Iterable[ReceivedId]) -> dict[ReceivedId, ConversationId]:
    """Which conversation each received mail stands in; those that stand in none are left out."""
    found: dict[ReceivedId, ConversationId] = {}
    for some in chunks(dict.fromkeys(mails)):
        query = select(entry.c.received, entry.c.conversation).where(entry.c.received.in_(some))
        rows = tx.connection.execute(query)
        found.update((ReceivedId(row.received), ConversationId(row.conversation)) for row in rows)
    return found


def threads_of(tx: Tx, message_ids: Sequence[str]) -> list[ConversationId]:
    """Conversations that these mails stand in (Message-IDs, received or ours), the latest said first."""
    found: dict[ConversationId, int] = {}
    for some in chunks(dict.fromkeys(one for one in message_ids if one)):
        came = select(entry.c.conversation, entry.c.seq).join(received, received.c.id == entry.c.received)
        went = select(entry.c.conversation, entry.c.seq).join(message, message.c.id == entry.c.message)
        for query in (
            came.where(received.c.message_id.in_(some)),
            went.where(message.c.message_id.in_(some)),
        ):
            for row in tx.connection.execute(query):
                one = ConversationId(row.conversation)
                found[one] = max(found.get(one, 0), row.seq)
    return sorted(found, key=lambda one: found[one], reverse=True)


def references(tx: Tx, conversation: ConversationId, person: PersonId | None, limit: int) -> list[str]:
    """Message-IDs of the newest `limit` mails between `person` (None: nobody known) and us, oldest first."""
    name = func.coalesce(received.c.message_id, message.c.message_id)
    query = (
        select(name)
        .select_from(entry)
        .outerjoin(received, received.c.id == entry.c.received)
        .outerjoin(message, message.c.id == entry.c.message)
        .where(entry.c.conversation == conversation, entry.c.person.is_not_distinct_from(person))
        .order_by(entry.c.seq.desc())
        .limit(limit)
    )
    return list(tx.connection.execute(query).scalars())[::-1]


def persons(tx: Tx, conversation: ConversationId) -> set[PersonId]:
    """Who was written to or wrote in it."""
    these = select(entry.c.person).where(entry.c.conversation == conversation, entry.c.person.is_not(None))
    return {PersonId(one) for one in tx.connection.execute(these.distinct()).scalars()}


def senders(tx: Tx, conversation: ConversationId) -> set[str]:
    """The addresses, as claimed, that wrote in it."""
    these = entry.c.conversation == conversation, entry.c.direction == Direction.IN.value
    return set(tx.connection.execute(select(entry.c.sender).where(*these).distinct()).scalars())


def _index(tx: Tx, one: Entry, who: str) -> None:
    names = f"{who} {one.sender_name} {one.sender}"
    words = " ".join((one.text or one.own, *(file.name for file in one.files)))
    tx.connection.exec_driver_sql(_INDEX, (one.seq, names, one.person, one.subject, words))


def _all(tx: Tx, *where: ColumnElement[bool]) -> list[Entry]:
    return [_entry(row) for row in tx.connection.execute(select(entry).where(*where))]

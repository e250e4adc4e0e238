"""Rows drawn by chance out of a restored database, with what each was when it was kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any

from sqlalchemy import Select, func, select

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.records import MessageId, PersonId
from desktop.models.rows import chunks
from desktop.models.tables import password_card, person
from desktop.models.tables_delivery import received
from desktop.models.tables_mail import message, message_body
from desktop.models.tables_office import audit_ids
from desktop.models.tables_protection import card_words


@dataclass(frozen=True)
class SentRow:
    """A message as it left, with the SHA-256 that was recorded of it."""

    id: MessageId
    sha256: str
    wire: bytes = field(repr=False)


@dataclass(frozen=True)
class ReceivedRow:
    id: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class ListRow:
    """Whose names a list showed, sealed under K_field."""

    seq: int
    sealed: bytes = field(repr=False)


def sent(tx: Tx, most: int) -> Iterator[SentRow]:
    """Messages whose words are still kept; one at a time, because each may be big."""
    query = (
        select(message.c.id, message.c.sha256, message_body.c.wire)
        .join(message_body, message_body.c.message == message.c.id)
        .where(message.c.id.in_(_drawn(_with_words(), most)))
    )
    for row in tx.connection.execute(query):
        yield SentRow(MessageId(row.id), row.sha256, bytes(row.wire))


def _with_words() -> Select[Any]:
    return select(message_body.c.message).where(func.length(message_body.c.wire) > 0)


def arrived(tx: Tx, most: int) -> Iterator[ReceivedRow]:
    """Received mail whose bytes are still kept; one at a time."""
    ids = select(received.c.id).where(func.length(received.c.raw) > 0)
    query = select(received.c.id, received.c.raw).where(received.c.id.in_(_drawn(ids, most)))
    for row in tx.connection.execute(query):
        yield ReceivedRow(row.id, bytes(row.raw))


def hashes(tx: Tx, ids: Iterable[MessageId]) -> dict[MessageId, str]:
    """The recorded SHA-256 of each message."""
    found: dict[MessageId, str] = {}
    for some in chunks(ids):
        rows = tx.connection.execute(select(message.c.id, message.c.sha256).where(message.c.id.in_(some)))
        found.update((MessageId(row.id), row.sha256) for row in rows)
    return found


def raw(tx: Tx, id_: str) -> bytes:
    """The bytes of a received mail; b'' once they were destroyed after their time."""
    found = tx.connection.execute(select(received.c.raw).where(received.c.id == id_)).scalar_one_or_none()
    return bytes(found or b"")


def carded(tx: Tx, most: int) -> list[PersonId]:
    """People with a card whose words are kept for this very card."""
    ids = select(card_words.c.person).join(
        password_card,
        (password_card.c.person == card_words.c.person) & (password_card.c.salt == card_words.c.salt),
    )
    return [PersonId(one) for one in tx.connection.execute(_drawn(ids, most)).scalars()]


def lists(tx: Tx, most: int) -> list[ListRow]:
    query = select(audit_ids).where(audit_ids.c.event_seq.in_(_drawn(select(audit_ids.c.event_seq), most)))
    return [ListRow(row.event_seq, bytes(row.sealed)) for row in tx.connection.execute(query)]


def people(tx: Tx, most: int) -> list[PersonId]:
    return [PersonId(one) for one in tx.connection.execute(_drawn(select(person.c.id), most)).scalars()]


def _drawn(ids: Select[Any], most: int) -> Select[Any]:
    return ids.order_by(func.random()).limit(most)

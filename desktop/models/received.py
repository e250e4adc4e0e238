"""What was received: one row is one mail of a mailbox, kept once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.delivery import AccountId, Match, Received, ReceivedId, ReceivedState
from desktop.models.lanes import Tx
from desktop.models.records import MessageId, PersonId
from desktop.models.rows import chunks
from desktop.models.tables_delivery import received

_ADD = insert(received).on_conflict_do_nothing(index_elements=["account", "uid_validity", "uid"])


def _received(row: Row[Any]) -> Received:
    return Received(
        id=ReceivedId(row.id),
        account=AccountId(row.account),
        uid_validity=row.uid_validity,
        uid=row.uid,
        at=row.at,
        kind=row.kind,
        state=ReceivedState(row.state),
        message=MessageId(row.message) if row.message else None,
        matched=Match(row.matched),
        person=PersonId(row.person) if row.person else None,
        message_id=row.message_id,
        in_reply_to=row.in_reply_to,
        sender=row.sender,
        details=row.details,
        raw=bytes(getattr(row, "raw", b"")),
    )


def add(tx: Tx, one: Received) -> bool:
    """Keep it; False, and nothing changed, where this mail of this mailbox was there already."""
    row = {
        "id": one.id,
        "account": one.account,
        "uid_validity": one.uid_validity,
        "uid": one.uid,
        "at": one.at,
        "kind": one.kind,
        "state": one.state.value,
        "message": one.message,
        "matched": one.matched.value,
        "person": one.person,
        "message_id": one.message_id,
        "in_reply_to": one.in_reply_to,
        "sender": one.sender,
        "details": one.details,
        "raw": one.raw,
    }
    return tx.connection.execute(_ADD, row).rowcount == 1


def get(tx: Tx, one: ReceivedId) -> Received | None:
    row = tx.connection.execute(select(received).where(received.c.id == one)).one_or_none()
    return _received(row) if row else None


def listing(tx: Tx, *, state: ReceivedState | None = None, limit: int = 200) -> list[Received]:
    """What waits for a person first, then the newest; without their bytes, which may be many."""
    order = (received.c.state == ReceivedState.NEW.value).desc(), received.c.at.desc(), received.c.id
    query = select(*(one for one in received.c if one is not received.c.raw)).order_by(*order).limit(limit)
    if state is not None:
        query = query.where(received.c.state == state.value)
    return [_received(row) for row in tx.connection.execute(query)]


def of_message(tx: Tx, message: MessageId) -> list[Received]:
    """What came in about one message, oldest first."""
    wanted = select(received).where(received.c.message == message).order_by(received.c.at, received.c.id)
    return [_received(row) for row in tx.connection.execute(wanted)]


def counts(tx: Tx) -> dict[ReceivedState, int]:
    """How many there are of each state; states without rows are left out."""
    rows = tx.connection.execute(select(received.c.state, func.count()).group_by(received.c.state))
    return {ReceivedState(state): number for state, number in rows}


def known_ids(tx: Tx, account: AccountId, *, but: int) -> frozenset[str]:
    """The Message-IDs read from a mailbox under another UIDVALIDITY than `but`.

    A server that numbers its mail anew (RFC 3501 2.3.1.1) shows all of it again.
    """
    wanted = select(received.c.message_id).where(
        received.c.account == account, received.c.uid_validity != but, received.c.message_id != ""
    )
    return frozenset(tx.connection.execute(wanted).scalars())


def same_name(tx: Tx, message_id: str, sender: str) -> list[bytes]:
    """The bytes of what was kept under this Message-ID from this address."""
    there = received.c.message_id == message_id, received.c.sender == sender
    return [
        bytes(raw) for raw in tx.connection.execute(select(received.c.raw).where(*there)).scalars() if raw
    ]


def tell_person(tx: Tx, ids: Sequence[ReceivedId], person: PersonId) -> None:
    """Somebody says whose these are; those of which that was known stay."""
    for some in chunks(ids):
        there = received.c.id.in_(some), received.c.person.is_(None)
        tx.connection.execute(update(received).where(*there).values(person=person))


def settle(tx: Tx, ids: Sequence[ReceivedId]) -> None:
    """Somebody has looked at these: they wait for nobody any more."""
    for some in chunks(ids):
        there = received.c.id.in_(some), received.c.state == ReceivedState.NEW.value
        tx.connection.execute(update(received).where(*there).values(state=ReceivedState.DONE.value))

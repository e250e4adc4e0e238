"""The relay's own names for what it accepted: what ties its later words to a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.records import MessageId
from desktop.models.tables_delivery import receipt


def put_many(tx: Tx, rows: Sequence[tuple[MessageId, str, datetime]]) -> None:
    """Keep (message, the relay's name for it, when); the latest of a message counts."""
    if not rows:
        return
    add = insert(receipt)
    add = add.on_conflict_do_update(
        index_elements=["message"], set_={"relay_ref": add.excluded.relay_ref, "at": add.excluded.at}
    )
    tx.connection.execute(add, [{"message": id_, "relay_ref": ref, "at": at} for id_, ref, at in rows])


def by_ref(tx: Tx, ref: str) -> MessageId | None:
    """The one message that the relay named so; None where none was, or more than one.

    Relays name as they like: what two messages share names neither.
    """
    if not ref:
        return None
    found = tx.connection.execute(
        select(receipt.c.message).where(receipt.c.relay_ref == ref).limit(2)
    ).scalars()
    some = list(found)
    return MessageId(some[0]) if len(some) == 1 else None


def of(tx: Tx, message_id: MessageId) -> tuple[str, datetime] | None:
    """What the relay named it, and when."""
    row = tx.connection.execute(select(receipt).where(receipt.c.message == message_id)).one_or_none()
    return (row.relay_ref, row.at) if row else None

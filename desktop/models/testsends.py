"""Letters that somebody sent to themselves: no statistics count them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from desktop.models.accounts import UserId
from desktop.models.lanes import Tx
from desktop.models.records import MessageId
from desktop.models.tables_campaigns import test_send


def add(tx: Tx, message: MessageId, source: str, by: UserId, at: datetime) -> None:
    """`source` is the template or the campaign that it shows."""
    tx.connection.execute(insert(test_send).values(message=message, source=source, by=by, at=at))

"""What the fence asks of a database: how far it has come, and whether something waits or is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select

from desktop.models import audit, pauses
from desktop.models.lanes import Tx
from desktop.models.records import State
from desktop.models.tables_mail import message

_WAITING = (State.QUEUED.value, State.DEFERRED.value)


def stand(tx: Tx) -> int:
    """The number of the log's last record, which never goes back; each message that left has one."""
    head = audit.last(tx)
    return head.seq if head is not None else 0


def waits(tx: Tx) -> bool:
    """Whether anything is queued or deferred."""
    return _any(tx, message.c.state.in_(_WAITING))


def is_late(tx: Tx, now: datetime, late: timedelta, but: Sequence[str]) -> bool:
    """Whether something that is not paused should have left more than `late` ago, of any kind `but` these."""
    due = now - late
    return _any(
        tx,
        message.c.state.in_(_WAITING),
        message.c.kind.not_in(but),
        message.c.not_before < due,
        or_(message.c.next_try.is_(None), message.c.next_try < due),
        ~pauses.covered(tx, now),
    )


def _any(tx: Tx, *conditions: ColumnElement[bool]) -> bool:
    return bool(tx.connection.execute(select(exists().where(*conditions))).scalar())

"""The clock of a sensitive message: a sign that it arrived, or somebody calls (see `mail/silence.py`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.delivery import Silence
from desktop.models.lanes import Tx
from desktop.models.records import Label, MessageId, State
from desktop.models.tables_delivery import silence
from desktop.models.tables_mail import attempt, message

CLOCKED = (Label.SENSITIVE.value, Label.VERY_SENSITIVE.value)
"""Labels whose messages are never taken as told because a mail service accepted them."""


def _silence(row: Row[Any]) -> Silence:
    return Silence(MessageId(row.message), row.due_at, row.ended_at, row.how)


def start(tx: Tx, id_: MessageId, due_at: datetime) -> bool:
    """Start its clock; False where it has one, running or not: each message has one silence."""
    row = insert(silence).values(message=id_, due_at=due_at, how="").on_conflict_do_nothing()
    return tx.connection.execute(row).rowcount == 1


def end(tx: Tx, id_: MessageId, how: str, at: datetime) -> bool:
    """A sign came: `reply`, `picked-up`, `called`, `failed`; or `task` where the clock ran out.

    A sign that comes before the clock was started keeps it from ever starting. False where
    there was nothing to stop: the message is not sensitive, or its clock has ended.
    """
    running = and_(silence.c.message == id_, silence.c.ended_at.is_(None))
    stopped = update(silence).where(running).values(ended_at=at, how=how)
    if tx.connection.execute(stopped).rowcount == 1:
        return True
    when = literal(at, silence.c.ended_at.type)
    clocked = select(message.c.id, when, when, literal(how)).where(
        message.c.id == id_, message.c.label.in_(CLOCKED)
    )
    columns = ["message", "due_at", "ended_at", "how"]
    return (
        tx.connection.execute(insert(silence).from_select(columns, clocked).on_conflict_do_nothing()).rowcount
        == 1
    )


def get(tx: Tx, id_: MessageId) -> Silence | None:
    row = tx.connection.execute(select(silence).where(silence.c.message == id_)).one_or_none()
    return _silence(row) if row else None


def due(tx: Tx, now: datetime) -> list[Silence]:
    """Those that ran out, the earliest first."""
    out = and_(silence.c.ended_at.is_(None), silence.c.due_at <= now)
    return [
        _silence(row) for row in tx.connection.execute(select(silence).where(out).order_by(silence.c.due_at))
    ]


def running(tx: Tx, limit: int = 1000) -> list[Silence]:
    """Those that still run, the earliest due first."""
    query = select(silence).where(silence.c.ended_at.is_(None)).order_by(silence.c.due_at).limit(limit)
    return [_silence(row) for row in tx.connection.execute(query)]


def unstarted(tx: Tx, kinds: tuple[str, ...], since: datetime) -> list[tuple[MessageId, datetime]]:
    """Sensitive messages of these kinds, queued since then, that were accepted and have no clock yet;
    each with the moment of acceptance."""
    accepted = (
        select(func.max(attempt.c.at, type_=attempt.c.at.type))
        .where(attempt.c.message == message.c.id, attempt.c.phase == State.ACCEPTED.value)
        .scalar_subquery()
    )
    when = func.coalesce(accepted, message.c.queued_at, type_=attempt.c.at.type)
    query = (
        select(message.c.id, when)
        .outerjoin(silence, silence.c.message == message.c.id)
        .where(
            message.c.queued_at >= since,
            message.c.state == State.ACCEPTED.value,
            message.c.label.in_(CLOCKED),
            message.c.kind.in_(kinds),
            message.c.superseded == 0,
            silence.c.message.is_(None),
        )
        .order_by(message.c.queued_at)
    )
    return [(MessageId(id_), at) for id_, at in tx.connection.execute(query)]

"""Rows of the outbox as lines for people; names are read here, so whoever shows lines records whose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from desktop.mail.states import WAITING
from desktop.models import pauses, people
from desktop.models.database import Tx
from desktop.models.delivery import Pause
from desktop.models.records import Message, Person, PersonId
from desktop.office.values import OutboxLine


def lines_of(tx: Tx, rows: Sequence[Message], now: datetime) -> tuple[OutboxLine, ...]:
    """In the order of `rows`; those that wait say what they are paused for."""
    known = people.get_many(tx, list({row.person for row in rows}))
    held = pauses.covers(tx, [row for row in rows if row.state in WAITING], now)
    return tuple(_line(row, known, held.get(row.id)) for row in rows)


def _line(row: Message, known: dict[PersonId, Person], held: Pause | None) -> OutboxLine:
    person = known.get(row.person)
    return OutboxLine(
        row.id,
        row.person,
        person.name if person else "",
        row.kind,
        row.method,
        row.state,
        row.reply,
        row.attempts,
        row.queued_at,
        row.not_before,
        row.reason,
        row.state in WAITING and not row.superseded,
        row.next_try if row.state in WAITING else None,
        held.reason if held is not None else None,
    )

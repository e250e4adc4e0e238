"""What patients said of the very time of a visit: a moved visit has no answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.accounts import UserId
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.lanes import Tx
from desktop.models.records import AppointmentId, MessageId
from desktop.models.rows import chunks
from desktop.models.tables_campaigns import visit_answer


def _answer(row: Row[Any]) -> AnswerKept:
    return AnswerKept(
        appointment=AppointmentId(row.appointment),
        occurrence=row.occurrence,
        answer=VisitAnswer(row.answer),
        at=row.at,
        message=MessageId(row.message) if row.message else None,
        by=UserId(row.by) if row.by else None,
        entered_at=row.entered_at,
        entered_by=UserId(row.entered_by) if row.entered_by else None,
    )


def keep(tx: Tx, one: AnswerKept) -> bool:
    """Keep it in the place of an earlier one; False where that says the same, or was given later.

    Another answer than before is not in the schedule yet.
    """
    before = of_visits(tx, {one.appointment: one.occurrence}).get(one.appointment)
    if before is not None and (before.answer is one.answer or before.at > one.at):
        return False
    changed = {
        "answer": one.answer.value,
        "at": one.at,
        "message": one.message,
        "by": one.by,
        "entered_at": one.entered_at,
        "entered_by": one.entered_by,
    }
    row = insert(visit_answer).values(appointment=one.appointment, occurrence=one.occurrence, **changed)
    keys = ["appointment", "occurrence"]
    tx.connection.execute(row.on_conflict_do_update(index_elements=keys, set_=changed))
    return True


def of_visits(tx: Tx, occurrences: Mapping[AppointmentId, int]) -> dict[AppointmentId, AnswerKept]:
    """What was said of each of these visits at this occurrence."""
    return {
        one.appointment: one
        for one in _all(tx, occurrences)
        if occurrences[one.appointment] == one.occurrence
    }


def enter(tx: Tx, appointment: AppointmentId, occurrence: int, by: UserId | None, now: datetime) -> bool:
    """Somebody has put it into the schedule, or (nobody) the schedule shows it; False where nothing was
    said, or that was done before."""
    rows = visit_answer.c
    that = and_(rows.appointment == appointment, rows.occurrence == occurrence, rows.entered_at.is_(None))
    done = update(visit_answer).where(that).values(entered_at=now, entered_by=by)
    return tx.connection.execute(done).rowcount > 0


def take_back(tx: Tx, appointment: AppointmentId, occurrence: int) -> bool:
    """It is not in the schedule after all; False where nobody had said that it is."""
    rows = visit_answer.c
    that = and_(rows.appointment == appointment, rows.occurrence == occurrence, rows.entered_at.is_not(None))
    done = update(visit_answer).where(that).values(entered_at=None, entered_by=None)
    return tx.connection.execute(done).rowcount > 0


def _all(tx: Tx, visits: Iterable[AppointmentId]) -> list[AnswerKept]:
    found: list[AnswerKept] = []
    for some in chunks(visits):
        query = select(visit_answer).where(visit_answer.c.appointment.in_(some))
        found += [_answer(row) for row in tx.connection.execute(query)]
    return found

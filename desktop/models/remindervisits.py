"""Which visits a reminder is about: one, or of a family several.

While a row is live the database refuses a second one about the same occurrence and window; it is live
until its message is superseded, whatever becomes of that before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy import insert as sql_insert

from desktop.frozen import dataclass
from desktop.models import messages
from desktop.models.campaigning import WindowId
from desktop.models.lanes import Tx
from desktop.models.records import AppointmentId, Message, MessageId
from desktop.models.rows import chunks
from desktop.models.tables_campaigns import reminder_visit
from desktop.models.tables_mail import message


@dataclass(frozen=True)
class Told:
    """One visit, at one of its times, and when something is written about it."""

    appointment: AppointmentId
    occurrence: int
    window: WindowId


def add(tx: Tx, id_: MessageId, visits: Iterable[Told]) -> None:
    """Raises `sqlalchemy.exc.IntegrityError` where one of them has a live message for that window."""
    rows = [
        {
            "message": id_,
            "appointment": one.appointment,
            "occurrence": one.occurrence,
            "window": one.window,
        }
        for one in visits
    ]
    if rows:
        tx.connection.execute(sql_insert(reminder_visit), rows)


def of_messages(tx: Tx, ids: Iterable[MessageId]) -> dict[MessageId, tuple[Told, ...]]:
    """What each is about, whether it is live or not; the visit that the message names comes first."""
    found: dict[MessageId, list[Told]] = {}
    rows = reminder_visit.c
    for some in chunks(ids):
        query = (
            select(reminder_visit)
            .join(message, message.c.id == rows.message)
            .where(rows.message.in_(some))
            .order_by(rows.message, (rows.appointment != message.c.source), rows.appointment)
        )
        for row in tx.connection.execute(query):
            told = Told(AppointmentId(row.appointment), row.occurrence, WindowId(row.window))
            found.setdefault(MessageId(row.message), []).append(told)
    return {id_: tuple(visits) for id_, visits in found.items()}


def live(tx: Tx, visits: Iterable[AppointmentId]) -> dict[Told, Message]:
    """The live message of each occurrence and window of these visits."""
    named: dict[Told, MessageId] = {}
    for some in chunks(visits):
        query = select(reminder_visit).where(
            reminder_visit.c.appointment.in_(some), reminder_visit.c.live == 1
        )
        for row in tx.connection.execute(query):
            told = Told(AppointmentId(row.appointment), row.occurrence, WindowId(row.window))
            named[told] = MessageId(row.message)
    rows = messages.get_many(tx, set(named.values()))
    return {told: rows[id_] for told, id_ in named.items()}


def present(tx: Tx, occurrences: Mapping[AppointmentId, int]) -> dict[AppointmentId, list[Message]]:
    """The live messages about each of these visits at its present time, the last one to leave first."""
    found: dict[AppointmentId, list[Message]] = {}
    for told, row in live(tx, occurrences).items():
        if occurrences[told.appointment] == told.occurrence:
            found.setdefault(told.appointment, []).append(row)
    return {
        visit: sorted(rows, key=lambda row: (row.not_before, row.id), reverse=True)
        for visit, rows in found.items()
    }


def generations(tx: Tx, visits: Iterable[AppointmentId]) -> dict[Told, int]:
    """The last generation of messages whose first visit it is, superseded ones too."""
    found: dict[Told, int] = {}
    columns = (message.c.source, message.c.occurrence, message.c.window)
    for some in chunks(visits):
        query = (
            select(*columns, func.max(message.c.generation).label("last"))
            .where(message.c.kind == "reminder", message.c.source.in_(some))
            .group_by(*columns)
        )
        for row in tx.connection.execute(query):
            found[Told(AppointmentId(row.source), row.occurrence, WindowId(row.window))] = row.last
    return found


def waiting_for(tx: Tx, window: WindowId, states: Iterable[str]) -> list[MessageId]:
    """Messages of this window that stand in one of these states."""
    query = select(message.c.id).where(
        message.c.kind == "reminder", message.c.window == window, message.c.state.in_(sorted(states))
    )
    return [MessageId(id_) for id_ in tx.connection.execute(query).scalars()]

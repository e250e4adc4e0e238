"""What happened with one person, newest first, source by source; what a line says is read elsewhere.

Each source goes on behind a `Bound`, so that the hundredth page costs what the first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from desktop.frozen import dataclass
from desktop.models.correspondence import Direction
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.tables import appointment, consent_entry, import_batch
from desktop.models.tables import person as people
from desktop.models.tables_desk import entry
from desktop.models.tables_mail import message


@dataclass(frozen=True)
class Bound:
    """Older than `at`; at that very moment those below `ref`, else all (`with_at`) or none."""

    at: datetime
    ref: str = ""
    with_at: bool = False


Found = list[tuple[datetime, str]]
"""When, and which row."""


def also_known_as(tx: Tx, person: PersonId) -> tuple[PersonId, ...]:
    """The person, and the records that were found to be the same one's."""
    merged = tx.connection.execute(select(people.c.id).where(people.c.merged_into == person)).scalars()
    return (person, *(PersonId(one) for one in merged))


def visits(tx: Tx, persons: Sequence[PersonId], bound: Bound | None, limit: int) -> Found:
    return _found(tx, appointment.c, appointment.c.start_utc, "id", persons, bound, limit)


def sent(
    tx: Tx, persons: Sequence[PersonId], bound: Bound | None, limit: int, kinds_but: tuple[str, ...] = ()
) -> Found:
    """What was written to them, each once; `kinds_but` are kinds of message left out."""
    only = and_(message.c.superseded == 0, message.c.kind.not_in(kinds_but))
    return _found(tx, message.c, message.c.queued_at, "id", persons, bound, limit, only)


def received(tx: Tx, persons: Sequence[PersonId], bound: Bound | None, limit: int) -> Found:
    """What came in from them or about them."""
    only = entry.c.direction == Direction.IN.value
    return _found(tx, entry.c, entry.c.at, "id", persons, bound, limit, only)


def consents(tx: Tx, persons: Sequence[PersonId], bound: Bound | None, limit: int) -> Found:
    return _found(tx, consent_entry.c, consent_entry.c.at, "seq", persons, bound, limit)


def brought(tx: Tx, persons: Sequence[PersonId], bound: Bound | None, limit: int) -> Found:
    """The imports that they came in with."""
    theirs = select(people.c.import_id).where(people.c.id.in_(persons))
    where = and_(import_batch.c.id.in_(theirs), _older(import_batch.c.at, import_batch.c.id, bound))
    query = select(import_batch.c.at, import_batch.c.id).where(where)
    rows = tx.connection.execute(query.order_by(import_batch.c.at.desc(), import_batch.c.id.desc()))
    return [(at, id_) for at, id_ in rows.fetchmany(limit)]


def _found(
    tx: Tx,
    columns: Any,
    at: ColumnElement[datetime],
    key: str,
    persons: Sequence[PersonId],
    bound: Bound | None,
    limit: int,
    only: ColumnElement[bool] | None = None,
) -> Found:
    ref = columns[key]
    where = and_(columns.person.in_(persons), _older(at, ref, bound), true() if only is None else only)
    query = select(at, ref).where(where).order_by(at.desc(), ref.desc()).limit(limit)
    return [(moment, str(row)) for moment, row in tx.connection.execute(query)]


def _older(at: ColumnElement[datetime], ref: ColumnElement[Any], bound: Bound | None) -> ColumnElement[bool]:
    if bound is None:
        return true()
    if not bound.ref:
        return at <= bound.at if bound.with_at else at < bound.at
    place = int(bound.ref) if bound.ref.isdigit() and ref.key == "seq" else bound.ref
    return or_(at < bound.at, and_(at == bound.at, ref < place))

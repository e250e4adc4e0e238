"""How each relay may be used, and rows of the outbox that wait for their time.

A row that waits by the rules is no failed try: its `next_try` moves and its reason says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.frozen import dataclass
from desktop.models import pauses
from desktop.models.delivery import BULK_KINDS, Auth, Lane, RelaySending
from desktop.models.lanes import Tx
from desktop.models.records import MessageId, Reason, RelayId, State
from desktop.models.tables_delivery import relay_sending
from desktop.models.tables_mail import message

_WAITING = (State.QUEUED.value, State.DEFERRED.value)
_POSTPONE = (
    update(message)
    .where(message.c.id == bindparam("b_id"), or_(*(message.c.state == state for state in _WAITING)))
    .values(next_try=bindparam("next_try"), reason=bindparam("reason"))
)


def _sending(row: Row[Any]) -> RelaySending:
    return RelaySending(
        relay=RelayId(row.relay),
        per_minute=row.per_minute,
        per_hour=row.per_hour,
        per_day=row.per_day,
        connections=row.connections,
        standby=bool(row.standby),
        office_mailbox=bool(row.office_mailbox),
        auth=Auth(row.auth),
        pin=row.pin,
        own_return_path=bool(row.own_return_path),
        return_address=row.return_address,
    )


def get(tx: Tx, relay: RelayId) -> RelaySending:
    """Defaults where nobody has set anything."""
    row = tx.connection.execute(select(relay_sending).where(relay_sending.c.relay == relay)).one_or_none()
    return _sending(row) if row else RelaySending(relay)


def put(tx: Tx, one: RelaySending) -> None:
    """Set or replace."""
    values = {
        "per_minute": one.per_minute,
        "per_hour": one.per_hour,
        "per_day": one.per_day,
        "connections": one.connections,
        "standby": int(one.standby),
        "office_mailbox": int(one.office_mailbox),
        "auth": one.auth.value,
        "pin": one.pin,
        "own_return_path": int(one.own_return_path),
        "return_address": one.return_address,
    }
    row = insert(relay_sending).values(relay=one.relay, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["relay"], set_=values))


def listing(tx: Tx) -> list[RelaySending]:
    """Those that were set."""
    query = select(relay_sending).order_by(relay_sending.c.relay)
    return [_sending(row) for row in tx.connection.execute(query)]


# --- rows that wait for their time -------------------------------------------------------


def postpone(tx: Tx, waits: Iterable[tuple[MessageId, datetime, Reason]]) -> None:
    """Each row's next try, and why it waits; no try is counted. Rows that left meanwhile stay."""
    rows = [
        {"b_id": id_, "next_try": until, "reason": [reason.code, reason.params]}
        for id_, until, reason in waits
    ]
    if rows:
        tx.connection.execute(_POSTPONE, rows)


def waiting(tx: Tx, reason: Reason, relay: RelayId | None, after: datetime, lane: Lane) -> int:
    """How many rows already wait past `after` for this very reason (of one relay, or of all), in
    front of a row of `lane`: before what is prompt, only what is prompt."""
    query = (
        select(func.count())
        .select_from(message)
        .where(
            message.c.state.in_(_WAITING),
            message.c.next_try > after,
            message.c.reason == [reason.code, reason.params],
        )
    )
    if relay is not None:
        query = query.where(message.c.relay == relay)
    if lane is Lane.PROMPT:
        query = query.where(message.c.kind.not_in(sorted(BULK_KINDS)))
    return tx.connection.execute(query).scalar_one()


def wanted(tx: Tx, relay: RelayId, now: datetime, until: datetime) -> int:
    """How many rows of what is prompt wait to leave by `relay` before `until`, behind no pause."""
    query = (
        select(func.count())
        .select_from(message)
        .where(
            message.c.state.in_(_WAITING),
            message.c.relay == relay,
            message.c.kind.not_in(sorted(BULK_KINDS)),
            message.c.not_before < until,
            func.coalesce(message.c.next_try, message.c.not_before) < until,
            ~pauses.covered(tx, now),
        )
    )
    return tx.connection.execute(query).scalar_one()


def release(tx: Tx, codes: Sequence[str], now: datetime, relay: RelayId | None = None) -> int:
    """Rows that wait for one of these reasons are asked again now; how many they are."""
    rows = update(message).where(_waits_for(codes), message.c.next_try > now)
    if relay is not None:
        rows = rows.where(message.c.relay == relay)
    return tx.connection.execute(rows.values(next_try=now)).rowcount


def _waits_for(codes: Sequence[str]) -> ColumnElement[bool]:
    # A reason is kept as JSON, its code first.
    text = func.substr(message.c.reason, 1)
    named = [text.startswith(f'["{code}",', autoescape=True) for code in codes]
    return and_(message.c.state.in_(_WAITING), or_(*named))


# --- what came back -----------------------------------------------------------------------


@dataclass(frozen=True)
class Returned:
    """Of what left: how many addresses were gone, and how many complained."""

    left: int
    gone: int
    complained: int


_LEFT = (State.ACCEPTED, State.UNCERTAIN, State.FAILED, State.BOUNCED, State.COMPLAINED)


def returned(
    tx: Tx, kind: str, gone: Collection[str], *, source: str | None = None, since: datetime | None = None
) -> Returned:
    """Of one kind (of one campaign, with `source`), queued since; `gone` are reasons that say so."""
    query = (
        select(message.c.state, message.c.reason, func.count().label("number"))
        .where(message.c.kind == kind, message.c.state.in_([state.value for state in _LEFT]))
        .group_by(message.c.state, message.c.reason)
    )
    if source is not None:
        query = query.where(message.c.source == source)
    if since is not None:
        query = query.where(message.c.queued_at >= since)
    rows = tx.connection.execute(query).all()
    return Returned(
        sum(row.number for row in rows),
        sum(row.number for row in rows if row.reason is not None and row.reason[0] in gone),
        sum(row.number for row in rows if row.state == State.COMPLAINED.value),
    )

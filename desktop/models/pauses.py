"""What does not leave for now, and which rows of the outbox stand behind it.

A pause names a scope (`all`, `kind:…`, `relay:…`, `source:…`, `message:…`). One row is
kept per scope; one that ran out no longer counts and is left for the next look to remove.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, delete, false, func, or_, select, true
from sqlalchemy.dialects.sqlite import insert

from desktop.models.accounts import UserId
from desktop.models.delivery import EVERYTHING, Pause, Scope
from desktop.models.lanes import Tx
from desktop.models.records import Message, MessageId, Reason
from desktop.models.tables_delivery import pause
from desktop.models.tables_mail import message

FENCES = frozenset({"restored", "clock-changed", "woke-late"})
"""Reasons for which the program itself holds everything: not even what is too late ends behind
them, because the clock or the outbox may be wrong."""
KIND, RELAY, SOURCE, MESSAGE = "kind", "relay", "source", "message"

COLUMNS = {KIND: message.c.kind, RELAY: message.c.relay, SOURCE: message.c.source, MESSAGE: message.c.id}
"""What a scope's first word asks of a row."""


def scope_of(kind: str, id_: str) -> Scope:
    """The scope of one kind, relay, campaign or message."""
    return Scope(f"{kind}:{id_}")


def _pause(row: Row[tuple[str, list[object], str | None, datetime, datetime | None]]) -> Pause:
    code, params = row.reason
    return Pause(
        Scope(row.scope), Reason(code, params), UserId(row.by) if row.by else None, row.at, row.until
    )


def put(tx: Tx, one: Pause) -> None:
    """Begin a pause, or put another in the place of the one of its scope."""
    values = {
        "reason": [one.reason.code, one.reason.params],
        "by": one.by,
        "at": one.at,
        "until": one.until,
    }
    row = insert(pause).values(scope=one.scope, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["scope"], set_=values))


def end(tx: Tx, scope: Scope) -> bool:
    """False where there was none."""
    return tx.connection.execute(delete(pause).where(pause.c.scope == scope)).rowcount == 1


def _runs(now: datetime | None) -> ColumnElement[bool]:
    """Without `now` every pause that was not ended counts."""
    if now is None:
        return true()
    return or_(pause.c.until.is_(None), pause.c.until > now)


def listing(tx: Tx, now: datetime | None) -> list[Pause]:
    """Those that count now (or at all, without `now`), oldest first."""
    query = select(pause).where(_runs(now)).order_by(pause.c.at, pause.c.scope)
    return [_pause(row) for row in tx.connection.execute(query)]


def get(tx: Tx, scope: Scope, now: datetime) -> Pause | None:
    """The pause of exactly this scope, if it counts now."""
    row = tx.connection.execute(select(pause).where(pause.c.scope == scope, _runs(now))).one_or_none()
    return _pause(row) if row else None


def remove_ended(tx: Tx, now: datetime) -> int:
    """Tidy away what ran out; how many there were."""
    return tx.connection.execute(delete(pause).where(pause.c.until <= now)).rowcount


def scopes(row: Message) -> tuple[Scope, ...]:
    """Every scope that a message falls under, the widest first."""
    found = [EVERYTHING, scope_of(KIND, row.kind)]
    if row.relay is not None:
        found.append(scope_of(RELAY, row.relay))
    if row.source:
        found.append(scope_of(SOURCE, row.source))
    return (*found, scope_of(MESSAGE, row.id))


def covers(tx: Tx, rows: Sequence[Message], now: datetime) -> dict[MessageId, Pause]:
    """Which of `rows` are paused, each with its widest pause."""
    known = {one.scope: one for one in listing(tx, now)}
    if not known:
        return {}
    found: dict[MessageId, Pause] = {}
    for row in rows:
        held = next((known[scope] for scope in scopes(row) if scope in known), None)
        if held is not None:
            found[row.id] = held
    return found


def covered(tx: Tx, now: datetime | None, *, without: Scope | None = None) -> ColumnElement[bool]:
    """The condition on a row of `message` that some pause (but that of `without`) holds it.

    Made of what is paused now, so that a query over many rows asks each only what counts.
    """
    ids: dict[str, list[str]] = {}
    for one in listing(tx, now):
        if one.scope != without:
            kind, _, id_ = one.scope.partition(":")
            ids.setdefault(kind, []).append(id_)
    if EVERYTHING in ids:
        return true()
    held = [COLUMNS[kind].in_(some) for kind, some in ids.items() if kind in COLUMNS and kind != MESSAGE]
    if MESSAGE in ids:
        # Of one message there may be thousands: looked up, not spelled out.
        prefix = f"{MESSAGE}:"
        named = select(func.substr(pause.c.scope, len(prefix) + 1))
        named = named.where(pause.c.scope.startswith(prefix, autoescape=True), _runs(now))
        if without is not None:
            named = named.where(pause.c.scope != without)
        held.append(message.c.id.in_(named))
    return or_(false(), *(and_(condition.is_not(None), condition) for condition in held))


def is_fenced(tx: Tx, now: datetime) -> bool:
    """Whether the program itself holds everything because something is not as it was left."""
    fence = get(tx, EVERYTHING, now)
    return fence is not None and fence.reason.code in FENCES

"""The outbox: one row is one message to one recipient; its sealed bytes lie apart.

Transitions are `mail/states.py`'s business; here `move` changes a row only if it still
stands where the caller thinks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy import insert as sql_insert

from desktop.models import pauses
from desktop.models.delivery import BULK_KINDS, Lane, Stream
from desktop.models.lanes import Tx
from desktop.models.records import (
    Attempt,
    Label,
    Message,
    MessageId,
    Method,
    PersonId,
    Reason,
    RelayId,
    State,
)
from desktop.models.rows import chunks
from desktop.models.tables_mail import attempt, message, message_body
from desktop.models.tables_protection import pickup

_WAITING = (State.QUEUED.value, State.DEFERRED.value)
_ADD, _ADD_BODY, _ADD_ATTEMPT = sql_insert(message), sql_insert(message_body), sql_insert(attempt)
_PUT_OUTCOME = (
    update(message)
    .where(message.c.id == bindparam("b_id"), message.c.state == bindparam("b_frm"))
    .values({name: bindparam(name) for name in ("state", "reply", "reason", "next_try", "attempts")})
)


def _reason_out(reason: Reason | None) -> list[Any] | None:
    return [reason.code, reason.params] if reason else None


def _reason_in(value: list[Any] | None) -> Reason | None:
    return Reason(value[0], value[1]) if value else None


def _message(row: Row[Any]) -> Message:
    return Message(
        id=MessageId(row.id),
        kind=row.kind,
        source=row.source,
        occurrence=row.occurrence,
        generation=row.generation,
        person=PersonId(row.person),
        address=row.address,
        method=Method(row.method),
        state=State(row.state),
        label=Label(row.label),
        relay=RelayId(row.relay) if row.relay else None,
        message_id=row.message_id,
        sha256=row.sha256,
        decision_hash=row.decision_hash,
        reasons=tuple(Reason(code, params) for code, params in row.reasons),
        queued_at=row.queued_at,
        not_before=row.not_before,
        useless_after=row.useless_after,
        attempts=row.attempts,
        reply=row.reply,
        superseded=bool(row.superseded),
        priority=row.priority,
        reason=_reason_in(row.reason),
        next_try=row.next_try,
        window=row.window,
    )


def _all(tx: Tx, query: Select[Any]) -> list[Message]:
    return [_message(row) for row in tx.connection.execute(query)]


def insert(tx: Tx, row: Message, wire: bytes, trace: str, purpose: str = "") -> None:
    """As `insert_all`, of one."""
    insert_all(tx, [(row, wire, trace, purpose)])


def insert_all(tx: Tx, rows: Sequence[tuple[Message, bytes, str, str]]) -> None:
    """Add rows, each with its sealed bytes, its decision's trace (JSON) and, of one to many, what it is for.

    A second live reminder of one visit, occurrence and window breaks the unique index.
    """
    if rows:
        tx.connection.execute(_ADD, [_values(row, trace, purpose) for row, _, trace, purpose in rows])
        tx.connection.execute(_ADD_BODY, [{"message": row.id, "wire": wire} for row, wire, _, _ in rows])


def _values(row: Message, trace: str, purpose: str) -> dict[str, Any]:
    """Every field of a message is a column of its name."""
    return vars(row) | {
        "method": row.method.value,
        "state": row.state.value,
        "label": row.label.value,
        "reasons": [_reason_out(reason) for reason in row.reasons],
        "reason": _reason_out(row.reason),
        "superseded": int(row.superseded),
        "trace": trace,
        "purpose": purpose,
    }


def get(tx: Tx, message_id: MessageId) -> Message | None:
    row = tx.connection.execute(select(message).where(message.c.id == message_id)).one_or_none()
    return _message(row) if row else None


def get_many(tx: Tx, message_ids: Iterable[MessageId]) -> dict[MessageId, Message]:
    """As `get`, of many; those that do not exist are left out."""
    found: dict[MessageId, Message] = {}
    for some in chunks(message_ids):
        found.update((row.id, row) for row in _all(tx, select(message).where(message.c.id.in_(some))))
    return found


def standing(tx: Tx, message_ids: Iterable[MessageId], state: State) -> set[MessageId]:
    """Those of them that are in `state`."""
    found: set[MessageId] = set()
    for some in chunks(message_ids):
        query = select(message.c.id).where(message.c.id.in_(some), message.c.state == state.value)
        found.update(MessageId(id_) for id_ in tx.connection.execute(query).scalars())
    return found


def wire(tx: Tx, message_id: MessageId) -> bytes:
    """The exact bytes that go out, the same on every try."""
    query = select(message_body.c.wire).where(message_body.c.message == message_id)
    return bytes(tx.connection.execute(query).scalar_one())


def wires(tx: Tx, message_ids: Iterable[MessageId]) -> dict[MessageId, bytes]:
    """As `wire`, of many."""
    found: dict[MessageId, bytes] = {}
    for some in chunks(message_ids):
        query = select(message_body.c.message, message_body.c.wire).where(message_body.c.message.in_(some))
        found.update((MessageId(row.message), bytes(row.wire)) for row in tx.connection.execute(query))
    return found


def traces(tx: Tx, message_ids: Iterable[MessageId]) -> dict[MessageId, str]:
    """As `trace`, of many."""
    found: dict[MessageId, str] = {}
    for some in chunks(message_ids):
        query = select(message.c.id, message.c.trace).where(message.c.id.in_(some))
        found.update((MessageId(row.id), row.trace) for row in tx.connection.execute(query))
    return found


def trace(tx: Tx, message_id: MessageId) -> str:
    """The decision with everything that it rejected, as JSON."""
    return str(tx.connection.execute(select(message.c.trace).where(message.c.id == message_id)).scalar_one())


def move(
    tx: Tx,
    message_id: MessageId,
    frm: State,
    to: State,
    *,
    reply: str | None = None,
    reason: Reason | None = None,
    next_try: datetime | None = None,
    attempts: int | None = None,
    superseded: bool | None = None,
) -> bool:
    """Move a row if it is in `frm`; False, and nothing changed, if it is not.

    `reason` is why it stands in `to`: None clears the old one. The other values stay as
    they are when None.
    """
    values: dict[str, Any] = {"state": to.value, "reason": _reason_out(reason)}
    if reply is not None:
        values["reply"] = reply
    if next_try is not None:
        values["next_try"] = next_try
    if attempts is not None:
        values["attempts"] = attempts
    if superseded is not None:
        values["superseded"] = int(superseded)
    there = and_(message.c.id == message_id, message.c.state == frm.value)
    return tx.connection.execute(update(message).where(there).values(**values)).rowcount == 1


def reroute(tx: Tx, message_id: MessageId, frm: State, relay: RelayId, reason: Reason) -> bool:
    """As `move`, of a row that stays where it is and leaves by another relay."""
    there = and_(message.c.id == message_id, message.c.state == frm.value)
    values = {"relay": relay, "reason": _reason_out(reason)}
    return tx.connection.execute(update(message).where(there).values(**values)).rowcount == 1


def move_all(tx: Tx, message_ids: Sequence[MessageId], frm: State, to: State) -> bool:
    """As `move`, of many that stand in `frm`; False when any did not, and the caller must undo."""
    moved = 0
    for some in chunks(message_ids):
        there = and_(message.c.id.in_(some), message.c.state == frm.value)
        moved += tx.connection.execute(
            update(message).where(there).values(state=to.value, reason=None)
        ).rowcount
    return moved == len(message_ids)


def put_outcomes(tx: Tx, rows: Sequence[tuple[State, Message]]) -> bool:
    """Each row as it ends, with the state that it must still have; False as in `move_all`."""
    if not rows:
        return True
    values = [
        {
            "b_id": row.id,
            "b_frm": frm.value,
            "state": row.state.value,
            "reply": row.reply,
            "reason": _reason_out(row.reason),
            "next_try": row.next_try,
            "attempts": row.attempts,
        }
        for frm, row in rows
    ]
    return tx.connection.execute(_PUT_OUTCOME, values).rowcount == len(rows)


_NOT_PUT = exists().where(
    pickup.c.message == message.c.id, pickup.c.put_at.is_(None), pickup.c.deleted_at.is_(None)
)
"""Its locked file is not in storage yet: a link that leads nowhere must not leave. (Of one that was
deleted before it left, the claim ends the message.)"""


def _is_due(tx: Tx, now: datetime, lane: Lane | Stream | None) -> ColumnElement[bool]:
    """A row behind a pause is due only to expire; behind a fence of the program not even that."""
    late = message.c.useless_after <= now
    held = pauses.covered(tx, now)
    ends = false() if pauses.is_fenced(tx, now) else late.is_(True)
    return and_(
        message.c.state.in_(_WAITING),
        message.c.not_before <= now,
        or_(~_NOT_PUT, late),
        or_(message.c.next_try.is_(None), message.c.next_try <= now),
        or_(~held, ends),
        _in_lane(lane),
    )


def _in_lane(lane: Lane | Stream | None) -> ColumnElement[bool]:
    if lane is None:
        return true()
    if isinstance(lane, Stream):
        return and_(_in_lane(lane.lane), message.c.relay.is_(lane.relay))
    bulk = message.c.kind.in_(sorted(BULK_KINDS))
    return bulk if lane is Lane.BULK else ~bulk


def due(tx: Tx, now: datetime, limit: int, lane: Lane | Stream | None = None) -> list[Message]:
    """Queued or deferred rows whose time has come: higher priority first, then the oldest.

    Rows behind a pause are left out. Rows that are useless by now are among them, paused or
    not: whoever claims them lets them expire.
    """
    order = message.c.priority.desc(), message.c.not_before, message.c.id
    return _all(tx, select(message).where(_is_due(tx, now, lane)).order_by(*order).limit(limit))


def count_due(tx: Tx, now: datetime, lane: Lane | Stream | None = None) -> int:
    """How many rows `due` would find."""
    query = select(func.count()).select_from(message).where(_is_due(tx, now, lane))
    return tx.connection.execute(query).scalar_one()


def due_streams(tx: Tx, now: datetime) -> list[Stream]:
    """Where `due` would find rows; what is prompt comes first."""
    bulk = message.c.kind.in_(sorted(BULK_KINDS)).label("bulk")
    query = select(bulk, message.c.relay).where(_is_due(tx, now, None)).distinct().order_by(bulk)
    return [
        Stream(Lane.BULK if row.bulk else Lane.PROMPT, RelayId(row.relay) if row.relay else None)
        for row in tx.connection.execute(query)
    ]


def next_due(tx: Tx, after: datetime | None = None) -> datetime | None:
    """When the first waiting row that is not paused falls due, of those that do later than `after`.

    None when nothing waits. When a pause runs out is not foreseen here: whoever waits looks again
    every few seconds.
    """
    later = func.coalesce(message.c.next_try, message.c.not_before)
    when = func.max(message.c.not_before, later, type_=message.c.not_before.type)
    waiting = and_(message.c.state.in_(_WAITING), ~_NOT_PUT, ~pauses.covered(tx, None))
    later_ones = when > after if after is not None else true()
    return tx.connection.execute(
        select(func.min(when, type_=message.c.not_before.type)).where(waiting, later_ones)
    ).scalar()


def listing(
    tx: Tx,
    *,
    states: Iterable[State] | None = None,
    kind: str | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[Message]:
    """Newest first."""
    query = select(message).order_by(message.c.queued_at.desc(), message.c.id)
    if states is not None:
        query = query.where(message.c.state.in_([state.value for state in states]))
    if kind is not None:
        query = query.where(message.c.kind == kind)
    return _all(tx, query.limit(limit).offset(offset))


def by_states(tx: Tx, states: Iterable[State]) -> list[Message]:
    """Every row in one of `states`, oldest first."""
    wanted = message.c.state.in_([state.value for state in states])
    return _all(tx, select(message).where(wanted).order_by(message.c.queued_at, message.c.id))


def counts(tx: Tx, since: datetime | None = None) -> dict[State, int]:
    """How many rows stand where, with `since` only live ones queued from then on."""
    recent = (message.c.queued_at >= since, message.c.superseded == 0) if since is not None else ()
    query = select(message.c.state, func.count()).where(*recent).group_by(message.c.state)
    rows = tx.connection.execute(query)
    return {State(state): number for state, number in rows}


def live_reminder(tx: Tx, source: str, occurrence: int, window: str) -> Message | None:
    """The one reminder of a visit that was not superseded, whatever became of it."""
    found = live_reminders(tx, (source,), window)
    return next((row for row in found if row.occurrence == occurrence), None)


def live_reminders(tx: Tx, sources: Iterable[str], window: str) -> list[Message]:
    """As `live_reminder`, every occurrence of many visits at once."""
    found: list[Message] = []
    for some in chunks(sources):
        wanted = and_(
            message.c.source.in_(some),
            message.c.window == window,
            message.c.kind == "reminder",
            message.c.superseded == 0,
        )
        found += _all(tx, select(message).where(wanted))
    return found


def of_person(tx: Tx, person: PersonId, limit: int = 50) -> list[Message]:
    """What was written to one person, newest first."""
    newest = select(message).where(message.c.person == person).order_by(message.c.queued_at.desc())
    return _all(tx, newest.limit(limit))


def add_attempt(tx: Tx, message_id: MessageId, at: datetime, phase: str, reply: str = "") -> None:
    """Note a phase that a message reached, before or after it is passed."""
    add_attempts(tx, (Attempt(message_id, at, phase, reply),))


def add_attempts(tx: Tx, noted: Sequence[Attempt]) -> None:
    """As `add_attempt`, of many."""
    if rows := [{"message": n.message, "at": n.at, "phase": n.phase, "reply": n.reply} for n in noted]:
        tx.connection.execute(_ADD_ATTEMPT, rows)


def attempts(tx: Tx, message_id: MessageId) -> list[Attempt]:
    """Every phase noted, in order."""
    wanted = select(attempt).where(attempt.c.message == message_id).order_by(attempt.c.seq)
    return [
        Attempt(MessageId(row.message), row.at, row.phase, row.reply) for row in tx.connection.execute(wanted)
    ]

"""What an outcome makes of a row, and of the audit log."""

from __future__ import annotations

from dataclasses import replace

from desktop.audit.events import Act, Event
from desktop.mail.outgoing import Outcome
from desktop.mail.states import WAITING, check
from desktop.models.records import Message, Reason, State
from desktop.texts import clean

_REPLY_CHARS = 500
_TRIED = frozenset({State.ACCEPTED, State.DEFERRED, State.FAILED, State.UNCERTAIN})
"""Outcomes that count as a try."""

_ACT = {
    State.QUEUED: Act.MESSAGE_DEFERRED,
    State.DEFERRED: Act.MESSAGE_DEFERRED,
    State.ACCEPTED: Act.MESSAGE_ACCEPTED,
    State.FAILED: Act.MESSAGE_FAILED,
    State.UNCERTAIN: Act.MESSAGE_UNCERTAIN,
    State.CANCELLED: Act.MESSAGE_CANCELLED,
    State.EXPIRED: Act.MESSAGE_EXPIRED,
}


def ended(row: Message, outcome: Outcome) -> Message:
    """The row as `outcome` leaves it; a step that the table lacks is a bug."""
    state = row.state
    for to in (*outcome.through, outcome.state):
        check(state, to)
        state = to
    if (outcome.state in WAITING) != (outcome.next_try is not None):
        raise ValueError("next_try belongs to what waits, and to nothing else")
    return replace(
        row,
        state=outcome.state,
        reply=clean(outcome.reply, _REPLY_CHARS),
        reason=outcome.reason,
        next_try=outcome.next_try,
        attempts=row.attempts + (outcome.state in _TRIED),
    )


def outcome_event(row: Message, state: State, reason: Reason | None, attempts: int) -> Event:
    good = state in (State.ACCEPTED, State.CANCELLED, State.EXPIRED)
    why = reason.code if reason else ("" if good else "unknown")
    det: dict[str, str | int] = {"attempts": attempts, "method": row.method}
    return Event(_ACT[state], row.id, "ok" if good else "failed", why, det)

"""What an outcome, or what a person knows, makes of a row and of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from desktop.audit.events import Act, Event
from desktop.frozen import dataclass
from desktop.mail.outgoing import Outcome
from desktop.mail.sealing import AUTO_ANSWER
from desktop.mail.states import WAITING, check
from desktop.models.records import Message, Reason, State
from desktop.texts import clean

_REPLY_CHARS = 500
_TRIED = frozenset({State.ACCEPTED, State.DEFERRED, State.FAILED, State.UNCERTAIN})
"""Outcomes that count as a try."""
_NOT_BEGUN = "not-begun"
"""The reason of what was put back before anything of it left: no try."""

_ACT = {
    State.QUEUED: Act.MESSAGE_DEFERRED,
    State.DEFERRED: Act.MESSAGE_DEFERRED,
    State.ACCEPTED: Act.MESSAGE_ACCEPTED,
    State.FAILED: Act.MESSAGE_FAILED,
    State.UNCERTAIN: Act.MESSAGE_UNCERTAIN,
    State.CANCELLED: Act.MESSAGE_CANCELLED,
    State.EXPIRED: Act.MESSAGE_EXPIRED,
}


@dataclass(frozen=True)
class Resolution:
    """What somebody's word makes of an uncertain row; without `state` it stays what it is."""

    state: State | None
    reason: Reason
    ends_silence: str = ""
    ends_call: bool = True
    """Whether nobody has to phone about it any more."""


ARRIVED, NOT_ARRIVED, CALLED = "arrived", "not-arrived", "called"
RESOLUTIONS: Mapping[str, Resolution] = MappingProxyType(
    {
        ARRIVED: Resolution(State.ACCEPTED, Reason("said-arrived")),
        NOT_ARRIVED: Resolution(State.FAILED, Reason("said-not-arrived"), "failed", ends_call=False),
        CALLED: Resolution(None, Reason("settled-by-phone"), "called"),
    }
)
"""The ways out of `uncertain` that people have; beside them only events of the mailbox lead out."""

_FOLLOWED = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED, State.UNCERTAIN, State.BOUNCED})


def may_follow(row: Message) -> bool:
    """Whether a next generation may take the place of `row`, by its kind and state alone.

    An automatic answer was true in its night alone.
    """
    return row.state in _FOLLOWED and row.kind != AUTO_ANSWER and not row.superseded


def is_unclear(row: Message) -> bool:
    """Whether nobody knows if it arrived, and nobody has settled it."""
    settled = row.reason is not None and row.reason == RESOLUTIONS[CALLED].reason
    return row.state is State.UNCERTAIN and not row.superseded and not settled


def ended(row: Message, outcome: Outcome) -> Message:
    """The row as `outcome` leaves it; a step that the table lacks is a bug."""
    state = row.state
    for to in (*outcome.through, outcome.state):
        check(state, to)
        state = to
    if (outcome.state in WAITING) != (outcome.next_try is not None):
        raise ValueError("next_try belongs to what waits, and to nothing else")
    begun = outcome.reason is None or outcome.reason.code != _NOT_BEGUN
    return replace(
        row,
        state=outcome.state,
        reply=clean(outcome.reply, _REPLY_CHARS),
        reason=outcome.reason,
        next_try=outcome.next_try,
        attempts=row.attempts + (begun and outcome.state in _TRIED),
    )


def outcome_event(row: Message, state: State, reason: Reason | None, attempts: int) -> Event:
    good = state in (State.ACCEPTED, State.CANCELLED, State.EXPIRED)
    why = reason.code if reason else ("" if good else "unknown")
    det: dict[str, str | int] = {"attempts": attempts, "method": row.method}
    return Event(_ACT[state], row.id, "ok" if good else "failed", why, det)

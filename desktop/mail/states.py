"""Where a message may go from where it stands, as data (SECURITY 5.3).

Between `data` and the recorded reply nobody can know whether the relay has the message
(RFC 1047): from there a crash or a lost connection leads to `uncertain` and never back
into the queue. Before it, back to `queued` or `deferred` is safe.
"""

from __future__ import annotations

from desktop.models.records import State

WAITING = frozenset({State.QUEUED, State.DEFERRED})
"""Not claimed: may be cancelled, superseded, or found expired."""

IN_FLIGHT = frozenset({State.CLAIMED, State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT})

NOT_SENT = frozenset({State.CLAIMED, State.CONNECTING, State.ENVELOPE})
"""In flight, and certainly not at the relay yet."""

NEVER_LEFT = frozenset({State.CANCELLED, State.EXPIRED})
"""Ended before anything of it left."""

TERMINAL = frozenset(
    {State.ACCEPTED, State.FAILED, State.CANCELLED, State.EXPIRED, State.BOUNCED, State.COMPLAINED}
)
"""Nothing is left to do for the dispatcher. `uncertain` is not here: a person looks at it."""

TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.FROZEN, State.CANCELLED}),
    State.FROZEN: frozenset({State.QUEUED, State.CANCELLED}),
    State.QUEUED: frozenset({State.CLAIMED, State.CANCELLED, State.EXPIRED, State.FAILED}),
    State.CLAIMED: frozenset({State.CONNECTING, State.QUEUED, State.CANCELLED, State.EXPIRED}),
    State.CONNECTING: frozenset({State.ENVELOPE, State.QUEUED}),
    State.ENVELOPE: frozenset({State.DATA, State.QUEUED, State.DEFERRED, State.FAILED}),
    State.DATA: frozenset({State.DOT_SENT, State.DEFERRED, State.FAILED, State.UNCERTAIN}),
    State.DOT_SENT: frozenset({State.ACCEPTED, State.DEFERRED, State.FAILED, State.UNCERTAIN}),
    State.DEFERRED: frozenset({State.CLAIMED, State.CANCELLED, State.EXPIRED, State.FAILED}),
    State.UNCERTAIN: frozenset({State.ACCEPTED, State.FAILED, State.BOUNCED}),
    State.ACCEPTED: frozenset({State.BOUNCED, State.COMPLAINED}),
    State.BOUNCED: frozenset(),
    State.COMPLAINED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
    State.EXPIRED: frozenset(),
}


class TransitionError(ValueError):
    """A caller's bug: the table knows no such step."""


def check(frm: State, to: State) -> None:
    """Raise `TransitionError` unless the table allows the step."""
    if to not in TRANSITIONS[frm]:
        raise TransitionError(f"{frm} -> {to}")

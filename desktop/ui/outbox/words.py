"""Where a message stands, in words, and the groups in which people look for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from desktop.models.accounts import Role
from desktop.models.records import State
from desktop.office.values import OutboxLine
from desktop.ui.base import Ui
from desktop.ui.dates import moment_words

ALL = "all"
BY_PERSON = "paused-by-person"
STOPPED_BY_PERSON = "cancelled-by-person"
"""Reasons that say no more than that it is paused, or stopped."""
CALLS = "calls"
"""Not a group: the call list."""
GROUPS: dict[str, tuple[State, ...]] = {
    ALL: (),
    "waiting": (State.QUEUED, State.DEFERRED),
    "going": (State.CLAIMED, State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT),
    "sent": (State.ACCEPTED,),
    "unclear": (State.UNCERTAIN,),
    "returned": (State.BOUNCED, State.COMPLAINED),
    "failed": (State.FAILED,),
    "stopped": (State.CANCELLED,),
    "late": (State.EXPIRED,),
}
"""What each choice above the list shows; its words are `ui.outbox.group-<code>`."""
WAITING = frozenset(GROUPS["waiting"])
NEEDS_SOMEBODY = frozenset({State.UNCERTAIN, State.BOUNCED, State.COMPLAINED, State.FAILED})
NOT_ARRIVED = frozenset({State.BOUNCED, State.COMPLAINED, State.FAILED, State.EXPIRED})
DESK = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.FRONT_DESK})
"""Who is offered the call list and the pauses; what is allowed is decided behind the door."""
_HELD = timedelta(minutes=1)
"""A hold that ends within it is not worth a time."""


def counted(counts: dict[State, int], group: str) -> int:
    """How many messages a group holds."""
    wanted = GROUPS[group] or tuple(counts)
    return sum(counts.get(state, 0) for state in wanted)


def state_words(ui: Ui, line: OutboxLine) -> str:
    """Where it stands; of one that waits also until when, and why."""
    if line.state in WAITING:
        return _waiting_words(ui, line)
    words = ui.say(f"ui.state.{line.state.value}")
    if line.reason is None or line.reason.code == STOPPED_BY_PERSON:
        return words
    return f"{words}: {ui.reason(line.reason)}"


def _waiting_words(ui: Ui, line: OutboxLine) -> str:
    if line.pause is not None:
        if line.pause.code == BY_PERSON:
            return ui.say("ui.outbox.paused")
        return ui.say("ui.outbox.paused-because", why=ui.reason(line.pause))
    when = leaves_at(line)
    if when - ui.clock.now() < _HELD:
        return ui.say(f"ui.state.{line.state.value}")
    moment = moment_words(when, ui.texts.language)
    code = "ui.outbox.tries-at" if line.state is State.DEFERRED else "ui.outbox.waits-until"
    words = ui.say(code, when=moment)
    return f"{words}: {ui.reason(line.reason)}" if line.reason is not None else words


def leaves_at(line: OutboxLine) -> datetime:
    """The first moment at which a waiting message may leave."""
    return max(line.not_before, line.next_try) if line.next_try is not None else line.not_before


def tone(state: State) -> str:
    """Of its pill: `ok`, `warn`, `error` or `plain`."""
    if state is State.ACCEPTED:
        return "ok"
    if state is State.UNCERTAIN:
        return "warn"
    return "error" if state in NOT_ARRIVED else "plain"

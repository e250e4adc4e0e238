"""The values that go in and out of the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime

from desktop.frozen import dataclass
from desktop.mail.decision import Decision
from desktop.mail.sealing import Sealed
from desktop.models.database import Tx
from desktop.models.records import Label, Message, PersonId, Reason, Relay, RelayId, State
from desktop.models.remindervisits import Told


@dataclass(frozen=True)
class Frozen:
    """A sealed message before it is a row."""

    kind: str
    source: str
    occurrence: int
    window: str
    generation: int
    person: PersonId
    decision: Decision
    label: Label
    relay: RelayId
    sealed: Sealed
    useless_after: datetime | None = None
    priority: int = 0
    wording: str = ""
    """Kept with the decision, for a source that asks at the claim whether it would say the same."""
    purpose: str = ""
    """Of a message to many (`purposes.MailPurpose`)."""
    not_before: datetime | None = None
    """Its own hour; None: as soon as the hold is over."""
    visits: tuple[Told, ...] = ()
    """Of a reminder: what it is about. The database refuses a second one about any of them."""


@dataclass(frozen=True)
class Keep:
    """Send as frozen."""


@dataclass(frozen=True)
class Cancel:
    """Do not send; a person is told why."""

    reason: Reason


@dataclass(frozen=True)
class Replace:
    """Send this instead: the same message, decided and sealed anew.

    `apart` are further ones that it has come to: what a family may not be told together any more.
    """

    frozen: Frozen
    reason: Reason
    apart: tuple[Frozen, ...] = ()


@dataclass(frozen=True)
class Reroute:
    """Send the very same bytes by another relay, for which the same was decided."""

    relay: RelayId
    reason: Reason


@dataclass(frozen=True)
class Later:
    """Not now: what it rests on may be put right again. It is asked about anew then."""

    until: datetime
    reason: Reason


Verdict = Keep | Cancel | Replace | Reroute | Later
Recheck = Callable[[Tx, Sequence[Message]], Sequence[Verdict]]
"""Asked for rows of one kind at their claim, one verdict for each in their order; reads only."""


@dataclass(frozen=True)
class Claimed:
    """A row that this holder sends now."""

    message: Message
    wire: bytes = field(repr=False)
    relay: Relay


@dataclass(frozen=True)
class Outcome:
    """What is known after a transaction. `next_try` is needed for `deferred` and `queued`."""

    state: State
    reply: str = ""
    reason: Reason | None = None
    next_try: datetime | None = None
    through: tuple[State, ...] = ()
    """Phases that were passed since the row's mark and were never a state of their own on disk."""


@dataclass(frozen=True)
class Recovered:
    """What was found in flight after a crash."""

    requeued: int
    uncertain: int

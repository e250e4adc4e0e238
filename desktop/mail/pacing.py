"""Who may leave now: what the dispatcher asks for each row inside the claim's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desktop.mail.outgoing import Outcome
from desktop.models.database import Tx
from desktop.models.records import Message, Reason, RelayId


@dataclass(frozen=True)
class Go:
    """It may leave now: its place in every limit is taken until `note` says what came of it."""


@dataclass(frozen=True)
class Wait:
    """Not before `until`; `models.sending.postpone` writes it down, without a try or a record."""

    until: datetime
    reason: Reason


@dataclass(frozen=True)
class Late:
    """The rules let it leave only when it is of no use any more: it expires now, with this reason."""

    reason: Reason


Pass = Go | Wait | Late


class Pacer(Protocol):
    """Every method works inside the caller's writing transaction."""

    def begin(self, tx: Tx, now: datetime) -> None:
        """Ahead of a run, under its lease: what a crash left on its way counts as gone out now."""
        ...

    def allow(self, tx: Tx, rows: Sequence[Message], now: datetime) -> list[Pass]:
        """One answer per row, in order. `rows` name the relay that they would go by.

        The caller claims those that may go, postpones those that wait and ends those that are
        late; each `Go` is answered by one `note`, in this or a later transaction.
        """
        ...

    def note(self, tx: Tx, message: Message, outcome: Outcome, now: datetime) -> None:
        """What came of a row that was allowed; `queued` gives its place back, as nothing left.

        `message` is the row as it was claimed (its relay and source count), not as it ends.
        """
        ...

    def relay_failed(self, tx: Tx, relay: RelayId, reason: Reason, now: datetime) -> None:
        """A connection that could not be opened, with the error's code; trips the breaker of sign-ins."""
        ...

"""How far marks must run ahead so that the network never waits for the disk.

At a real relay, a message takes longer than a transaction, and two marked rows are
enough; on the same computer it takes a fraction, and a dozen are. Fewer marks mean fewer
rows that a crash leaves uncertain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from desktop.mail.outgoing import Outcome
from desktop.mail.pacing import Go, Pass
from desktop.models.database import Tx
from desktop.models.records import Message, Reason, RelayId

_LEAST = 2
"""The message under way, and the one whose envelope goes along with it."""
_WEIGHT = 0.3


class Pace:
    """Moving averages of both durations, in seconds."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._message = 0.0
        self._transaction = 0.0

    def message_took(self, seconds: float) -> None:
        self._message = _moved(self._message, seconds)

    def transaction_took(self, seconds: float) -> None:
        self._transaction = _moved(self._transaction, seconds)

    @property
    def marks(self) -> int:
        """How many rows may stand marked: twice those sent during one transaction.

        When half of them are sent, the next transaction begins.
        """
        if not self._message or not self._transaction:
            return _LEAST
        needed = math.ceil(2 * self._transaction / self._message)
        return min(max(needed, _LEAST), self._most)


class Unhurried:
    """The pacer of a dispatcher that got none: nothing waits, nothing is counted."""

    def begin(self, tx: Tx, now: datetime) -> None: ...

    def allow(self, tx: Tx, rows: Sequence[Message], now: datetime) -> list[Pass]:
        return [Go() for _ in rows]

    def note(self, tx: Tx, message: Message, outcome: Outcome, now: datetime) -> None: ...

    def relay_failed(self, tx: Tx, relay: RelayId, reason: Reason, now: datetime) -> None: ...


def _moved(average: float, value: float) -> float:
    return value if not average else average + _WEIGHT * (value - average)

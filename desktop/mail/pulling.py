"""Messages that wait are pulled back at once when the person or the mailbox may not be written to any more.

Each would be refused at its claim anyway; but until then it would stand in the outbox as if it went.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop.clock import Clock
from desktop.mail.letters import Letters
from desktop.mail.outbox import Cancel, Outbox
from desktop.mail.sealing import CAMPAIGN, REMINDER
from desktop.mail.states import WAITING
from desktop.models import messages
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import PersonId, State

_NEWEST = 500
"""What waits is among the newest messages of a person."""
_STOPPABLE = WAITING | {State.CLAIMED}
_MADE_ANEW = ("way-changed", "link-expired")
_ANEW = (REMINDER, CAMPAIGN)
"""Of these kinds that is no end: at its claim such a message is made again for the new way."""


class Pulling:
    """To be called in the transaction that changed what is known of somebody."""

    def __init__(self, clock: Clock, outbox: Outbox) -> None:
        self._letters = Letters(clock)
        self._outbox = outbox

    def pull(self, tx: Tx, ids: Iterable[PersonId], by: Session | None = None) -> int:
        """Cancel what waits for these people and may not leave as it is; answers how many there were."""
        theirs = (row for who in dict.fromkeys(ids) for row in messages.of_person(tx, who, _NEWEST))
        waiting = [row for row in theirs if row.state in _STOPPABLE]
        pulled = 0
        for row, verdict in zip(waiting, self._letters.recheck(tx, waiting), strict=True):
            if not isinstance(verdict, Cancel):
                continue
            if row.kind in _ANEW and verdict.reason.code in _MADE_ANEW:
                continue
            pulled += self._outbox.cancel(tx, row.id, verdict.reason, by)
        return pulled

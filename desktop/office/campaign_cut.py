"""Campaigns that were cut off: a power cut, a crash or a kill ends a process without a word.

While campaigns run, their process keeps a mark that it renews and takes away when the practice is
closed. One that was left behind says that its process was cut off, and when it was last alive. What
was on its way is settled then (`Outbox.recover`), and each campaign that ran waits until somebody lets
it go on: nobody knows for how long it stood, and letters may be of no use by now.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta

from desktop.campaigns.running import Runs
from desktop.clock import Clock
from desktop.mail.outbox import Outbox
from desktop.models import campaigns, leases, settings
from desktop.models.campaigning import Campaign, CampaignState
from desktop.models.database import Tx
from desktop.models.records import Lease, Reason
from desktop.sync.lease import SendingLease, is_gone
from desktop.texts import MOMENT, moment_param

NAME = "campaigns"
CUT = "campaign-cut"
LENGTH = timedelta(minutes=2)
_RENEWED = timedelta(minutes=1)


class RunMark:
    """One per open practice. On Windows a process that was killed is not told from one that sleeps; a
    computer that went off is."""

    def __init__(self, clock: Clock, outbox: Outbox, runs: Runs) -> None:
        self._clock = clock
        self._outbox = outbox
        self._runs = runs
        self._holder = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._until = datetime.min.replace(tzinfo=UTC)

    def was_left(self, tx: Tx) -> bool:
        """Whether a process that is no more left its mark."""
        found = leases.current(tx, NAME)
        return found is not None and self._is_left(found)

    def look(self, tx: Tx) -> None:
        """Put it, renew it or take it away, as campaigns run or not; settle what another left behind."""
        now, before = self._clock.now(), leases.current(tx, NAME)
        if before is not None and self._is_left(before):
            leases.release(tx, NAME, before.holder)
            self._cut_off(tx, before.until - LENGTH)
        if not _running(tx):
            self.take_away(tx)
        elif self._until - now < _RENEWED:
            taken = leases.take(tx, NAME, self._holder, self._clock.boot_id(), now + LENGTH, now)
            self._until = now + LENGTH if taken else now

    def take_away(self, tx: Tx) -> None:
        leases.release(tx, NAME, self._holder)
        self._until = self._clock.now()

    def _is_left(self, found: Lease) -> bool:
        if found.holder == self._holder:
            return False
        return found.boot != self._clock.boot_id() or is_gone(found.holder)

    def _cut_off(self, tx: Tx, at: datetime) -> None:
        lease = SendingLease(self._clock)
        if lease.take(tx):
            self._outbox.recover(tx, lease.holder)
            lease.give_back(tx)
        why = Reason(CUT, {MOMENT: moment_param(at, settings.get(tx, "zone") or "UTC")})
        for one in _running(tx):
            self._runs.hold(tx, one, why)


def _running(tx: Tx) -> list[Campaign]:
    return campaigns.in_states(tx, frozenset({CampaignState.RUNNING}))

"""Nobody sends without the lease, so that no message leaves by two doors.

A row in the database, for a minute at a time, renewed while sending. It is named after
the process, so that the lease of one that was killed need not run out first.
"""

from __future__ import annotations

import os
import secrets
import sys
from datetime import datetime, timedelta

from desktop.clock import Clock
from desktop.mail.outbox import LEASE
from desktop.models import leases
from desktop.models.database import Tx

LENGTH = timedelta(seconds=60)
HEARTBEAT = 15.0
"""Seconds between two renewals."""


class SendingLease:
    """One holder; every method works inside the caller's transaction."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.holder = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._until = clock.now()

    def take(self, tx: Tx) -> bool:
        """Take it if it is free, ran out, or belongs to a process that is no more."""
        if self._take(tx):
            return True
        other = leases.current(tx, LEASE)
        if other is None or other.boot != self._clock.boot_id() or not is_gone(other.holder):
            return False
        leases.release(tx, LEASE, other.holder)
        return self._take(tx)

    def renew(self, tx: Tx) -> bool:
        """Keep it; False when it was lost (the computer slept, and somebody else sends)."""
        now = self._clock.now()
        return self._kept(leases.renew(tx, LEASE, self.holder, self._clock.boot_id(), now + LENGTH, now), now)

    def is_ours(self, tx: Tx) -> bool:
        """Whether nobody took it since, be it that it ran out: what we left is as we left it."""
        found = leases.current(tx, LEASE)
        return found is not None and (found.holder, found.boot) == (self.holder, self._clock.boot_id())

    @property
    def ran_out(self) -> bool:
        """Whether somebody else may send by now, without a look at the disk: the computer slept."""
        return self._until <= self._clock.now()

    def give_back(self, tx: Tx) -> None:
        leases.release(tx, LEASE, self.holder)

    def _take(self, tx: Tx) -> bool:
        now = self._clock.now()
        return self._kept(leases.take(tx, LEASE, self.holder, self._clock.boot_id(), now + LENGTH, now), now)

    def _kept(self, done: bool, now: datetime) -> bool:
        if done:
            self._until = now + LENGTH
        return done


def is_gone(holder: str) -> bool:
    """Whether the process that a holder is named after has ended; a reused number counts as alive."""
    number = holder.partition("-")[0]
    if sys.platform == "win32" or not number.isdigit():
        return False  # Windows would end a process that is asked like this
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

"""What is looked after in the outbox while the practice is open: the fence, pauses that ran out, and
reminders of which nobody knows.
"""

from __future__ import annotations

from desktop.audit.log import AuditLog
from desktop.audit.witness import ROLLED_BACK, TRUNCATED, Gap
from desktop.clock import Clock
from desktop.mail import unclear
from desktop.mail.outbox import Outbox
from desktop.models import pauses
from desktop.models.database import Database
from desktop.paths import PracticeFolder

_LOST = (ROLLED_BACK, TRUNCATED)
"""Gaps of the log behind which messages may have left that this database takes for waiting."""


class OutboxWatch:
    """Hangs on `Watch`: at each sign-in, and once a minute."""

    def __init__(self, database: Database, outbox: Outbox, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._fence = outbox.fence
        self._audit = audit
        self._clock = clock

    def begin(self, folder: PracticeFolder, gap: Gap | None) -> None:
        """Before anything can leave: is this the outbox that was here before?"""
        lost = gap is not None and gap.kind in _LOST
        self._fence.begin(self._database, folder.outbox_mark, log_gap=lost)

    def look(self) -> None:
        """In the caller's thread; writes only where something has to change."""
        now = self._clock.now()
        self._database.write(self._fence.look)
        if self._database.read(lambda tx: unclear.is_due(tx, now)):
            self._database.write(lambda tx: unclear.look(tx, self._audit, now))
        if self._database.read(lambda tx: len(pauses.listing(tx, None)) > len(pauses.listing(tx, now))):
            self._database.write(lambda tx: pauses.remove_ended(tx, now))
        self._fence.keep(self._database)

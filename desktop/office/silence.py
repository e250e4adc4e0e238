"""Once a minute: sensitive messages without a sign become tasks to phone (`mail/silence.py`)."""

from __future__ import annotations

from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.mail import silence
from desktop.models.database import Database


class SilenceWatch:
    """Hangs on the watch of the open practice; asks on the reading lane, writes only what is due."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock

    def look(self) -> None:
        now = self._clock.now()
        if self._database.read(lambda tx: silence.is_due(tx, now)):
            self._database.write(lambda tx: silence.look(tx, self._audit, now))

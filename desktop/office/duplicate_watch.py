"""Once a day: records that may be one person's are looked for anew, so that the list is there in time."""

from __future__ import annotations

from collections.abc import Callable

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.models import duplicates, settings
from desktop.models.database import Database, Tx
from desktop.models.duplicates import Pair
from desktop.people import duplicates as alike

LOOKED = "duplicates-looked-at"
"""The setting with the practice's day of the last look."""


class DuplicateWatch:
    """Hangs on the watch of the open practice, where nobody waits: with many people it takes seconds."""

    def __init__(
        self, database: Database, audit: AuditLog, clock: Clock, has_gap: Callable[[], bool]
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._has_gap = has_gap

    def look(self) -> None:
        """Cheap where today was looked at. Raises VaultError("locked") once the database is closed."""
        if self._has_gap() or not self._database.read(self._is_due):
            return
        rows = self._database.read_aside(lambda tx: list(duplicates.compared(tx)))
        found = list(alike.pairs(rows))
        self._database.write(lambda tx: self._keep(tx, found))

    def _is_due(self, tx: Tx) -> bool:
        return settings.get(tx, LOOKED) != self._day(tx)

    def _day(self, tx: Tx) -> str:
        return self._clock.now().astimezone(settings.zone(tx)).date().isoformat()

    def _keep(self, tx: Tx, found: list[Pair]) -> None:
        settings.put(tx, LOOKED, self._day(tx))
        fresh = duplicates.put(tx, found, self._clock.now())
        self._audit.record(tx, Event(Act.DUPLICATES_LOOKED_FOR, det={"count": fresh}))

"""Which version of the program works on a practice: a change of it stands in the log."""

from __future__ import annotations

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.models import settings
from desktop.models.database import Database, Tx

_SETTING = "program"


def note(database: Database, audit: AuditLog, version: str) -> None:
    """At each opening; the first ever is part of the practice's being made and no change."""
    if database.read(lambda tx: settings.get(tx, _SETTING)) == version:
        return

    def change(tx: Tx) -> None:
        before = settings.get(tx, _SETTING)
        settings.put(tx, _SETTING, version)
        if before not in (None, version):
            det = {"program": version, "program-before": str(before)}
            audit.record(tx, Event(Act.PROGRAM_CHANGED, det=det))

    database.write(change)

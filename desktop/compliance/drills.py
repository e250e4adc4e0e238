"""When a restore drill is due: a quarter after the last good one, or after the first backup.

45 CFR 164.308(a)(7)(ii)(D) asks for testing of contingency plans; a backup that nobody ever
restored is a hope.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desktop.models import drills
from desktop.models.database import Tx

EVERY = timedelta(days=90)


def due_at(tx: Tx) -> datetime | None:
    """None while there is nothing to restore."""
    since = drills.last_good(tx) or drills.first_backup(tx)
    return since + EVERY if since is not None else None

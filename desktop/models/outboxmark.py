"""Whether anything in the outbox has changed: one short text for a page that looks every few seconds."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, select

from desktop.models import messages, pauses
from desktop.models.lanes import Tx
from desktop.models.tables_mail import attempt


def mark(tx: Tx, now: datetime) -> str:
    """Differs after every step of a message and every change of what is paused.

    A step leaves an attempt, or moves a row from one count to another; a person's new name alone
    changes nothing here.
    """
    steps = tx.connection.execute(select(func.max(attempt.c.seq))).scalar() or 0
    counts = "".join(f"{state.value}{number}" for state, number in sorted(messages.counts(tx).items()))
    held = "".join(f"{one.scope}{one.at.timestamp()}" for one in pauses.listing(tx, now))
    return hashlib.sha256(f"{steps} {counts} {held}".encode()).hexdigest()[:32]

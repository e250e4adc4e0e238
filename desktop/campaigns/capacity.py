"""What the practice has room for: a campaign that asks people to come is paced by it (H21)."""

from __future__ import annotations

from datetime import date

from desktop.models import freeslots
from desktop.models.lanes import Tx

MOST = 999
"""Visits of one type and day."""


def room(tx: Tx, day: date, gone: int) -> int | None:
    """How many more letters may leave on `day` after `gone` of them; None where nobody said what is free.

    A letter counts as one visit that may come of it, so that never more are asked than can be seen.
    """
    free = freeslots.of_day(tx, day)
    return None if free is None else max(0, free - gone)

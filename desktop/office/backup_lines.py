"""How backups and their targets stand, as people see them."""

from __future__ import annotations

from datetime import datetime

from desktop.models.database import Tx
from desktop.models.safekeeping import Target
from desktop.office.values_backups import BackupsShown, Freshness, TargetLine


def target_line(tx: Tx, target: Target, now: datetime) -> TargetLine:
    """One target and its honest state."""
    raise NotImplementedError


def shown(tx: Tx, now: datetime, *, running: bool = False, here_bytes: int = 0) -> BackupsShown:
    """All of it: what `show_backups` and `retire_target` answer."""
    raise NotImplementedError


def fresh(tx: Tx, now: datetime) -> Freshness:
    """`compliance/freshness.freshness` as a value of the door."""
    raise NotImplementedError

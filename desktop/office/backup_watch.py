"""Makes backups while the practice is open: every four hours of use, and when the last person leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.audit.events import Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.crypto.openvault import OpenVault
from desktop.models.database import Database, Tx
from desktop.models.documents import Progress
from desktop.models.safekeeping import TargetId
from desktop.office.values_backups import BackupMade
from desktop.paths import PracticeFolder

Record = Callable[[Tx, Event], object]


class BackupWatch:
    """One per open practice, with its own thread; `stop` before the database closes."""

    def __init__(
        self, folder: PracticeFolder, vault: OpenVault, database: Database, audit: AuditLog, clock: Clock
    ) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """From the first sign-in on; asked again it does nothing."""
        raise NotImplementedError

    def run(self, record: Record, progress: Progress | None = None) -> BackupMade:
        """Make one now and put it on every target, after one that is under way.

        Raises Refused("cancelled"), VaultError where none could be made.
        """
        raise NotImplementedError

    @property
    def running(self) -> bool:
        raise NotImplementedError

    def next_at(self, target: TargetId) -> datetime | None:
        """When it is tried again after trouble; None where nothing is planned."""
        raise NotImplementedError

    def wanted_at_close(self) -> bool:
        """Nobody is there any more: whether the vault stays open for a backup that is being made."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends what is being made and waits until nothing reads the database's file."""
        raise NotImplementedError

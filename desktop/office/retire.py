"""Retiring a computer: everything here becomes unreadable, and a certificate says so."""

from __future__ import annotations

from collections.abc import Callable

from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore
from desktop.models.accounts import Session
from desktop.models.documents import Printer, Progress
from desktop.office.desk import Desk
from desktop.office.values_backups import BackupMade, Retired, RetireRequest
from desktop.paths import PracticeFolder

LastBackup = Callable[[Session, Progress | None], BackupMade]


class Retiring:
    """One use case. `close` ends everything that is open here; `last_backup` is the desk of backups'."""

    def __init__(
        self,
        desk: Desk,
        folder: PracticeFolder,
        clock: Clock,
        device_store: Callable[[], DeviceStore | None],
        printer: Printer,
        last_backup: LastBackup,
        close: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._device_store = device_store
        self._printer = printer
        self._last_backup = last_backup
        self._close = close

    def retire_computer(
        self, session: Session, request: RetireRequest, progress: Progress | None = None
    ) -> Retired:
        """Raises InputError "practice-name-wrong"; Refused "reason-missing", "step-up-needed",
        "retire-not-saved", "retire-no-certificate", "cancelled"."""
        raise NotImplementedError

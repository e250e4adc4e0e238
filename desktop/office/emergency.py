"""Emergency access: today's work read out of a practice that does not open any more."""

from __future__ import annotations

from collections.abc import Callable

from desktop.access.signin import KeysFor
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore
from desktop.models.documents import Printer, Progress
from desktop.office.desk import Desk
from desktop.office.values_backups import EmergencyRequest, EmergencyShown
from desktop.paths import PracticeFolder
from desktop.texts import Texts


class Emergency:
    """Works without a session and writes nothing into the practice but a sealed record."""

    def __init__(
        self,
        desk: Desk,
        folder: PracticeFolder,
        clock: Clock,
        device_store: Callable[[], DeviceStore | None],
        keys: KeysFor,
        printer: Printer,
        texts: Texts,
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._device_store = device_store
        self._keys = keys
        self._printer = printer
        self._texts = texts

    def open_emergency(self, request: EmergencyRequest, progress: Progress | None = None) -> EmergencyShown:
        """Raises Refused "reason-missing", "emergency-not-needed" (somebody is at work here), "cancelled",
        those of the sign-in; VaultError "emergency-nothing-left" (restore the newest backup)."""
        raise NotImplementedError

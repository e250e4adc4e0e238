"""A practice brought back out of a backup, into a folder that holds none: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from desktop.access.signin import KeysFor
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore
from desktop.crypto.kdf import KdfParams
from desktop.models.documents import Progress
from desktop.office.values_backups import BackupsFound, Restored, RestorePlace, RestoreRequest
from desktop.paths import PracticeFolder


class Restore:
    """The part of the door that needs no session: there is no practice yet."""

    def __init__(
        self,
        folder: PracticeFolder,
        clock: Clock,
        params: Callable[[], KdfParams],
        device_store: Callable[[], DeviceStore | None],
        keys: KeysFor,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._params = params
        self._device_store = device_store
        self._keys = keys

    def find_backups(self, where: RestorePlace) -> BackupsFound:
        """What lies there, newest first; an SFTP server that is not known yet shows its key and nothing else."""
        raise NotImplementedError

    def restore(self, request: RestoreRequest, progress: Progress | None = None) -> Restored:
        """Bring it back. Blocks for minutes: call it from a worker."""
        raise NotImplementedError

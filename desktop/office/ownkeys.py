"""The practice's own sealing keys while the vault is open."""

from __future__ import annotations

import threading

from desktop.clock import Clock
from desktop.mail.sealing import Sealer
from desktop.mail.sender import load_sealer
from desktop.models.database import Database


class OwnKeys:
    """The practice's own keys, parsed once and again after they changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._loaded: Sealer | None = None
        self._loading = threading.Lock()

    def sealer(self) -> Sealer:
        """Raises VaultError("own-key-damaged") where the practice has none."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._database.read(lambda tx: load_sealer(tx, self._clock))
            return self._loaded

    def forget(self) -> None:
        with self._loading:
            self._loaded = None

"""The practice's own sealing keys while the vault is open."""

from __future__ import annotations

import threading

from desktop.clock import Clock
from desktop.mail.sealing import Sealer
from desktop.mail.sender import load_sealer
from desktop.models import identities
from desktop.models.database import Database, Tx
from desktop.models.records import KeyKind


class OwnKeys:
    """The practice's own keys, parsed once and again after they changed, here or in another process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._loaded: Sealer | None = None
        self._of: tuple[str, ...] = ()
        self._loading = threading.Lock()

    def sealer(self) -> Sealer:
        """Raises VaultError("own-key-damaged") where the practice has none."""
        with self._loading:
            used = self._database.read(_in_use)
            if self._loaded is None or self._of != used:
                self._of, self._loaded = self._database.read(
                    lambda tx: (_in_use(tx), load_sealer(tx, self._clock))
                )
            return self._loaded

    def forget(self) -> None:
        with self._loading:
            self._loaded = None


def _in_use(tx: Tx) -> tuple[str, ...]:
    """Which keys are used now: nothing is signed with one that was withdrawn meanwhile."""
    current = (identities.current(tx, kind) for kind in KeyKind)
    return tuple(one.fingerprint for one in current if one is not None)

"""A practice whose vault key is to be changed: real slots, a real database, a log, and Ben who leaves."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.access.rotation import rotate
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.logkey import WRAP_INFO, load_log_key, make_log_key, rewrap_log_key
from desktop.audit.verify import verify
from desktop.crypto.kdf import FLOOR
from desktop.crypto.rotation import settle_rotation
from desktop.crypto.vault import OpenVault, create_vault, enrol_user, unlock
from desktop.models import audit as audit_rows
from desktop.models import people, settings
from desktop.models.database import Database, Tx
from desktop.paths import PracticeFolder
from tests.support.clock import ManualClock
from tests.support.kept import a_person

ANA, ANA_PASSWORD = "ana-id", "correct horse battery staple"
BEN, BEN_PASSWORD = "ben-id", "quite another long sentence"
LOG = AuditLog("test", ManualClock())


@dataclass(frozen=True)
class Renewal:
    """The folder, and how many people are in it."""

    folder: PracticeFolder
    rows: int

    @classmethod
    def make(cls, root: Path, rows: int) -> tuple[Renewal, bytes, str]:
        """The practice, its vault key (to open it without a wait) and its recovery key."""
        root.mkdir(parents=True, exist_ok=True)
        made = cls(PracticeFolder(root), rows)
        created = create_vault(made.folder.keys, ANA, ANA_PASSWORD, None, FLOOR)
        vault = created.vault
        enrol_user(made.folder.keys, vault, BEN, BEN_PASSWORD, None, FLOOR)
        key, salt = vault.database_key()
        database = Database.create(made.folder.database, key, salt, vault.vault_id, vault.epoch)

        def fill(tx: Tx) -> None:
            make_log_key(tx, vault.vault_id, vault.key(WRAP_INFO))
            for number in range(rows):
                people.insert(tx, a_person(first_name=f"Maria{number}"))
                settings.put(tx, f"filling-{number}", secrets.token_hex(1000))
                LOG.record(tx, Event(Act.SESSION_LOCKED))

        database.write(fill)
        database.close()
        return made, vault.vault_key(), created.recovery_key

    def vault(self, vault_key: bytes) -> OpenVault:
        return OpenVault.from_vault_key(self.folder.keys, vault_key, ANA)

    def database(self, vault: OpenVault) -> Database:
        key, salt = vault.database_key()
        return Database.open(self.folder.database, key, salt, vault.vault_id, vault.epoch)

    def rotate(self, vault: OpenVault, progress: Callable[[int, int], None] | None = None) -> OpenVault:
        """Let Ben go; the log's key is wrapped anew and the change recorded, as the office does."""

        def rewrap(tx: Tx, new: OpenVault) -> None:
            rewrap_log_key(tx, new.vault_id, vault.key(WRAP_INFO), new.key(WRAP_INFO))
            LOG.record(tx, Event(Act.SESSION_LOCKED))

        return rotate(self.folder, vault, self.database(vault), frozenset({BEN}), rewrap, progress)

    def check(self) -> int:
        """The promise, whatever has happened: one vault, one database, all rows. The epoch it is in."""
        settle_rotation(self.folder)
        vault = unlock(self.folder.keys, ANA, ANA_PASSWORD, None)
        with contextlib.closing(self.database(vault)) as database:
            database.integrity()
            log: list[Any] = database.read(lambda tx: list(audit_rows.records(tx)))
            assert verify(log).ok
            assert len(log) == self.rows + vault.epoch - 1
            assert database.read(people.count) == self.rows
            assert database.read(lambda tx: people.found(tx, "maria1")) > 0
            database.read(lambda tx: load_log_key(tx, vault.vault_id, vault.key(WRAP_INFO)))
        left = {file.name for file in self.folder.root.iterdir() if not harmless(file)}
        assert left <= {"practice.db", "vault.lock", "vault.keys.lock", *KEY_FILES}, left
        return vault.epoch


def harmless(file: Path) -> bool:
    """What a kill may leave until the next write: SQLite's empty journal, a key file that was not renamed."""
    journal = file.name == "practice.db-journal" and file.stat().st_size == 0
    return journal or file.match(".vault.keys*.tmp")


KEY_FILES = ("vault.keys", "vault.keys.1", "vault.keys.2", "vault.keys.3")

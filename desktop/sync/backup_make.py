"""Making a backup of the open practice: a container that was read back before it got its name.

The database's file is held still only while its pages are read; then work goes into it again,
and the process that made the container proves it (`backup_worker.py`, ADR 0019).
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop import __version__
from desktop.audit.logkey import PUBLIC, WRAP_INFO, load_log_key
from desktop.audit.note import Checkpoint, origin_of, sign_checkpoint
from desktop.crypto.container import PURPOSE
from desktop.crypto.container_header import SALT
from desktop.crypto.openvault import OpenVault
from desktop.errors import Refused, VaultError
from desktop.frozen import dataclass
from desktop.locks import exclusive
from desktop.models import logyears, vaultkeys
from desktop.models.backupnames import parse_name
from desktop.models.database import Database, Tx
from desktop.models.documents import Progress
from desktop.models.lanes import known
from desktop.models.rekey import DatabaseKeys
from desktop.models.safekeeping import Backup
from desktop.models.snapshot import Frozen, row_counts
from desktop.paths import PracticeFolder, make_private_folder
from desktop.program import start_worker
from desktop.sync.backup_chain import SCRATCH, assemble, prove, root_of
from desktop.sync.backup_state import FILE, read_state
from desktop.sync.backup_words import At, Done, Facts, Failed, Order, Ready, Shape, Word, hear, say
from desktop.sync.backup_worker import MAKING

__all__ = ["Made", "assemble", "chain_here", "make", "prove", "tidy"]

_LOCK = ".lock"
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Made:
    """A backup that is whole and proven, and where its file lies on this computer."""

    backup: Backup
    path: Path


def make(
    folder: PracticeFolder, vault: OpenVault, database: Database, now: datetime, progress: Progress
) -> Made | None:
    """Make one backup into `folder.backups`; None where nothing has changed since the last one.

    Waits until it is done: not for the window's thread. `progress` gets per cent and 100, several
    times a second; where it says stop, nothing stays of it. Raises Refused "cancelled",
    "backup-running" (another one is being made), "locked" (the practice was closed meanwhile),
    VaultError "database-damaged" (a page's seal is broken: earlier backups stay), "database-busy",
    "disk-full", "database-unwritable", "backup-ended" (the process was ended by the system), and
    "backup-damaged" where the disk gives back something else than was written to it.
    """
    with _alone(folder.backups), _Child(database, progress) as child:
        key, salt = vault.database_key()
        child.send(
            Order(
                root=folder.root,
                vault_id=vault.vault_id,
                id=secrets.token_hex(16),
                salt=secrets.token_bytes(SALT),
                now=now,
                program=__version__,
                secret=vault.key(PURPOSE),
                keys=DatabaseKeys(key, salt, vault.epoch),
            )
        )
        with database.frozen() as frozen:
            child.send(Shape(frozen.pages, frozen.page_bytes))
            child.send(frozen.read(lambda tx: _facts(tx, frozen, vault)))
            news = child.news()
        if isinstance(news, Ready):
            child.send(Ready())
            news = child.news()
        if not isinstance(news, Done):
            raise VaultError("backup-ended")
        backup = news.backup
    return None if backup is None else Made(backup, folder.backups / backup.name)


def chain_here(folder: PracticeFolder) -> tuple[Path, ...]:
    """The files of the current chain on this computer, the whole one first; () where there is none."""
    state = read_state(folder.backups)
    return () if state is None else tuple(folder.backups / link.name for link in state.chain)


def tidy(backups: Path) -> None:
    """Remove what broken-off work left, and containers that the current chain does not need."""
    state = read_state(backups)
    chain = {link.name for link in state.chain} if state is not None else set()
    for path in backups.iterdir():
        if path.name.startswith(SCRATCH):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith((MAKING, f".{FILE}.")) or (
            state is not None and parse_name(path.name) is not None and path.name not in chain
        ):
            path.unlink(missing_ok=True)


def _facts(tx: Tx, frozen: Frozen, vault: OpenVault) -> Facts:
    root, note = root_of(tx, frozen.records), ""
    if root and vaultkeys.get(tx, PUBLIC) is not None:
        key = load_log_key(tx, vault.vault_id, vault.key(WRAP_INFO))
        checkpoint = Checkpoint(origin_of(vault.vault_id), frozen.records, bytes.fromhex(root))
        note = sign_checkpoint(key, checkpoint)
    kept = tuple(one.file for one in logyears.listing(tx) if one.purged_at is None)
    return Facts(frozen.revision, note, frozen.records, root, frozen.head_hash, row_counts(tx), kept)


@contextlib.contextmanager
def _alone(backups: Path) -> Iterator[None]:
    """One backup at a time, and nothing half beside it before and after."""
    try:
        lock = exclusive(make_private_folder(backups) / _LOCK)
    except OSError as error:
        raise known(error, writing=True) or VaultError("database-unwritable") from error
    if lock is None:
        raise Refused("backup-running")
    with lock:
        tidy(backups)
        try:
            yield
        finally:
            tidy(backups)


class _Child:
    """The process that makes it; ended with the block, whatever it is doing."""

    def __init__(self, database: Database, progress: Progress) -> None:
        self._database, self._progress = database, progress
        self._percent = 0

    def __enter__(self) -> Self:
        self._process = start_worker("backup")
        self._pipe = self._process.pipe
        try:
            self.news()
        except BaseException:  # an interruption too leaves no process behind; then it goes on up
            self._process.end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.end()

    def send(self, word: Word) -> None:
        try:
            say(self._pipe, word)
        except OSError as error:
            raise VaultError("backup-ended") from error

    def news(self) -> Word:
        """What comes next from it, but how far it is; that is told on."""
        while True:
            self._tell()
            try:
                if not self._pipe.poll(_LOOK_SECONDS):
                    continue
                said = hear(self._pipe)
            except (EOFError, OSError) as error:
                raise VaultError("backup-ended") from error
            if isinstance(said, Failed):
                raise VaultError(said.code, **said.params)
            if not isinstance(said, At):
                return said
            self._percent = said.percent

    def _tell(self) -> None:
        if self._database.closed:
            raise Refused("locked")
        if not self._progress(self._percent, 100):
            raise Refused("cancelled")

"""What a drill does: the newest backup of a target becomes a database once more, and is looked through.

All of it in a private folder beside the practice, which goes again however it ends. The backup
itself answers for what was in it; the rows of the practice in use answer for which backup it
should be; the audit log of the practice in use must go on from the one that came back.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from desktop.audit.note import Checkpoint, read_checkpoint
from desktop.audit.outside import watched
from desktop.audit.verify import Evidence, Head, verify
from desktop.compliance.retention import start
from desktop.crypto.container import ClearHeader, SealedHeader, container_key, read_clear
from desktop.crypto.openvault import OpenVault
from desktop.crypto.slots import RECOVERY, DamagedError, parse
from desktop.errors import InputError, Refused, VaultError
from desktop.frozen import dataclass
from desktop.locks import exclusive
from desktop.models import audit, targets
from desktop.models.backupcheck import looking
from desktop.models.database import Database, Tx
from desktop.models.documents import Progress
from desktop.models.lanes import known
from desktop.models.records import Reason
from desktop.models.rekey import DatabaseKeys
from desktop.models.safekeeping import Backup, Target
from desktop.office.drill_sample import DrillFailedError, check_sample
from desktop.office.proof import log_vkey, signed_checkpoints
from desktop.paths import PracticeFolder, make_private_folder
from desktop.sync.backup_chain import assemble, check_assembled
from desktop.sync.backup_fetch import fetch_chain
from desktop.sync.targets.base import vault_tag
from desktop.sync.targets.reach import reach

_FETCHED, _ASSEMBLED, _CHECKED, _ALL = 40, 60, 80, 100
"""Shares of the whole, in per cent."""
_LOCK = ".lock"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Found:
    """What came back: records of its audit log with their Merkle root, and how many rows were opened."""

    records: int
    root: str
    sampled: int


@dataclass(frozen=True)
class Restoring:
    """The practice in use, and the backup of it that is to come back. `officer` is the public half of the
    recovery key of today.
    """

    folder: PracticeFolder
    vault: OpenVault
    database: Database
    target: Target
    backup: Backup
    officer: bytes
    progress: Progress


@contextlib.contextmanager
def sandbox(folder: PracticeFolder) -> Iterator[Path]:
    """An empty private folder for one drill at a time. Raises Refused("drill-running")."""
    try:
        make_private_folder(folder.drill)
        lock = exclusive(folder.drill / _LOCK)
    except OSError as error:
        raise known(error, writing=True) or VaultError("database-unwritable") from error
    if lock is None:
        raise Refused("drill-running")
    with lock:
        _empty(folder.drill)
        try:
            yield folder.drill
        finally:
            _empty(folder.drill)


def sweep(folder: PracticeFolder) -> None:
    """Remove what a drill left that was killed; one that runs stays as it is."""
    if folder.drill.is_dir():
        with contextlib.suppress(Refused, VaultError), sandbox(folder):
            pass


def _empty(drill: Path) -> None:
    for path in drill.iterdir():
        if path.name == _LOCK:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def restore(what: Restoring, into: Path) -> Found:
    """Fetch, assemble, check, read. What is wrong is raised with a code of its own: TargetError; VaultError
    "backup-…", "disk-full", "database-…"; DrillFailedError. Refused "cancelled", "locked" say nothing of it.
    """
    try:
        return _restore(what, into)
    except OSError as error:
        raise known(error, writing=True) or VaultError("database-unwritable") from error


def _restore(what: Restoring, into: Path) -> Found:
    fetched, made = make_private_folder(into / "fetched"), make_private_folder(into / "made")
    chain = _fetch(what, fetched)
    clear = _clear_of(chain[-1])
    if clear.vault_id == what.vault.vault_id and clear.epoch < what.vault.epoch:
        raise DrillFailedError(Reason("drill-old-key"))
    step = _step(what, _FETCHED, _ASSEMBLED)
    sealed = assemble(chain, lambda header: container_key(what.vault, header), made, step)
    _compare(what, chain[-1], clear, sealed)
    keys = DatabaseKeys(*what.vault.database_key(), what.vault.epoch)
    check_assembled(made, keys, sealed)
    step(1, 1)
    with looking(PracticeFolder(made).database, keys) as tx:
        _verify_log(what, tx, sealed)
        sampled = check_sample(tx, what.database)
    _step(what, _CHECKED, _ALL)(1, 1)
    return Found(sealed.records, sealed.root, sampled)


def _fetch(what: Restoring, to: Path) -> tuple[Path, ...]:
    target, tag = what.target, vault_tag(what.vault.vault_id.hex())
    secret = what.database.read(lambda tx: targets.secret(tx, target.id))
    with contextlib.closing(reach(target.place, secret, tag, target.marker)) as reached:
        return fetch_chain(reached, what.backup.name, to, _step(what, 0, _FETCHED))


def _step(what: Restoring, start: int, end: int) -> Progress:
    """Progress of one part of the work; ends it by raising where somebody stops or locks."""

    def tell(done: int, of: int) -> bool:
        if what.database.closed:
            raise Refused("locked")
        if not what.progress(start + (end - start) * done // max(of, 1), _ALL):
            raise Refused("cancelled")
        return True

    return tell


def _clear_of(path: Path) -> ClearHeader:
    with path.open("rb") as file:
        return read_clear(file)


def _compare(what: Restoring, path: Path, clear: ClearHeader, sealed: SealedHeader) -> None:
    """It is the backup that our own row speaks of, and today's recovery key opens it."""
    row = what.backup
    same = (clear.id, clear.name, sealed.records, sealed.root) == (row.id, row.name, row.records, row.root)
    if not same or _sha256(path) != row.sha256:
        raise DrillFailedError(Reason("drill-other-backup"))
    try:
        slots = parse(clear.keys)
    except DamagedError:
        raise VaultError("backup-damaged") from None
    if not any(slot.type == RECOVERY and slot.pk == what.officer for slot in slots.slots):
        raise DrillFailedError(Reason("drill-other-recovery-key"))


def _sha256(path: Path) -> str:
    summed = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            summed.update(block)
    return summed.hexdigest()


def _verify_log(what: Restoring, tx: Tx, sealed: SealedHeader) -> None:
    """Every record of the log that came back; and that the log in use is the same one, only longer."""
    step, count = _step(what, _CHECKED, _ALL - 5), audit.count(tx)
    used = what.database.read_aside(lambda now: list(signed_checkpoints(now, what.vault)))
    witnesses = [one for one in used if one.size <= sealed.records]
    witnesses += _sealed_note(what, tx, sealed)
    evidence = Evidence(kept=list(signed_checkpoints(tx, what.vault)), witnesses=witnesses)
    head = Head(sealed.records, sealed.head_hash)
    found = verify(watched(audit.records(tx), count, step), count, head, evidence, start(tx))
    if not found.ok or found.records != sealed.records:
        raise DrillFailedError(Reason("drill-log-broken"))


def _sealed_note(what: Restoring, tx: Tx, sealed: SealedHeader) -> list[Checkpoint]:
    if not sealed.note:
        return []
    try:
        return [read_checkpoint(sealed.note, log_vkey(tx, what.vault))]
    except InputError:
        raise DrillFailedError(Reason("drill-log-broken")) from None

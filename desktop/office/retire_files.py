"""What is destroyed when a computer is retired, in an order that a power cut cannot spoil.

Until the key file itself goes, everything still opens: only copies are gone, which the program makes
anew. From that one removal on nothing opens any more, and what is left on the disk is ciphertext
without keys (cryptographic erase, NIST SP 800-88). The database is never half a database that opens.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from desktop.access.tokens import SessionFiles
from desktop.audit.witness import KeyringWitness, Place
from desktop.crypto.container_header import MOST_CLEAR
from desktop.crypto.devicekey import DeviceStore, forget_device
from desktop.crypto.keyslots import intact_copies, read_slots
from desktop.errors import Refused, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.models.databasefile import sidecars
from desktop.office.emergency_record import spare_place
from desktop.paths import PracticeFolder, sync_folder

_SLOTS_WITHIN = MOST_CLEAR + 4096
"""Bytes at the beginning of a container or a key file that hold every key slot."""
_KEEP = ("window.lock", "service.json", "service.lock", "service.log", "sealwell.log", "vault.lock")
"""Of the program that is running; nothing of a patient stands in them."""


@dataclass(frozen=True)
class Destroyed:
    """`items` are codes of what is gone, `left` names of files that could not be removed."""

    items: tuple[str, ...]
    left: tuple[str, ...]


def destroy(
    folder: PracticeFolder, vault_id: bytes, store: DeviceStore | None, sessions: SessionFiles
) -> Destroyed:
    """The caller holds the vault lock alone. Raises VaultError("retire-blocked") with everything still
    working; once the key file is gone nothing is raised any more.
    """
    _first("backups", lambda: _clear(folder.drill, folder.restoring, folder.backups))
    _first("keys", lambda: _wipe(_key_copies(folder)))
    _first("sessions", sessions.end_all)
    _first(folder.keys.name, lambda: _wipe((folder.keys,)))
    items, left = ["keys", "backups", "sessions"], []

    def then(item: str, work: Callable[[], Iterable[str]]) -> None:
        try:
            remains = list(work())
        except (OSError, SealwellError):
            remains = [item]
        left.extend(remains)
        if not remains:
            items.append(item)

    if store is not None:
        then("share", lambda: _forget(store, vault_id, folder))
    marks = (folder.log_marks, folder.next_log_marks, folder.outbox_mark, folder.tries, folder.emergencies)
    then("marks", lambda: (*_removed(marks), *_removed_folder(spare_place(vault_id))))
    then("database", lambda: _removed(_database_files(folder)))
    then("rest", lambda: _removed(one for one in folder.root.iterdir() if one.name not in _KEEP))
    with contextlib.suppress(OSError):
        sync_folder(folder.root)
    return Destroyed(tuple(items), tuple(left))


def _first(what: str, work: Callable[[], object]) -> None:
    try:
        work()
    except (OSError, SealwellError) as error:
        raise VaultError("retire-blocked", file=what) from error


def _clear(*folders: Path) -> None:
    """Each container begins with the key slots of its time: they go before the keys do, and what
    goes on from them (`backups/state`) before they do.
    """
    for folder in folders:
        if folder.is_dir():
            files = [one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()]
            _wipe(sorted(files, key=lambda one: one.suffix == ".sealwell"))
            shutil.rmtree(folder)


def _key_copies(folder: PracticeFolder) -> Iterator[Path]:
    """Everything that opens with somebody's password or paper, but the key file itself."""
    for name in (folder.keys.name, folder.next_keys.name, folder.pending_keys.name):
        for path in (*folder.root.glob(f"{name}*"), *folder.root.glob(f".{name}*")):
            if path != folder.keys:
                yield path


def _wipe(paths: Iterable[Path]) -> None:
    """Overwritten first: on a disk that writes in place nothing is left of the slots in them."""
    for path in list(paths):
        if not path.exists():
            continue
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(max(1, min(path.stat().st_size, _SLOTS_WITHIN))))
            file.flush()
            os.fsync(file.fileno())
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def _forget(store: DeviceStore, vault_id: bytes, folder: PracticeFolder) -> tuple[str, ...]:
    forget_device(store, vault_id)
    KeyringWitness(store, vault_id).forget()
    Place(store, str(folder.root)).forget()
    return ()


def _database_files(folder: PracticeFolder) -> tuple[Path, ...]:
    here = (folder.database, *sidecars(folder.database))
    return (*here, *folder.next_database_files(), *folder.database_copies())


def _removed(paths: Iterable[Path]) -> list[str]:
    """Names of those that are still there."""
    left = []
    for path in list(paths):
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError:
            left.append(path.name)
    return left


def _removed_folder(path: Path) -> list[str]:
    return _removed((path,)) if path.is_dir() else []


def refuse_another(folder: PracticeFolder, vault_id: bytes) -> None:
    """Raises Refused("retire-another-here") where a folder beside it is the same practice: a damaged one
    stays when its backup is brought back, and its key file opens what lies there.
    """
    here = folder.root.resolve()
    for path in here.parent.iterdir():
        if path.is_dir() and path.resolve() != here and _is_of(PracticeFolder(path), vault_id):
            raise Refused("retire-another-here", folder=path.name)


def _is_of(folder: PracticeFolder, vault_id: bytes) -> bool:
    try:
        return any(read_slots(one).vault_id == vault_id for one in _whole_key_files(folder))
    except (VaultError, OSError):
        return False


def _whole_key_files(folder: PracticeFolder) -> Iterator[Path]:
    with contextlib.suppress(VaultError):
        read_slots(folder.keys)
        yield folder.keys
    yield from intact_copies(folder.keys)


def refuse_unfit(to: Path, folder: PracticeFolder) -> None:
    """Raises Refused("retire-no-certificate") for a place that goes too, is taken, or is no folder's."""
    try:
        inside = to.resolve().is_relative_to(folder.root.resolve())
        fit = not inside and not to.exists() and to.parent.is_dir()
    except (OSError, ValueError):
        fit = False
    if not fit:
        raise Refused("retire-no-certificate", file=to.name)

"""The folder that a practice is brought back into: put together aside, then in place, its key slots last.

Until `vault.keys` stands there is no practice. What a restore that was killed has left is removed
by the next one, and by the next set-up.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from desktop.crypto.keyslots import discard_slots, intact_copies, move_slots
from desktop.errors import InputError, Refused, VaultError
from desktop.locks import Lock, exclusive
from desktop.models.databasefile import remove_database, sidecars
from desktop.paths import PRIVATE_FOLDER, PracticeFolder, make_private_folder, sync_folder


@contextlib.contextmanager
def put_together(folder: PracticeFolder) -> Iterator[PracticeFolder]:
    """A scratch folder on the disk of `folder`; whatever goes wrong in the block, nothing stays of it.

    Raises Refused "restore-in-place" where a practice is, or what is left of one, and
    "restore-running"; InputError("folder-not-writable").
    """
    refuse_practice(folder)
    made = _make(folder.root)
    try:
        with _alone(folder):
            refuse_practice(folder)
            sweep(folder)
            try:
                yield PracticeFolder(make_private_folder(folder.restoring))
            finally:
                shutil.rmtree(folder.restoring, ignore_errors=True)
    except BaseException:  # nor do the folders stay that were made for it; then it goes on up
        if made:
            folder.vault_lock.unlink(missing_ok=True)
        for path in made:
            with contextlib.suppress(OSError):  # somebody else put something there
                path.rmdir()
        raise


def put_in_place(scratch: PracticeFolder, folder: PracticeFolder) -> None:
    """The one step that counts is the last: from then on this is a practice.

    Only inside `put_together`. Raises VaultError("database-busy") where the database was not closed
    in order.
    """
    if any(file.exists() for file in sidecars(scratch.database)):
        raise VaultError("database-busy")
    for year in scratch.segments.glob("*"):
        with year.open("r+b") as file:
            os.fsync(file.fileno())
    try:
        make_private_folder(folder.root)
        move_slots(scratch.keys, folder.pending_keys)
        for source, target in (
            (scratch.segments, folder.segments),
            (scratch.tries, folder.tries),
            (scratch.log_marks, folder.log_marks),
            (scratch.database, folder.database),
        ):
            if source.exists():
                os.replace(source, target)
        sync_folder(folder.root)
        move_slots(folder.pending_keys, folder.keys)
    except BaseException:  # no half practice is left behind; then it goes on up
        discard_slots(folder.keys)
        _discard(folder)
        raise


def refuse_practice(folder: PracticeFolder) -> None:
    """Never over a practice, nor over what is left of one: it may be all that somebody has."""
    broken_off = folder.pending_keys.exists()
    left = (folder.next_keys, folder.next_database, folder.backups)
    mine = (folder.database, folder.segments, folder.tries, folder.log_marks)
    found = folder.keys.exists() or bool(intact_copies(folder.keys)) or any(one.exists() for one in left)
    if found or (not broken_off and any(one.exists() for one in mine)):
        raise Refused("restore-in-place")


def sweep(folder: PracticeFolder) -> None:
    """Remove what a restore that was killed has left; the caller holds the vault lock alone."""
    shutil.rmtree(folder.restoring, ignore_errors=True)
    if folder.pending_keys.exists():
        _discard(folder)


def sweep_if_free(folder: PracticeFolder) -> None:
    """As `sweep`, for a set-up in the same folder; a restore that still runs keeps what it has."""
    if not folder.restoring.exists() and not folder.pending_keys.exists():
        return
    lock = exclusive(folder.vault_lock)
    if lock is None:
        raise Refused("restore-running")
    with lock:
        sweep(folder)


def _discard(folder: PracticeFolder) -> None:
    """The pending slots go last: they are what tells all this from a practice that lost its slots."""
    remove_database(folder.database)
    shutil.rmtree(folder.segments, ignore_errors=True)
    for path in (folder.tries, folder.log_marks):
        path.unlink(missing_ok=True)
    discard_slots(folder.pending_keys)


def _make(root: Path) -> list[Path]:
    """The folder, made where it is missing; those that were made, the innermost first."""
    missing = [path for path in (root, *root.parents) if not path.exists()]
    try:
        root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        return missing
    except OSError as error:
        for path in missing:
            with contextlib.suppress(OSError):  # it was not made
                path.rmdir()
        raise InputError("folder-not-writable") from error


def _alone(folder: PracticeFolder) -> Lock:
    try:
        lock = exclusive(folder.vault_lock)
    except OSError as error:
        raise InputError("folder-not-writable") from error
    if lock is None:
        raise Refused("restore-running")
    return lock

"""The vault key changed and the database written anew under it: offboarding, or once a year.

Key slots and database are strangers to each other; here they meet. The steps and what a
crash leaves after each of them are in ADR 0010.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from desktop.crypto.openvault import OpenVault
from desktop.crypto.rotation import NextVault, next_vault, resolve, write_next
from desktop.errors import VaultError
from desktop.locks import exclusive, held
from desktop.models.database import Database, Tx
from desktop.models.lanes import known
from desktop.models.rekey import DatabaseKeys, Progress, put_in_place, rewrite
from desktop.paths import PracticeFolder

Rewrap = Callable[[Tx, OpenVault], None]
"""What else belongs to the new epoch: keys that the vault key wraps, and the audit record."""


def rotate(
    folder: PracticeFolder,
    vault: OpenVault,
    database: Database,
    without: frozenset[str],
    rewrap: Rewrap,
    progress: Progress | None = None,
) -> OpenVault:
    """A new vault key, and the whole database under it; the people in `without` open neither.

    Closes `database` first and answers the new vault; the caller opens the database again. `rewrap`
    works in the transaction that begins the epoch, on the new database, with the new vault; the
    old one is still open and is closed at the end. It must leave `vault.keys` alone, whose lock
    is held meanwhile. `progress` gets per cent and 100, and cancels by raising.

    Whatever is raised, the old vault and the old database are as they were, and the caller opens
    them again; with one exception: after "rotation-unfinished" the new ones count, and
    `settle_rotation` at the next opening does what is left. VaultError "practice-in-use" (another
    program has the practice open), "disk-full", "database-unwritable", "database-damaged",
    "vault-altered", "rotation-not-verified".
    """
    database.close()
    try:
        with _alone(folder), held(folder.keys):
            following = next_vault(folder, vault, without)
            try:
                _carry_out(folder, vault, following, rewrap, progress or _nobody_watches)
            except BaseException:  # the new keys go, whatever it was; then it goes on up
                following.vault.close()
                raise
    except OSError as error:
        raise known(error, writing=True) or VaultError("database-unwritable") from error
    vault.close()
    return following.vault


@contextlib.contextmanager
def _alone(folder: PracticeFolder) -> Iterator[None]:
    lock = exclusive(folder.vault_lock)
    if lock is None:
        raise VaultError("practice-in-use")
    with lock:
        yield


def _carry_out(
    folder: PracticeFolder, vault: OpenVault, following: NextVault, rewrap: Rewrap, progress: Progress
) -> None:
    new = following.vault
    try:
        write_next(folder, following)
        rewrite(
            folder.database,
            folder.next_database,
            DatabaseKeys(*vault.database_key(), vault.epoch),
            DatabaseKeys(*new.database_key(), new.epoch),
            lambda tx: rewrap(tx, new),
            progress,
        )
        put_in_place(folder.next_database, folder.database)
    except BaseException:  # an interruption too leaves the old pair in place; then it goes on up
        # What cannot be tidied up now is tidied up by `settle_rotation`.
        with contextlib.suppress(OSError):
            resolve(folder)
        raise
    try:
        done = resolve(folder)
    except OSError as error:
        raise VaultError("rotation-unfinished", file=folder.next_keys.name) from error
    if not done:
        raise VaultError("rotation-unfinished", file=folder.next_keys.name)


def _nobody_watches(_done: int, _pages: int) -> None:
    return

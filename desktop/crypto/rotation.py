"""A new vault key, and which of two key files counts after a crash (SECURITY.md 5.1.7, ADR 0010).

The next key file is written first, beside the old one; then the database is made anew under
the next key; then the new database takes the old one's place. That one rename decides. The
next key file says what its database begins with, so that whoever starts next can tell,
without any key, on which side of the rename everything stopped.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from desktop.crypto.kdf import KEY_BYTES
from desktop.crypto.keyslots import read_slots, take_over, without_unused_devices
from desktop.crypto.members import without_person
from desktop.crypto.openvault import OpenVault, verified
from desktop.crypto.slots import DATABASE_SALT, INVITE, USER, KeySlots, spell
from desktop.crypto.slotseal import sealed_for
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.locks import exclusive
from desktop.paths import PracticeFolder, sync_folder, write_private


@dataclass(frozen=True)
class NextVault:
    """The keys of the next epoch, and the slots that open them."""

    vault: OpenVault
    slots: KeySlots


def next_vault(folder: PracticeFolder, vault: OpenVault, without: frozenset[str]) -> NextVault:
    """A new vault key, sealed to everybody who stays; needs nobody's password. Writes nothing.

    Open invitations end too: whoever leaves may know their codes. The recovery key stays: if
    one who leaves may have seen it, replace it afterwards. Raises ValueError if nobody would be
    left, or the one who is doing it would not.
    """
    stay = without_person(verified(folder.keys, vault), without)
    if vault.user_id in without or not any(slot.type == USER for slot in stay.slots):
        raise ValueError("somebody must stay, and be the one who changes the key")
    following = OpenVault(
        vault.vault_id,
        vault.epoch + 1,
        vault.user_id,
        secrets.token_bytes(KEY_BYTES),
        vault.person_keys(),
    )
    slots = tuple(sealed_for(slot, following) for slot in stay.slots if slot.type != INVITE)
    _, salt = following.database_key()
    changed = replace(stay, epoch=following.epoch, slots=slots, db_salt=salt)
    return NextVault(following, without_unused_devices(changed))


def write_next(folder: PracticeFolder, following: NextVault) -> None:
    """The first step on the disk; until the database has changed places it means nothing."""
    write_private(folder.next_keys, spell(following.slots, following.vault.vault_key()))


def settle_rotation(folder: PracticeFolder) -> None:
    """Bring an interrupted change of the vault key to its end, or undo it; needs no key.

    To be called before each reading of `vault.keys` that is to open the practice; without
    such a change under way it costs one look at the folder. Raises VaultError "database-busy"
    while another program is at it, and "rotation-unfinished" where the disk does not let it.
    """
    if not folder.next_keys.exists():
        return
    try:
        lock = exclusive(folder.vault_lock)
        if lock is None:
            raise VaultError("database-busy")
        with lock:
            resolve(folder)
    except OSError as error:
        raise VaultError("rotation-unfinished", file=folder.next_keys.name) from error


def resolve(folder: PracticeFolder) -> bool:
    """Finish or undo, for whoever holds the vault lock alone; whether the next key is now the key.

    Where the next key file is damaged and no next database lies beside it, nothing tells on
    which side it was: everything stays as it is.
    """
    try:
        salt = read_slots(folder.next_keys).db_salt
    except VaultError as error:
        if error.code == "vault-damaged" and folder.next_database.exists():
            _discard(folder)
        return False
    try:
        with folder.database.open("rb") as file:
            begins = file.read(DATABASE_SALT)
    except FileNotFoundError:
        return False
    if begins != salt:
        _discard(folder)
        return False
    sync_folder(folder.root)
    for copy in folder.database_copies():
        copy.unlink(missing_ok=True)
    take_over(folder.next_keys, folder.keys)
    return True


def _discard(folder: PracticeFolder) -> None:
    """The key file goes last: it is what makes the next start look again."""
    for file in folder.next_database_files():
        file.unlink(missing_ok=True)
    folder.next_keys.unlink(missing_ok=True)

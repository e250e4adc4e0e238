"""Opening the practice: password, computer, security key or recovery key → person's key → vault key.

Two layers (SECURITY.md 5.1): what a person has opens the person's own key pair, and the
vault key is sealed to that pair's public half. So the vault key can be changed without
anybody's password (`rotation.py`), and each person's password without touching the vault
key (`members.py`, `invitations.py`).
"""

from __future__ import annotations

import secrets
from dataclasses import field, replace
from pathlib import Path

from desktop.crypto.kdf import FLOOR, KEY_BYTES, SALT_BYTES, KdfParams, argon2id, hkdf_extract, labelled
from desktop.crypto.keyslots import intact_copies, read_slots, write_slots
from desktop.crypto.members import change_password, enrol_user, with_user
from desktop.crypto.openvault import OpenVault, verified
from desktop.crypto.recovery import new_recovery_bytes, read_recovery_key, write_recovery_key
from desktop.crypto.slots import RECOVERY, VAULT_ID_BYTES, DeviceSecret, Fido, KeySlots, Slot
from desktop.crypto.slotseal import (
    KeyAnswer,
    NewKey,
    bare_slot,
    fits,
    new_person_keys,
    open_slot,
    password_prk,
)
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.locks import held

__all__ = [
    "Created",
    "KeyAnswer",
    "NewKey",
    "OpenVault",
    "change_password",
    "create_vault",
    "enrol_user",
    "key_challenge",
    "new_vault_id",
    "recovery_slot",
    "replace_recovery_key",
    "unlock",
    "unlock_with_recovery",
]


@dataclass(frozen=True)
class Created:
    """A new practice's keys; the recovery key is shown once and kept nowhere."""

    vault: OpenVault
    recovery_key: str = field(repr=False)


def new_vault_id() -> bytes:
    """16 random bytes; made first where the computer's share is stored under it."""
    return secrets.token_bytes(VAULT_ID_BYTES)


def create_vault(
    path: Path,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
    vault_id: bytes | None = None,
) -> Created:
    """Write `vault.keys` for a new practice, with one user and the recovery key.

    Raises VaultError("vault-exists") over any earlier file or copy of one, and "kdf-too-weak".
    """
    if path.exists() or intact_copies(path):
        raise VaultError("vault-exists", file=path.name)
    vault = OpenVault(
        vault_id or new_vault_id(), 1, user_id, secrets.token_bytes(KEY_BYTES), new_person_keys()
    )
    slots = KeySlots(vault.vault_id, vault.epoch, FLOOR, (), ())
    slots = with_user(slots, vault, user_id, password, device, params)
    recovery_key, slots = _with_recovery(slots, vault)
    write_slots(path, slots, vault.vault_key())
    return Created(vault, recovery_key)


def key_challenge(path: Path, user_id: str, device: bytes | None) -> tuple[Fido, ...]:
    """What to ask a security key for before `unlock`; empty where this user needs none here.

    Any one of them will do. Nothing in it is authenticated yet, and it answers without a
    password: who has the file reads it anyway. An unknown user needs no key, and is refused by
    `unlock` like a wrong password. Raises VaultError "not-enrolled", "device-mismatch", and
    those of `read_slots`.
    """
    slots = _here(read_slots(path), user_id, device)
    keys = tuple(slot.fido for slot in slots if slot.fido is not None)
    return keys if len(keys) == len(slots) else ()


def unlock(
    path: Path, user_id: str, password: str, device: bytes | None, key: KeyAnswer | None = None
) -> OpenVault:
    """Open with a password and, where the slot asks for them, this computer's share and a security key.

    Takes as long as the slot's Argon2id: call it from a worker thread. Raises VaultError
    "wrong-password" (also for an unknown user, after the same time, and for a secret that is
    not the enrolled key's: the two cannot be told apart, because only together they open
    anything), "security-key-needed" (each slot here wants a key and none was given),
    "security-key-wrong" (the answering credential is not enrolled here), "not-enrolled",
    "device-mismatch", "slot-damaged", "vault-altered", "kdf-too-weak", and those of `read_slots`.
    """
    slots = read_slots(path)
    here = _here(slots, user_id, device)
    if not here:
        cost = next((s.kdf for s in slots.slots if s.kdf), slots.floor)
        argon2id(password, bytes(SALT_BYTES), cost)
        raise VaultError("wrong-password")
    slot = _choose(here, key)
    prk = password_prk(slots.vault_id, slot, password, device, key.secret if key else None)
    if not fits(prk, slot):
        raise VaultError("wrong-password")
    return open_slot(slots, slot, prk)


def unlock_with_recovery(path: Path, recovery_key: str) -> OpenVault:
    """Open with the printed key, whatever became of passwords, computers and security keys.

    Raises VaultError "recovery-key-mistyped" (cannot be any key) or "recovery-key-wrong"
    (well formed, of another practice or replaced), and those of `unlock`.
    """
    slots = read_slots(path)
    return open_slot(slots, *recovery_slot(slots, recovery_key))


def recovery_slot(slots: KeySlots, recovery_key: str) -> tuple[Slot, bytes]:
    """The slot that the printed key opens, and what opens it. Raises as `unlock_with_recovery`."""
    prk = hkdf_extract(slots.vault_id, labelled("rk", read_recovery_key(recovery_key)))
    for slot in slots.slots:
        if slot.type == RECOVERY and fits(prk, slot):
            return slot, prk
    raise VaultError("recovery-key-wrong")


def replace_recovery_key(path: Path, vault: OpenVault) -> str:
    """A new recovery key; the old one opens nothing any more. Due after each use."""
    with held(path):
        slots = verified(path, vault)
        kept = tuple(slot for slot in slots.slots if slot.type != RECOVERY)
        recovery_key, changed = _with_recovery(replace(slots, slots=kept), vault)
        try:
            write_slots(path, changed, vault.vault_key(), forget=True)
        except OSError:
            # Where the file is in place, only what comes behind it failed, and this key alone opens.
            if read_slots(path).slots != changed.slots:
                raise
    return recovery_key


def _here(slots: KeySlots, user_id: str, share: bytes | None) -> tuple[Slot, ...]:
    """The user's slots for this computer, else those that ask for no computer; empty without a user."""
    mine = slots.of_user(user_id)
    if not mine:
        return ()
    known = slots.device_of(share) if share is not None else None
    here = tuple(slot for slot in mine if known is not None and slot.device_id == known.device_id)
    here = here or tuple(slot for slot in mine if slot.device_id is None)
    if not here:
        if share is not None and known is None:
            raise VaultError("device-mismatch")
        raise VaultError("not-enrolled")
    return here


def _choose(here: tuple[Slot, ...], key: KeyAnswer | None) -> Slot:
    """The slot that the answering security key belongs to; without one, the slot that wants none."""
    if key is None:
        slot = next((slot for slot in here if slot.fido is None), None)
        if slot is None:
            raise VaultError("security-key-needed")
        return slot
    slot = next((slot for slot in here if slot.fido is not None and slot.fido.cred_id == key.cred_id), None)
    if slot is None:
        raise VaultError("security-key-wrong")
    return slot


def _with_recovery(slots: KeySlots, vault: OpenVault) -> tuple[str, KeySlots]:
    key = new_recovery_bytes()
    slot = bare_slot(RECOVERY, "", 0, labelled("rk", key), vault)
    return write_recovery_key(key), replace(slots, slots=(*slots.slots, slot))

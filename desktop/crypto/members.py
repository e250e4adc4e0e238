"""Who gets in: slots of people made, replaced and removed, with the vault open.

A person has one slot per computer, or one per computer and security key: whoever has
enrolled a security key has no slot without one. Each change is one write of the whole
file, and where something that opened it no longer does, the older copies go with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop.crypto.kdf import KdfParams
from desktop.crypto.keyslots import read_slots, without_unused_devices, write_slots
from desktop.crypto.openvault import OpenVault, verified
from desktop.crypto.slots import RECOVERY, Device, DeviceSecret, Fido, KeySlots, Slot
from desktop.crypto.slotseal import NewKey, fits, password_prk, user_slot
from desktop.errors import VaultError
from desktop.locks import held


def enrol_user(
    path: Path,
    vault: OpenVault,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
    key: NewKey | None = None,
) -> None:
    """Give a user a slot on this computer; replaces the one they have here (with this key).

    Their first security key ends their slots without one, on every computer. Somebody else's
    signing key, and one's own after the recovery key, is made anew. Raises
    VaultError("security-key-needed") for a slot without a key where the user has keys already.
    """
    with held(path):
        slots = verified(path, vault)
        changed = admitted(slots, vault, user_id, password, device, params, key)
        write_slots(path, changed, vault.vault_key(), forget=_drops(slots, changed))


def change_password(
    path: Path,
    vault: OpenVault,
    user_id: str,
    new_password: str,
    device: DeviceSecret | None,
    params: KdfParams,
    keys: Sequence[NewKey] = (),
) -> None:
    """Replace all of the user's slots by one with the new password on this computer, or one per key.

    Slots on other computers go too, and the older copies of the file: the old password
    opens nothing that is left here. (Backups made before still open with it.) A slot cannot be
    given a new password without its security key's answer, so the keys that are present are
    asked again and go into `keys`; those that are absent are enrolled again later.

    Raises VaultError("security-key-needed") when people with keys change their own password
    without one. After the recovery key (G18: nothing but one sheet of paper), and where
    somebody else lets them in again, a slot without a key is made and the keys are gone.
    """
    with held(path):
        slots = verified(path, vault)
        if vault.user_id == user_id and not keys and _keys_of(slots, user_id):
            raise VaultError("security-key-needed")
        changed = _without(slots, lambda slot: slot in slots.of_user(user_id))
        for key in keys or (None,):
            changed = with_user(changed, vault, user_id, new_password, device, params, key)
        write_slots(path, changed, vault.vault_key(), forget=True)


def add_security_key(
    path: Path,
    vault: OpenVault,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
    fido: Fido,
    secret: bytes,
) -> None:
    """Ask this user for a security key from now on; `secret` is its answer to `fido`.

    The first key ends the slots without one on every computer: elsewhere the user is let in
    again. `password` must be the one that opens: with a slot without a key here it is checked
    (VaultError "wrong-password"); beside another key the caller has just opened with both
    (`unlock`), because without that key's answer nothing can be checked.
    """
    share = device.share.reveal() if device else None
    for slot in read_slots(path).of_user(user_id):
        if slot.fido is None and slot.device_id == (device.device_id if device else None):
            prk = password_prk(vault.vault_id, slot, password, share, None)
            if not fits(prk, slot):
                raise VaultError("wrong-password")
    enrol_user(path, vault, user_id, password, device, params, NewKey(fido, secret))


def remove_security_key(
    path: Path,
    vault: OpenVault,
    user_id: str,
    cred_id: bytes,
    *,
    password: str | None = None,
    device: DeviceSecret | None = None,
    params: KdfParams | None = None,
) -> None:
    """A lost or retired key opens nothing any more, on any computer.

    The last key goes only when `password` and `params` are given too: in the same write a slot
    without a key is made on this computer. Raises VaultError "security-key-last" without them,
    and "security-key-wrong" for a key that this user does not have.
    """
    with held(path):
        slots = verified(path, vault)
        keys = _keys_of(slots, user_id)
        if cred_id not in keys:
            raise VaultError("security-key-wrong")
        mine = slots.of_user(user_id)
        gone = tuple(slot for slot in mine if slot.fido is not None and slot.fido.cred_id == cred_id)
        changed = _without(slots, lambda slot: slot in gone)
        if keys == {cred_id}:
            if password is None or params is None:
                raise VaultError("security-key-last")
            changed = with_user(changed, vault, user_id, password, device, params)
        write_slots(path, changed, vault.vault_key(), forget=True)


def remove_user(path: Path, vault: OpenVault, user_id: str) -> None:
    """Every slot of a person goes, an invitation too, with the older copies of the file.

    Who has seen the vault key still has it: offboarding changes it as well (`rotation.py`).
    Removing somebody who has no slot changes nothing.
    """
    with held(path):
        slots = verified(path, vault)
        changed = without_person(slots, frozenset({user_id}))
        if changed != slots:
            write_slots(path, changed, vault.vault_key(), forget=True)


def users_of(path: Path) -> set[str]:
    """Who has a slot; not authenticated, as everything that is read before unlocking."""
    return {slot.uid for slot in read_slots(path).slots if slot.type == "user"}


def admitted(
    slots: KeySlots,
    vault: OpenVault,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
    key: NewKey | None,
) -> KeySlots:
    """The slots with the user let in here, by the rules of `enrol_user`."""
    here = device.device_id if device else None
    mine = slots.of_user(user_id)
    if key is None and _keys_of(slots, user_id):
        raise VaultError("security-key-needed")

    def replaced(slot: Slot) -> bool:
        if slot not in mine:
            return False
        if slot.fido is None:
            return slot.device_id == here or key is not None
        return slot.device_id == here and key is not None and slot.fido.cred_id == key.fido.cred_id

    return with_user(_without(slots, replaced), vault, user_id, password, device, params, key)


def with_user(
    slots: KeySlots,
    vault: OpenVault,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
    key: NewKey | None = None,
) -> KeySlots:
    """The slots and one more."""
    slot = user_slot(vault, user_id, password, device, params, key)
    devices = slots.devices
    if device and all(d.device_id != device.device_id for d in devices):
        devices = (*devices, Device(device.device_id, device.check8))
    return without_unused_devices(replace(slots, slots=(*slots.slots, slot), devices=devices))


def without_person(slots: KeySlots, user_ids: frozenset[str]) -> KeySlots:
    """The slots without these people, their invitations included."""
    return without_unused_devices(_without(slots, lambda s: s.type != RECOVERY and s.uid in user_ids))


def _without(slots: KeySlots, gone: Callable[[Slot], bool]) -> KeySlots:
    return replace(slots, slots=tuple(slot for slot in slots.slots if not gone(slot)))


def _keys_of(slots: KeySlots, user_id: str) -> set[bytes]:
    return {slot.fido.cred_id for slot in slots.of_user(user_id) if slot.fido is not None}


def _drops(before: KeySlots, after: KeySlots) -> bool:
    return any(slot not in after.slots for slot in before.slots)

"""Opening the practice: password, computer or recovery key → person's key → vault key → all others.

Two layers (SECURITY.md 5.1): what a person has opens the person's own key pair, and the
vault key is sealed to that pair's public half. So the vault key can be changed without
anybody's password, and each person's password without touching the vault key.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.crypto.kdf import (
    FLOOR,
    KEY_BYTES,
    SALT_BYTES,
    KdfParams,
    argon2id,
    hkdf_expand,
    hkdf_extract,
    labelled,
)
from desktop.crypto.keyslots import (
    RECOVERY,
    USER,
    VAULT_ID_BYTES,
    Device,
    DeviceSecret,
    KeySlots,
    Slot,
    canonical,
    intact_copies,
    read_slots,
    without_unused_devices,
    write_slots,
)
from desktop.crypto.recovery import new_recovery_bytes, read_recovery_key, write_recovery_key
from desktop.crypto.sealedbox import new_box_keys, open_box, public_of, seal
from desktop.crypto.secrets import Secret
from desktop.errors import VaultError

_PASSWORD, _DEVICE = 1, 2
"""Bits of the factor flags; 4 is kept for FIDO2, 8 marks a recovery key."""
_RECOVERY = 8
_DATABASE_SALT = 16


class OpenVault:
    """The keys while somebody is signed in; `close` overwrites them as well as Python can.

    After `close` every key is refused with VaultError("vault-locked").
    """

    def __init__(
        self, vault_id: bytes, epoch: int, user_id: str, vault_key: bytes, person_keys: bytes = b""
    ) -> None:
        self.vault_id = vault_id
        self.epoch = epoch
        self.user_id = user_id
        """Empty when the recovery key opened it."""
        self._vault_key = Secret(vault_key)
        self._person_keys = Secret(person_keys)

    @classmethod
    def from_vault_key(
        cls, path: Path, vault_key: bytes, user_id: str, person_keys: bytes = b""
    ) -> OpenVault:
        """Open with a vault key kept elsewhere (a command line's session file).

        Raises VaultError("vault-altered") if the file does not belong to that key.
        """
        slots = read_slots(path)
        _check_mac(slots, vault_key)
        return cls(slots.vault_id, slots.epoch, user_id, vault_key, person_keys)

    def key(self, info: str) -> bytes:
        """32 bytes for one purpose; the same purpose gives the same key in this epoch."""
        return hkdf_expand(self.vault_key(), b"sealwell/key/1/" + info.encode("utf-8"))

    def database_key(self) -> tuple[bytes, bytes]:
        """SQLCipher's raw key (32 bytes) and salt (16 bytes)."""
        info = b"sealwell/database/1" + self.epoch.to_bytes(4, "big")
        both = hkdf_expand(self.vault_key(), info, KEY_BYTES + _DATABASE_SALT)
        return both[:KEY_BYTES], both[KEY_BYTES:]

    def vault_key(self) -> bytes:
        """The vault key itself, for the session file and for sealing it to somebody."""
        if not self._vault_key:
            raise VaultError("vault-locked")
        return self._vault_key.reveal()

    def signing_key(self) -> bytes:
        """The user's Ed25519 private key (32 bytes); empty without a user's slot."""
        self.vault_key()
        return self._person_keys.reveal()[KEY_BYTES:]

    def person_keys(self) -> bytes:
        """The user's X25519 and Ed25519 private keys (64 bytes), for the session file; or empty."""
        self.vault_key()
        return self._person_keys.reveal()

    def close(self) -> None:
        """Overwrite the keys, best effort; may be called again."""
        self._vault_key.wipe()
        self._person_keys.wipe()


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
        vault_id or new_vault_id(), 1, user_id, secrets.token_bytes(KEY_BYTES), _new_person_keys()
    )
    slots = KeySlots(vault.vault_id, vault.epoch, FLOOR, (), ())
    slots = _with_user(slots, vault, user_id, password, device, params)
    recovery_key, slots = _with_recovery(slots, vault)
    write_slots(path, slots, vault.vault_key())
    return Created(vault, recovery_key)


def unlock(path: Path, user_id: str, password: str, device: bytes | None) -> OpenVault:
    """Open with a password and, where the slot asks for it, this computer's share.

    Takes as long as the slot's Argon2id: call it from a worker thread. Raises VaultError
    "wrong-password" (also for an unknown user, after the same time), "not-enrolled",
    "device-mismatch", "slot-damaged", "vault-altered", "kdf-too-weak", and those of `read_slots`.
    """
    slots = read_slots(path)
    slot = _choose(slots, user_id, device)
    if slot is None:
        cost = next((s.kdf for s in slots.slots if s.kdf), slots.floor)
        argon2id(password, bytes(SALT_BYTES), cost)
        raise VaultError("wrong-password")
    prk = _password_prk(slots.vault_id, slot, password, device)
    if not hmac.compare_digest(_commit(prk), slot.commit):
        raise VaultError("wrong-password")
    return _open_slot(slots, slot, prk)


def unlock_with_recovery(path: Path, recovery_key: str) -> OpenVault:
    """Open with the printed key, whatever became of passwords and computers.

    Raises VaultError "recovery-key-mistyped" (cannot be any key) or "recovery-key-wrong"
    (well formed, of another practice or replaced), and those of `unlock`.
    """
    key = read_recovery_key(recovery_key)
    slots = read_slots(path)
    prk = _recovery_prk(slots.vault_id, key)
    for slot in slots.slots:
        if slot.type == RECOVERY and hmac.compare_digest(_commit(prk), slot.commit):
            return _open_slot(slots, slot, prk)
    raise VaultError("recovery-key-wrong")


def enrol_user(
    path: Path,
    vault: OpenVault,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
) -> None:
    """Give a user a slot on this computer; replaces the one they have here.

    Somebody else's signing key, and one's own after the recovery key, is made anew.
    """
    slots = _verified(path, vault)
    here = device.device_id if device else None
    kept = tuple(s for s in slots.slots if s.uid != user_id or s.type != USER or s.device_id != here)
    changed = _with_user(replace(slots, slots=kept), vault, user_id, password, device, params)
    write_slots(path, changed, vault.vault_key(), forget=len(kept) < len(slots.slots))


def change_password(
    path: Path,
    vault: OpenVault,
    user_id: str,
    new_password: str,
    device: DeviceSecret | None,
    params: KdfParams,
) -> None:
    """Replace all of the user's slots by one with the new password on this computer.

    Slots on other computers go too, and the older copies of the file: the old password
    opens nothing that is left here. (Backups made before still open with it.)
    """
    slots = _verified(path, vault)
    kept = tuple(slot for slot in slots.slots if slot.type != USER or slot.uid != user_id)
    changed = _with_user(replace(slots, slots=kept), vault, user_id, new_password, device, params)
    write_slots(path, changed, vault.vault_key(), forget=True)


def replace_recovery_key(path: Path, vault: OpenVault) -> str:
    """A new recovery key; the old one opens nothing any more. Due after each use."""
    slots = _verified(path, vault)
    kept = tuple(slot for slot in slots.slots if slot.type != RECOVERY)
    recovery_key, changed = _with_recovery(replace(slots, slots=kept), vault)
    write_slots(path, changed, vault.vault_key(), forget=True)
    return recovery_key


def _verified(path: Path, vault: OpenVault) -> KeySlots:
    slots = read_slots(path)
    _check_mac(slots, vault.vault_key())
    return slots


def _check_mac(slots: KeySlots, vault_key: bytes) -> None:
    if not hmac.compare_digest(slots.mac_under(vault_key), slots.mac):
        raise VaultError("vault-altered")


def _choose(slots: KeySlots, user_id: str, share: bytes | None) -> Slot | None:
    """The user's slot for this computer, else the one that asks for no computer."""
    mine = {slot.device_id: slot for slot in slots.of_user(user_id)}
    if not mine:
        return None
    known = slots.device_of(share) if share is not None else None
    slot = (mine.get(known.device_id) if known else None) or mine.get(None)
    if slot is None:
        if share is not None and known is None:
            raise VaultError("device-mismatch")
        raise VaultError("not-enrolled")
    return slot


def _open_slot(slots: KeySlots, slot: Slot, prk: bytes) -> OpenVault:
    """Both layers, once the commitment has shown that `prk` is the right key."""
    sealed = slot.sealed_vk.get(slots.epoch, b"")
    try:
        keys = AESGCM(_kek(prk, slot)).decrypt(slot.nonce, slot.wrapped_sk, _header(slots.vault_id, slot))
        info = _seal_info(slots.vault_id, slots.epoch, slot.slot_id)
        vault_key = open_box(keys[:KEY_BYTES], sealed, info)
    except (InvalidTag, VaultError):
        raise VaultError("slot-damaged") from None
    _check_mac(slots, vault_key)
    person_keys = keys if slot.type == USER else b""
    return OpenVault(slots.vault_id, slots.epoch, slot.uid, vault_key, person_keys)


def _with_user(
    slots: KeySlots,
    vault: OpenVault,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
) -> KeySlots:
    if not user_id:
        raise ValueError("a slot needs a user")
    own = vault.person_keys() if vault.user_id == user_id else b""
    keys = own or _new_person_keys()
    slot = Slot(
        slot_id=secrets.token_bytes(16),
        type=USER,
        uid=user_id,
        device_id=device.device_id if device else None,
        kdf=params,
        salt=secrets.token_bytes(SALT_BYTES),
        pk=public_of(keys[:KEY_BYTES]),
        sign_pk=Ed25519PrivateKey.from_private_bytes(keys[KEY_BYTES:]).public_key().public_bytes_raw(),
        commit=b"",
        nonce=b"",
    )
    share = device.share.reveal() if device else None
    prk = _password_prk(slots.vault_id, slot, password, share)
    devices = slots.devices
    if device and all(d.device_id != device.device_id for d in devices):
        devices = (*devices, Device(device.device_id, device.check8))
    grown = replace(slots, slots=(*slots.slots, _sealed(slot, prk, keys, vault)), devices=devices)
    return without_unused_devices(grown)


def _with_recovery(slots: KeySlots, vault: OpenVault) -> tuple[str, KeySlots]:
    key, box = new_recovery_bytes(), new_box_keys()
    slot = Slot(
        slot_id=secrets.token_bytes(16),
        type=RECOVERY,
        uid="",
        device_id=None,
        kdf=None,
        salt=secrets.token_bytes(SALT_BYTES),
        pk=box.public,
        sign_pk=b"",
        commit=b"",
        nonce=b"",
    )
    sealed = _sealed(slot, _recovery_prk(slots.vault_id, key), box.private, vault)
    return write_recovery_key(key), replace(slots, slots=(*slots.slots, sealed))


def _sealed(slot: Slot, prk: bytes, keys: bytes, vault: OpenVault) -> Slot:
    """The slot with its two layers closed: `keys` under what the person has, the vault key under `keys`."""
    slot = replace(slot, commit=_commit(prk), nonce=secrets.token_bytes(12))
    wrapped = AESGCM(_kek(prk, slot)).encrypt(slot.nonce, keys, _header(vault.vault_id, slot))
    box = seal(slot.pk, vault.vault_key(), _seal_info(vault.vault_id, vault.epoch, slot.slot_id))
    return replace(slot, wrapped_sk=wrapped, sealed_vk={vault.epoch: box})


def _password_prk(vault_id: bytes, slot: Slot, password: str, share: bytes | None) -> bytes:
    material = labelled("pw", argon2id(password, slot.salt, slot.kdf or FLOOR))
    if slot.device_id is not None and share is not None:
        material += labelled("dev", share)
    return hkdf_extract(vault_id, material)


def _recovery_prk(vault_id: bytes, key: bytes) -> bytes:
    return hkdf_extract(vault_id, labelled("rk", key))


def _kek(prk: bytes, slot: Slot) -> bytes:
    flags = _RECOVERY if slot.type == RECOVERY else _PASSWORD | (_DEVICE if slot.device_id else 0)
    info = b"sealwell/kek/1" + slot.slot_id + bytes([flags]) + canonical(slot.kdf_json())
    return hkdf_expand(prk, info)


def _commit(prk: bytes) -> bytes:
    return hkdf_expand(prk, b"sealwell/commit/1")


def _header(vault_id: bytes, slot: Slot) -> bytes:
    return b"sealwell/slot/1" + vault_id + canonical(slot.header())


def _seal_info(vault_id: bytes, epoch: int, slot_id: bytes) -> bytes:
    return b"sealwell/vault-key/1" + vault_id + epoch.to_bytes(4, "big") + slot_id


def _new_person_keys() -> bytes:
    return new_box_keys().private + Ed25519PrivateKey.generate().private_bytes_raw()

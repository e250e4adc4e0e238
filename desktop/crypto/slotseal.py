"""One slot's two layers: what a person has → the person's keys → the vault key.

The steps are in docs/formats/vault-keys.md and SECURITY.md 5.1.1.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import field, replace

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
from desktop.crypto.openvault import OpenVault, check_mac
from desktop.crypto.sealedbox import new_box_keys, open_box, public_of, seal
from desktop.crypto.slots import INVITE, RECOVERY, USER, DeviceSecret, Fido, KeySlots, Slot, canonical
from desktop.errors import VaultError
from desktop.frozen import dataclass

_PASSWORD, _DEVICE, _FIDO, _RECOVERY, _INVITE = 1, 2, 4, 8, 16
"""Bits of the factor flags."""
SECRET_BYTES = 32


@dataclass(frozen=True)
class KeyAnswer:
    """What a security key answered to one of the challenges."""

    cred_id: bytes
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class NewKey:
    """A security key to be asked for from now on, and its answer."""

    fido: Fido
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError("a security key answers with 32 bytes")


def user_slot(
    vault: OpenVault,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
    key: NewKey | None = None,
) -> Slot:
    """A closed slot for a person; their own keys go into it if they are the one who is signed in."""
    if not user_id:
        raise ValueError("a slot needs a user")
    own = vault.person_keys() if vault.user_id == user_id else b""
    keys = own or new_person_keys()
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
        fido=key.fido if key else None,
    )
    share = device.share.reveal() if device else None
    prk = password_prk(vault.vault_id, slot, password, share, key.secret if key else None)
    return _close(slot, prk, keys, vault)


def bare_slot(kind: str, user_id: str, until: int, material: bytes, vault: OpenVault) -> Slot:
    """A closed slot that random `material` opens: the recovery key's, or an invitation's."""
    box = new_box_keys()
    slot = Slot(
        slot_id=secrets.token_bytes(16),
        type=kind,
        uid=user_id,
        device_id=None,
        kdf=None,
        salt=secrets.token_bytes(SALT_BYTES),
        pk=box.public,
        sign_pk=b"",
        commit=b"",
        nonce=b"",
        until=until,
    )
    return _close(slot, hkdf_extract(vault.vault_id, material), box.private, vault)


def open_slot(slots: KeySlots, slot: Slot, prk: bytes) -> OpenVault:
    """Both layers, once `fits` has shown that `prk` is the right key.

    Raises VaultError "slot-damaged", and "vault-altered" where the file as a whole is not genuine.
    """
    sealed = slot.sealed_vk.get(slots.epoch, b"")
    keys = slot_keys(slots, slot, prk)
    try:
        info = _seal_info(slots.vault_id, slots.epoch, slot.slot_id)
        vault_key = open_box(keys[:KEY_BYTES], sealed, info)
    except VaultError:
        raise VaultError("slot-damaged") from None
    check_mac(slots, vault_key)
    own = keys if slot.type == USER else b""
    return OpenVault(slots.vault_id, slots.epoch, slot.uid, vault_key, own, slot.slot_id)


def slot_keys(slots: KeySlots, slot: Slot, prk: bytes) -> bytes:
    """The slot's own private keys (a bare slot has X25519 alone). Raises VaultError("slot-damaged")."""
    try:
        return AESGCM(_kek(prk, slot)).decrypt(slot.nonce, slot.wrapped_sk, _header(slots.vault_id, slot))
    except InvalidTag:
        raise VaultError("slot-damaged") from None


def sealed_for(slot: Slot, vault: OpenVault) -> Slot:
    """The slot with `vault`'s key and epoch in place of what was sealed there; needs nobody's secret."""
    box = seal(slot.pk, vault.vault_key(), _seal_info(vault.vault_id, vault.epoch, slot.slot_id))
    return replace(slot, sealed_vk={vault.epoch: box})


def password_prk(
    vault_id: bytes, slot: Slot, password: str, share: bytes | None, secret: bytes | None
) -> bytes:
    """One key from everything the slot asks for; takes as long as its Argon2id."""
    material = labelled("pw", argon2id(password, slot.salt, slot.kdf or FLOOR))
    if slot.device_id is not None and share is not None:
        material += labelled("dev", share)
    if slot.fido is not None and secret is not None:
        material += labelled("fido", secret)
    return hkdf_extract(vault_id, material)


def fits(prk: bytes, slot: Slot) -> bool:
    """Whether `prk` is this slot's; compared in constant time, before anything is decrypted."""
    return hmac.compare_digest(_commit(prk), slot.commit)


def new_person_keys() -> bytes:
    """X25519 and Ed25519 private keys, 32 bytes each."""
    return new_box_keys().private + Ed25519PrivateKey.generate().private_bytes_raw()


def _close(slot: Slot, prk: bytes, keys: bytes, vault: OpenVault) -> Slot:
    """Both layers closed: `keys` under what the person has, the vault key under `keys`."""
    slot = replace(slot, commit=_commit(prk), nonce=secrets.token_bytes(12))
    wrapped = AESGCM(_kek(prk, slot)).encrypt(slot.nonce, keys, _header(vault.vault_id, slot))
    return sealed_for(replace(slot, wrapped_sk=wrapped), vault)


def _flags(slot: Slot) -> int:
    if slot.type == RECOVERY:
        return _RECOVERY
    if slot.type == INVITE:
        return _INVITE
    return _PASSWORD | (_DEVICE if slot.device_id else 0) | (_FIDO if slot.fido else 0)


def _kek(prk: bytes, slot: Slot) -> bytes:
    info = b"sealwell/kek/1" + slot.slot_id + bytes([_flags(slot)]) + canonical(slot.kdf_json())
    return hkdf_expand(prk, info)


def _commit(prk: bytes) -> bytes:
    return hkdf_expand(prk, b"sealwell/commit/1")


def _header(vault_id: bytes, slot: Slot) -> bytes:
    return b"sealwell/slot/1" + vault_id + canonical(slot.header())


def _seal_info(vault_id: bytes, epoch: int, slot_id: bytes) -> bytes:
    return b"sealwell/vault-key/1" + vault_id + epoch.to_bytes(4, "big") + slot_id

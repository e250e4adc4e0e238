"""What `vault.keys` says, as values: slots, computers, and their canonical spelling.

The layout is in docs/formats/vault-keys.md. Nothing here touches a file or opens a slot.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any

import rfc8785

from desktop.crypto.kdf import FLOOR, SALT_BYTES, KdfParams, hkdf, hkdf_expand
from desktop.crypto.secrets import Secret
from desktop.errors import VaultError
from desktop.frozen import dataclass

NEWEST = 2
"""Version 2 has security keys, invitations and `db_salt`; what needs none of them stays version 1."""
SHARE_BYTES = 32
VAULT_ID_BYTES = 16
DATABASE_SALT = 16
USER, RECOVERY, INVITE = "user", "recovery", "invite"
MOST_BYTES = 1024 * 1024
FIDO_APIS = ("hmac-secret", "prf")
_KEY, _ID, _NONCE, _TAG = 32, 16, 12, 16
_MOST_CREDENTIAL = 1024
_MOST_MEMORY_KIB = 2 * 1024 * 1024
MOST_MS = 2**53 - 1
"""The largest number that RFC 8785 spells."""


class DeviceSecret:
    """This computer's share: 32 random bytes, with the public marks by which it is recognised."""

    def __init__(self, share: bytes) -> None:
        if len(share) != SHARE_BYTES:
            raise VaultError("device-mismatch")
        self.share = Secret(share)
        self.device_id = hkdf(share, b"", b"sealwell/device-id/1", _ID).hex()
        self.check8 = hkdf(share, b"", b"sealwell/device-check/1", 8)


@dataclass(frozen=True)
class Device:
    """A computer that takes part: `check8` tells whose share is missing without revealing it."""

    device_id: str
    check8: bytes


@dataclass(frozen=True)
class Fido:
    """What to ask a security key for: CTAP 2's hmac-secret over `salt`, always with its PIN or finger.

    A key answers with another secret when it was not verified (CTAP 2.1, 12.5), so user
    verification is always asked for. WebAuthn's `prf` hashes the salt first: the way in
    which a slot was made is kept with it.
    """

    cred_id: bytes
    rp_id: str
    salt: bytes
    api: str

    def __post_init__(self) -> None:
        """Raises ValueError for what no slot can hold."""
        if not 0 < len(self.cred_id) <= _MOST_CREDENTIAL or len(self.salt) != _KEY:
            raise ValueError("a credential has 1 to 1024 bytes and its salt 32")
        if not 0 < len(self.rp_id) <= 256 or self.api not in FIDO_APIS:
            raise ValueError("a security key is asked by a name, as hmac-secret or prf")

    def whole(self) -> dict[str, Any]:
        return {
            "cred_id": self.cred_id.hex(),
            "rp_id": self.rp_id,
            "salt": self.salt.hex(),
            "uv": True,
            "api": self.api,
        }


@dataclass(frozen=True)
class Slot:
    """One way to the vault key: a user on a computer, the recovery key, or an invitation."""

    slot_id: bytes
    type: str
    uid: str
    device_id: str | None
    kdf: KdfParams | None
    """None for recovery key and invitation, which are random and need no stretching."""
    salt: bytes
    pk: bytes
    sign_pk: bytes
    """Ed25519, for approvals; empty without a user."""
    commit: bytes
    nonce: bytes
    wrapped_sk: bytes = b""
    sealed_vk: Mapping[int, bytes] = field(default_factory=dict)
    fido: Fido | None = None
    until: int = 0
    """When an invitation ends (UTC, milliseconds); 0 for the others."""

    def kdf_json(self) -> dict[str, Any]:
        if self.kdf is None:
            return {"alg": "hkdf", "salt": self.salt.hex()}
        cost = {"t": self.kdf.t, "m": self.kdf.m_kib, "p": self.kdf.p}
        return {"alg": "argon2id", "salt": self.salt.hex(), **cost}

    def header(self) -> dict[str, Any]:
        """All but what is sealed: the additional data of `wrapped_sk`."""
        fido = self.fido.whole() if self.fido else None
        return {
            "slot_id": self.slot_id.hex(),
            "type": self.type,
            "uid": self.uid,
            "device_id": self.device_id,
            "kdf": self.kdf_json(),
            "factors": {"device": self.device_id is not None, "fido": fido},
            "pk": self.pk.hex(),
            "sign_pk": self.sign_pk.hex(),
            "commit": self.commit.hex(),
            "nonce": self.nonce.hex(),
            **({"until": self.until} if self.type == INVITE else {}),
        }

    def whole(self) -> dict[str, Any]:
        sealed = {str(epoch): blob.hex() for epoch, blob in self.sealed_vk.items()}
        return {**self.header(), "wrapped_sk": self.wrapped_sk.hex(), "sealed_vk": sealed}


@dataclass(frozen=True)
class KeySlots:
    """The parsed file."""

    vault_id: bytes
    epoch: int
    floor: KdfParams
    slots: tuple[Slot, ...]
    devices: tuple[Device, ...]
    mac: bytes = b""
    db_salt: bytes = b""
    """The first 16 bytes of this epoch's database, once the vault key was changed; else empty."""

    @property
    def version(self) -> int:
        newer = bool(self.db_salt) or any(s.fido is not None or s.type == INVITE for s in self.slots)
        return NEWEST if newer else 1

    def body(self) -> dict[str, Any]:
        """The file without `mac` and `sum`."""
        return {
            "v": self.version,
            "vault_id": self.vault_id.hex(),
            "epoch": self.epoch,
            "min_params": {"t": self.floor.t, "m": self.floor.m_kib, "p": self.floor.p},
            "slots": [slot.whole() for slot in self.slots],
            "devices": [{"device_id": d.device_id, "check8": d.check8.hex()} for d in self.devices],
            **({"db_salt": self.db_salt.hex()} if self.db_salt else {}),
        }

    def mac_under(self, vault_key: bytes) -> bytes:
        key = hkdf_expand(vault_key, b"sealwell/keyslots-mac/1" + self.vault_id)
        return hmac.new(key, canonical(self.body()), hashlib.sha256).digest()

    def of_user(self, user_id: str) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.type == USER and slot.uid == user_id)

    def device_of(self, share: bytes) -> Device | None:
        """The enrolled computer that this share belongs to."""
        check8 = DeviceSecret(share).check8
        return next((d for d in self.devices if hmac.compare_digest(d.check8, check8)), None)


class DamagedError(Exception):
    """Not a file of this format; never leaves `crypto/`."""


def canonical(value: dict[str, Any]) -> bytes:
    """RFC 8785 bytes."""
    return rfc8785.dumps(value)


def spell(slots: KeySlots, vault_key: bytes) -> bytes:
    """The file's bytes, with `mac` and `sum`.

    Raises VaultError("kdf-too-weak") if a slot costs less than the floor.
    """
    if not all(s.kdf is None or (s.kdf.at_least(slots.floor) and s.kdf.at_least(FLOOR)) for s in slots.slots):
        raise VaultError("kdf-too-weak")
    body = {**slots.body(), "mac": slots.mac_under(vault_key).hex()}
    return canonical({**body, "sum": hashlib.sha256(canonical(body)).hexdigest()})


def parse(data: bytes) -> KeySlots:
    """Raises DamagedError; VaultError("vault-newer") for a later version or an unknown way in."""
    try:
        tree = json.loads(data) if len(data) <= MOST_BYTES else None
        # Only the canonical form counts: no second spelling, no key twice, no blanks.
        if not isinstance(tree, dict) or canonical(tree) != data:
            raise DamagedError
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        raise DamagedError from None
    checksum = tree.pop("sum", None)
    if checksum != hashlib.sha256(canonical(tree)).hexdigest():
        raise DamagedError
    try:
        if type(tree["v"]) is not int or tree["v"] > NEWEST:
            raise VaultError("vault-newer")
        mac = _hex(tree.pop("mac"), _KEY)
        slots = KeySlots(
            vault_id=_hex(tree["vault_id"], VAULT_ID_BYTES),
            epoch=_number(tree["epoch"], 1, 2**32 - 1),
            floor=_cost(tree["min_params"]),
            slots=tuple(_slot(item) for item in tree["slots"]),
            devices=tuple(Device(_text(d["device_id"]), _hex(d["check8"], 8)) for d in tree["devices"]),
            mac=mac,
            db_salt=_hex(tree["db_salt"], DATABASE_SALT) if "db_salt" in tree else b"",
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise DamagedError from None
    if slots.body() != tree:
        raise DamagedError
    return slots


def _slot(item: Any) -> Slot:
    kdf, kind, fido = item["kdf"], item["type"], item["factors"]["fido"]
    known = kind in (USER, RECOVERY, INVITE) and kdf["alg"] in ("argon2id", "hkdf")
    if not known or (fido is not None and fido["api"] not in FIDO_APIS):
        raise VaultError("vault-newer")
    personal = kind == USER
    if personal != (kdf["alg"] == "argon2id") or (fido is not None and not personal):
        raise ValueError(kind)
    return Slot(
        slot_id=_hex(item["slot_id"], _ID),
        type=kind,
        uid=_text(item["uid"]),
        device_id=None if item["device_id"] is None else _text(item["device_id"]),
        kdf=_cost(kdf) if personal else None,
        salt=_hex(kdf["salt"], SALT_BYTES),
        pk=_hex(item["pk"], _KEY),
        sign_pk=_hex(item["sign_pk"], _KEY if personal else 0),
        commit=_hex(item["commit"], _KEY),
        nonce=_hex(item["nonce"], _NONCE),
        wrapped_sk=_hex(item["wrapped_sk"], (2 * _KEY if personal else _KEY) + _TAG),
        sealed_vk={int(epoch): bytes.fromhex(blob) for epoch, blob in item["sealed_vk"].items()},
        fido=None if fido is None else _fido(fido),
        until=_number(item["until"], 1, MOST_MS) if kind == INVITE else 0,
    )


def _fido(item: Any) -> Fido:
    if item["uv"] is not True:
        raise ValueError(item["uv"])
    return Fido(bytes.fromhex(item["cred_id"]), _text(item["rp_id"]), _hex(item["salt"], _KEY), item["api"])


def _cost(item: Any) -> KdfParams:
    return KdfParams(
        t=_number(item["t"], 1, 1024),
        m_kib=_number(item["m"], 8, _MOST_MEMORY_KIB),
        p=_number(item["p"], 1, 64),
    )


def _hex(value: Any, length: int) -> bytes:
    data = bytes.fromhex(value)
    if len(data) != length:
        raise ValueError(length)
    return data


def _number(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 256:
        raise ValueError(value)
    return value

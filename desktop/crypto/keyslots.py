"""`vault.keys`: the file that holds the vault key, sealed once for every way to open it.

Canonical JSON (RFC 8785), binary values as lower-case hexadecimal. `sum` is a SHA-256 over
the file without `sum`: damage is named as damage before a password is tried. `mac` is an
HMAC under the vault key over the file without `mac` and `sum`: who has no vault key can
neither add nor remove a slot unseen. Before the vault is open nothing in here is trusted.
The layout is in docs/formats/vault-keys.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import rfc8785

from desktop.crypto.kdf import FLOOR, SALT_BYTES, KdfParams, hkdf, hkdf_expand
from desktop.crypto.secrets import Secret
from desktop.errors import VaultError
from desktop.paths import sync_folder, write_private

VERSION = 1
COPIES = 3
SHARE_BYTES = 32
VAULT_ID_BYTES = 16
USER, RECOVERY = "user", "recovery"
_KEY, _ID, _NONCE, _TAG = 32, 16, 12, 16
_MOST_BYTES = 1024 * 1024
_MOST_MEMORY_KIB = 2 * 1024 * 1024


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
class Slot:
    """One way to the vault key: a user on a computer, or the recovery key."""

    slot_id: bytes
    type: str
    uid: str
    device_id: str | None
    kdf: KdfParams | None
    """None for the recovery key, which needs no stretching."""
    salt: bytes
    pk: bytes
    sign_pk: bytes
    """Ed25519, for approvals; empty in a recovery slot."""
    commit: bytes
    nonce: bytes
    wrapped_sk: bytes = b""
    sealed_vk: Mapping[int, bytes] = field(default_factory=dict)

    def kdf_json(self) -> dict[str, Any]:
        if self.kdf is None:
            return {"alg": "hkdf", "salt": self.salt.hex()}
        cost = {"t": self.kdf.t, "m": self.kdf.m_kib, "p": self.kdf.p}
        return {"alg": "argon2id", "salt": self.salt.hex(), **cost}

    def header(self) -> dict[str, Any]:
        """All but what is sealed: the additional data of `wrapped_sk`."""
        return {
            "slot_id": self.slot_id.hex(),
            "type": self.type,
            "uid": self.uid,
            "device_id": self.device_id,
            "kdf": self.kdf_json(),
            "factors": {"device": self.device_id is not None, "fido": None},
            "pk": self.pk.hex(),
            "sign_pk": self.sign_pk.hex(),
            "commit": self.commit.hex(),
            "nonce": self.nonce.hex(),
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

    def body(self) -> dict[str, Any]:
        """The file without `mac` and `sum`."""
        return {
            "v": VERSION,
            "vault_id": self.vault_id.hex(),
            "epoch": self.epoch,
            "min_params": {"t": self.floor.t, "m": self.floor.m_kib, "p": self.floor.p},
            "slots": [slot.whole() for slot in self.slots],
            "devices": [{"device_id": d.device_id, "check8": d.check8.hex()} for d in self.devices],
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


def canonical(value: dict[str, Any]) -> bytes:
    """RFC 8785 bytes."""
    return rfc8785.dumps(value)


def read_slots(path: Path) -> KeySlots:
    """The file's content, whole and well formed; who wrote it is known only after unlocking.

    Raises VaultError "vault-missing", "vault-unreadable", "vault-newer", or "vault-damaged"
    with `copy` and `copies`, the newest intact copy beside it and how many there are.
    """
    try:
        return _parse(_read(path))
    except FileNotFoundError:
        raise VaultError("vault-missing", **_rescue(path)) from None
    except _DamagedError:
        raise VaultError("vault-damaged", **_rescue(path)) from None


def write_slots(path: Path, slots: KeySlots, vault_key: bytes, *, forget: bool = False) -> None:
    """Replace the file, whole or not at all, and keep copies: `.1` equals it, `.2` and `.3` are older.

    `forget` drops the older ones once the new file stands: what it no longer opens
    (an old password, an old recovery key) must not open a copy beside it either.
    Raises VaultError("kdf-too-weak") if a slot costs less than the floor.
    """
    if not all(s.kdf is None or (s.kdf.at_least(slots.floor) and s.kdf.at_least(FLOOR)) for s in slots.slots):
        raise VaultError("kdf-too-weak")
    body = {**slots.body(), "mac": slots.mac_under(vault_key).hex()}
    data = canonical({**body, "sum": hashlib.sha256(canonical(body)).hexdigest()})
    newest, *older = _copies(path)
    for target, source in reversed(list(zip(older, [newest, *older[:-1]], strict=True))):
        if source.exists():
            os.replace(source, target)
    write_private(newest, data)
    write_private(path, data)
    if forget:
        for copy in older:
            copy.unlink(missing_ok=True)


def intact_copies(path: Path) -> tuple[Path, ...]:
    """The readable copies beside the file, newest first."""
    found = []
    for copy in _copies(path):
        try:
            _parse(_read(copy))
        except (_DamagedError, VaultError, FileNotFoundError):
            continue
        found.append(copy)
    return tuple(found)


def restore_previous(path: Path) -> Path:
    """Put the newest intact copy in place of a damaged or missing file; the damaged one is set aside.

    Returns the copy that was used. Raises VaultError("vault-no-copy") if there is none.
    """
    copies = intact_copies(path)
    if not copies:
        raise VaultError("vault-no-copy", file=path.name)
    if path.exists():
        write_private(path.with_name(f"{path.name}.damaged"), path.read_bytes())
    write_private(path, _read(copies[0]))
    return copies[0]


def move_slots(source: Path, target: Path) -> None:
    """Rename the file, then its copies: how a set-up that is complete becomes the practice's."""
    os.replace(source, target)
    for old, new in zip(_copies(source), _copies(target), strict=True):
        # The file stands: a copy that cannot follow is written again with the next change.
        with contextlib.suppress(OSError):
            os.replace(old, new)
    sync_folder(target.parent)


def discard_slots(path: Path) -> None:
    """Remove the file and its copies; for a set-up that did not finish."""
    for file in (path, *_copies(path)):
        file.unlink(missing_ok=True)


def without_unused_devices(slots: KeySlots) -> KeySlots:
    used = {slot.device_id for slot in slots.slots}
    return replace(slots, devices=tuple(d for d in slots.devices if d.device_id in used))


class _DamagedError(Exception):
    """Not a file of this format; never leaves this module."""


def _rescue(path: Path) -> dict[str, str | int]:
    copies = intact_copies(path)
    return {"file": path.name, "copy": copies[0].name if copies else "", "copies": len(copies)}


def _copies(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}.{n}") for n in range(1, COPIES + 1)]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError:
        raise VaultError("vault-unreadable", file=path.name) from None


def _parse(data: bytes) -> KeySlots:
    try:
        tree = json.loads(data) if len(data) <= _MOST_BYTES else None
        # Only the canonical form counts: no second spelling, no key twice, no blanks.
        if not isinstance(tree, dict) or canonical(tree) != data:
            raise _DamagedError
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        raise _DamagedError from None
    checksum = tree.pop("sum", None)
    if checksum != hashlib.sha256(canonical(tree)).hexdigest():
        raise _DamagedError
    try:
        if tree["v"] != VERSION:
            raise VaultError("vault-newer")
        mac = _hex(tree.pop("mac"), _KEY)
        slots = KeySlots(
            vault_id=_hex(tree["vault_id"], VAULT_ID_BYTES),
            epoch=_number(tree["epoch"], 1, 2**32 - 1),
            floor=_cost(tree["min_params"]),
            slots=tuple(_slot(item) for item in tree["slots"]),
            devices=tuple(Device(_text(d["device_id"]), _hex(d["check8"], 8)) for d in tree["devices"]),
            mac=mac,
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise _DamagedError from None
    if slots.body() != tree:
        raise _DamagedError
    return slots


def _slot(item: Any) -> Slot:
    kdf = item["kdf"]
    known = item["type"] in (USER, RECOVERY) and kdf["alg"] in ("argon2id", "hkdf")
    if not known or item["factors"]["fido"] is not None:
        raise VaultError("vault-newer")
    if (item["type"] == USER) != (kdf["alg"] == "argon2id"):
        raise ValueError(kdf["alg"])
    return Slot(
        slot_id=_hex(item["slot_id"], _ID),
        type=item["type"],
        uid=_text(item["uid"]),
        device_id=None if item["device_id"] is None else _text(item["device_id"]),
        kdf=_cost(kdf) if kdf["alg"] == "argon2id" else None,
        salt=_hex(kdf["salt"], SALT_BYTES),
        pk=_hex(item["pk"], _KEY),
        sign_pk=_hex(item["sign_pk"], _KEY if item["type"] == USER else 0),
        commit=_hex(item["commit"], _KEY),
        nonce=_hex(item["nonce"], _NONCE),
        wrapped_sk=_hex(item["wrapped_sk"], (2 * _KEY if item["type"] == USER else _KEY) + _TAG),
        sealed_vk={int(epoch): bytes.fromhex(blob) for epoch, blob in item["sealed_vk"].items()},
    )


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

"""Marks that a later thief of the vault key cannot make anew (SECURITY.md 5.2).

Each record has `HMAC-SHA256(K_i, h)` over its leaf hash `h`. At every checkpoint the key
goes one step on, `K_{i+1} = HKDF-SHA256(K_i)`, and the old one is destroyed; nobody can go
a step back. K_0 is sealed to the security officer's offline key, who can check them all.
Which step a record belongs to is no claim of anybody's: the key goes on exactly behind
each record `audit.checkpoint`, so that a forger who has K_j has none of the j records
that must carry the marks of older keys.

The current key lies in a file beside the database, never in it: pages and journals of a
database keep what was overwritten. The file is replaced after the transaction that made
the checkpoint; a crash between both leaves an older key, from which the right one follows.
How thoroughly a disk forgets a replaced file is its own affair (flash keeps copies a while).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
from dataclasses import field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.audit.chain import canonical, is_whole
from desktop.crypto.sealedbox import open_box, seal
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.locks import held
from desktop.paths import write_private

WRAP_INFO = "sealwell/audit-mac/1"
"""What to ask the vault for: `OpenVault.key(WRAP_INFO)` wraps the file's key."""
_NEXT = b"sealwell/audit-mac/next"
_SEAL = b"sealwell/audit-mac/first/1"
_BYTES = 32
_NONCE = 12


def mac_of(key: bytes, leaf: str) -> bytes:
    """The mark of the record with the leaf hash `leaf` (hex)."""
    return hmac.digest(key, bytes.fromhex(leaf), "sha256")


def next_key(key: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt, 32 bytes."""
    extracted = hmac.digest(bytes(_BYTES), key, "sha256")
    return hmac.digest(extracted, _NEXT + b"\x01", "sha256")


def key_after(key: bytes, steps: int) -> bytes:
    """The key that many steps on."""
    for _ in range(steps):
        key = next_key(key)
    return key


@dataclass(frozen=True)
class FirstKey:
    """K_0 and the sequence number of the first record that it marks."""

    first: int
    key: bytes = field(repr=False)

    def words(self) -> str:
        """How it is handed to a verifier: `<first>:<64 hex digits>`."""
        return f"{self.first}:{self.key.hex()}"


def seal_first_key(officer: bytes, first: FirstKey) -> bytes:
    """Sealed to the officer's X25519 public key."""
    return seal(officer, first.first.to_bytes(8, "big") + first.key, _SEAL)


def open_first_key(private: bytes, sealed: bytes) -> FirstKey:
    """What `MacKeys.start` sealed, by the officer's X25519 key. Raises VaultError("sealed-damaged")."""
    plain = open_box(private, sealed, _SEAL)
    return FirstKey(int.from_bytes(plain[:8], "big"), plain[8:])


class MacKeys:
    """The key of the current step, in memory and in its file.

    One object per process and open vault; `at` belongs to the writing lane.
    """

    def __init__(self, path: Path, wrapping_key: bytes, vault_id: bytes) -> None:
        self._path = path
        self._cipher = AESGCM(wrapping_key)
        self._vault_id = vault_id
        self._guard = threading.Lock()
        self.first = 0
        self._step = 0
        self._key = b""

    def start(self, first: int, officer: bytes) -> bytes:
        """A new K_0 for the records from `first` on; the answer is sealed to the officer's public key.

        Keep the answer in the database (`vault_key`) or on paper: only the officer opens it.
        """
        key = secrets.token_bytes(_BYTES)
        sealed = seal_first_key(officer, FirstKey(first, key))
        with held(self._path), self._guard:
            write_private(self._path, self._written(first, 0, key))
            self.first, self._step, self._key = first, 0, key
        return sealed

    def load(self) -> None:
        """Read the file. Raises VaultError("mac-key-damaged")."""
        with held(self._path), self._guard:
            self.first, self._step, self._key = self._read()

    def is_ahead(self, step: int) -> bool:
        """Whether the key of `step` is destroyed: no record of that step can be marked any more."""
        with self._guard:
            return step < self._step

    def at(self, step: int) -> bytes:
        """The key of `step`, for a record of this transaction.

        Keys of two steps are within reach, because the transaction that makes a checkpoint
        may be undone. Raises VaultError("log-key-ahead") for an older one: the database
        was set back.
        """
        with self._guard:
            if step < self._step:
                raise VaultError("log-key-ahead")
            self._forget(step - 1)
            return key_after(self._key, step - self._step)

    def keep(self, step: int) -> None:
        """Destroy the keys before `step`, here and in the file; call it when the commit is through."""
        with held(self._path), self._guard:
            self._forget(step)
            first, there, _ = self._read()
            if (first, there) < (self.first, self._step):
                write_private(self._path, self._written(self.first, self._step, self._key))

    def copy_to(self, path: Path, wrapping_key: bytes) -> None:
        """Write the current key once more, under the wrapping key of the next epoch of the vault."""
        with self._guard:
            there = MacKeys(path, wrapping_key, self._vault_id)
            write_private(path, there._written(self.first, self._step, self._key))

    def _forget(self, step: int) -> None:
        if step > self._step:
            self._key, self._step = key_after(self._key, step - self._step), step

    def _written(self, first: int, step: int, key: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        wrapped = nonce + self._cipher.encrypt(nonce, key, self._bound_to(first, step))
        tree = {"v": 1, "first": first, "step": step, "key": base64.b64encode(wrapped).decode("ascii")}
        return canonical(tree) + b"\n"

    def _read(self) -> tuple[int, int, bytes]:
        try:
            tree = json.loads(self._path.read_bytes())
            first, step, wrapped = tree["first"], tree["step"], base64.b64decode(tree["key"], validate=True)
            if tree["v"] != 1 or not is_whole(first) or not is_whole(step) or min(first, step) < 0:
                raise ValueError
            key = self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], self._bound_to(first, step))
        except (OSError, ValueError, KeyError, TypeError, RecursionError, binascii.Error, InvalidTag):
            raise VaultError("mac-key-damaged", file=self._path.name) from None
        return first, step, key

    def _bound_to(self, first: int, step: int) -> bytes:
        numbers = first.to_bytes(8, "big") + step.to_bytes(8, "big")
        return hashlib.sha256(WRAP_INFO.encode("ascii") + self._vault_id + numbers).digest()

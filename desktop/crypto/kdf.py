"""Keys from passwords (Argon2id, RFC 9106) and keys from keys (HKDF-SHA256, RFC 5869).

Argon2id's cost is stored with each key slot, so that it can rise over the years; nothing
below `FLOOR` (RFC 9106, second recommended choice) is ever derived.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import unicodedata
from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from desktop.errors import VaultError
from desktop.frozen import dataclass

KEY_BYTES = 32
SALT_BYTES = 16
_QUICKEST = 0.7
_SLOWEST = 1.5
_AIM = 1.0
_MOST_PASSES = 32


@dataclass(frozen=True)
class KdfParams:
    """Cost of one derivation: passes, memory in KiB, lanes."""

    t: int
    m_kib: int
    p: int

    def at_least(self, floor: KdfParams) -> bool:
        """Whether guessing costs no less than under `floor`.

        Lanes may be fewer: they split the work among cores and do not add to it.
        """
        return self.t >= floor.t and self.m_kib >= floor.m_kib and self.p >= 1


FLOOR = KdfParams(t=3, m_kib=64 * 1024, p=4)
DEFAULT = KdfParams(t=3, m_kib=256 * 1024, p=4)
"""Also the least where a slot has no device share (SECURITY.md 5.1.4)."""


def argon2id(password: str, salt: bytes, params: KdfParams) -> bytes:
    """32 bytes from a password; the same letters give the same key however they were typed (NFKC).

    Takes 0.1 s and 64 MiB at the floor, releases the GIL: call it from a worker thread.
    Raises VaultError("kdf-too-weak") below the floor.
    """
    if not params.at_least(FLOOR):
        raise VaultError("kdf-too-weak")
    # A terminal can hand over bytes that are no text: such a password is wrong, never a crash.
    typed = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    derivation = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=params.t, lanes=params.p, memory_cost=params.m_kib
    )
    return derivation.derive(typed)


def calibrate(mono: Callable[[], float], least: KdfParams = FLOOR) -> KdfParams:
    """Parameters that take this computer 0.7 to 1.5 seconds, but never less than `least`.

    `mono` gives seconds. Starts at `DEFAULT`, halves the memory on a slow computer, adds
    passes (whose time is linear) on a fast one. Takes one to a few seconds.
    """
    params = DEFAULT
    seconds = _time(params, mono)
    while seconds > _SLOWEST and params.m_kib // 2 >= least.m_kib:
        params = KdfParams(params.t, params.m_kib // 2, params.p)
        seconds = _time(params, mono)
    if seconds < _QUICKEST:
        passes = math.ceil(params.t * _AIM / max(seconds, 0.001))
        params = KdfParams(min(passes, _MOST_PASSES), params.m_kib, params.p)
    return params


def _time(params: KdfParams, mono: Callable[[], float]) -> float:
    begun = mono()
    argon2id("how fast is this computer", bytes(SALT_BYTES), params)
    return mono() - begun


def hkdf_extract(salt: bytes, material: bytes) -> bytes:
    """RFC 5869 step 1: one pseudorandom key from key material of any length."""
    return hmac.new(salt, material, hashlib.sha256).digest()


def hkdf_expand(key: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """RFC 5869 step 2: `length` bytes for the one purpose that `info` names."""
    return HKDFExpand(algorithm=SHA256(), length=length, info=info).derive(key)


def hkdf(material: bytes, salt: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """Both steps of RFC 5869."""
    return hkdf_expand(hkdf_extract(salt, material), info, length)


def labelled(label: str, value: bytes) -> bytes:
    """`label` and `value` with their lengths before them (16 and 32 bits, big endian).

    Joined parts cannot be cut apart differently, and a part that is absent differs from
    one that is empty.
    """
    name = label.encode("ascii")
    return len(name).to_bytes(2, "big") + name + len(value).to_bytes(4, "big") + value

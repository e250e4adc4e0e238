"""The recovery key: 256 random bits on paper, as 13 groups of four characters and a check group.

Crockford's base 32 has no I, L, O or U, so that a key copied by hand survives. The check
group is the first 20 bits of a SHA-256 over the key: a slip of the pen is told apart from
the key of another practice.
"""

from __future__ import annotations

import hashlib
import secrets

from desktop.errors import VaultError

KEY_BYTES = 32
GROUPS = 14
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUP = 4
_DIGITS = 13 * _GROUP
_SPARE_BITS = _DIGITS * 5 - KEY_BYTES * 8
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_recovery_bytes() -> bytes:
    """256 random bits."""
    return secrets.token_bytes(KEY_BYTES)


def write_recovery_key(key: bytes) -> str:
    """The key as people write it: 14 groups of four, with dashes."""
    digits = _digits(int.from_bytes(key, "big") << _SPARE_BITS, _DIGITS) + _check(key)
    return "-".join(digits[i : i + _GROUP] for i in range(0, len(digits), _GROUP))


def read_recovery_key(text: str) -> bytes:
    """The key that somebody typed or scanned.

    Capitals, O for 0, I and L for 1, blanks, dashes and full stops do not matter.
    Raises VaultError("recovery-key-mistyped") if it cannot be any recovery key.
    """
    typed = normalise(text)
    if len(typed) != GROUPS * _GROUP or any(c not in _ALPHABET for c in typed):
        raise VaultError("recovery-key-mistyped")
    number = 0
    for character in typed[:_DIGITS]:
        number = number * 32 + _ALPHABET.index(character)
    if number & ((1 << _SPARE_BITS) - 1):
        raise VaultError("recovery-key-mistyped")
    key = (number >> _SPARE_BITS).to_bytes(KEY_BYTES, "big")
    if typed[_DIGITS:] != _check(key):
        raise VaultError("recovery-key-mistyped")
    return key


def recovery_groups(written: str) -> tuple[str, ...]:
    """The groups in order, for the page that asks for two of them to be typed back."""
    return tuple(written.split("-"))


def normalise(text: str) -> str:
    """Typed characters as the alphabet has them; compare a typed-back group with this."""
    kept = "".join(c for c in text.upper() if c.isalnum())
    return kept.translate(_READ_AS)


def _check(key: bytes) -> str:
    digest = hashlib.sha256(b"sealwell/recovery-check/1" + key).digest()
    return _digits(int.from_bytes(digest[:3], "big") >> 4, _GROUP)


def _digits(number: int, count: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in reversed(range(count)))

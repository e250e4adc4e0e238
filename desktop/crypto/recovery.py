"""The recovery key: 256 random bits on paper, as 13 groups of four characters and a check group.

The same bits are 22 words too (`recoverywords.py`); either is taken wherever the key is typed.
"""

from __future__ import annotations

import secrets

from desktop.crypto.papercode import groups_of, normalise, read_code, write_code
from desktop.crypto.recoverywords import KEY_BYTES, are_words, read_words
from desktop.errors import VaultError

__all__ = [
    "GROUPS",
    "KEY_BYTES",
    "new_recovery_bytes",
    "normalise",
    "read_recovery_key",
    "recovery_groups",
    "write_recovery_key",
]

GROUPS = groups_of(KEY_BYTES)
_CHECK = b"sealwell/recovery-check/1"


def new_recovery_bytes() -> bytes:
    """256 random bits."""
    return secrets.token_bytes(KEY_BYTES)


def write_recovery_key(key: bytes) -> str:
    """The key as people write it: 14 groups of four, with dashes."""
    return write_code(key, _CHECK)


def read_recovery_key(text: str) -> bytes:
    """The key that somebody typed or scanned, as groups or as words.

    Capitals, O for 0, I and L for 1, blanks, dashes and full stops do not matter.
    Raises VaultError("recovery-key-mistyped") if it cannot be any recovery key, and of words
    what `read_words` raises.
    """
    if are_words(text):
        return read_words(text)
    key = read_code(text, KEY_BYTES, _CHECK)
    if key is None:
        raise VaultError("recovery-key-mistyped")
    return key


def recovery_groups(written: str) -> tuple[str, ...]:
    """The groups in order, for the page that asks for two of them to be typed back."""
    return tuple(written.split("-"))

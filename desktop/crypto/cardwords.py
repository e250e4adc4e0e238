"""The words of a password card, sealed for the row that keeps them (ADR 0014).

    sealed = nonce (12 bytes) || AES-256-GCM(key, nonce, words, AAD = label, person, salt)

The salt is that of the card, so that words fit one card of one person and no other.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.errors import VaultError

_NONCE_BYTES = 12
_LABEL = b"sealwell/card-words/1"


def seal_words(key: bytes, person: str, salt: bytes, words: str) -> bytes:
    """The words under `key` (32 bytes), bound to this person and this card."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, words.encode("utf-8"), _bound(person, salt))


def open_words(key: bytes, person: str, salt: bytes, sealed: bytes) -> str:
    """The words back. VaultError `card-words-damaged` where they are another card's, or were changed."""
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    if len(nonce) < _NONCE_BYTES:
        raise VaultError("card-words-damaged")
    try:
        return AESGCM(key).decrypt(nonce, body, _bound(person, salt)).decode("utf-8")
    except InvalidTag:
        raise VaultError("card-words-damaged") from None


def _bound(person: str, salt: bytes) -> bytes:
    """Each part with its length before it: no two pairs are spelled alike."""
    parts = (_LABEL, person.encode("utf-8"), salt)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

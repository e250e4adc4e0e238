"""Sealed boxes: anyone who has the public key can lock, only the private key opens.

HPKE base mode (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM;
a box is the encapsulated key (32 bytes), the ciphertext and the tag (16 bytes). A box
does not say who locked it: what must be authentic is checked elsewhere.
"""

from __future__ import annotations

from dataclasses import field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from desktop.errors import VaultError
from desktop.frozen import dataclass

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True)
class BoxKeys:
    """An X25519 key pair, 32 raw bytes each."""

    private: bytes = field(repr=False)
    public: bytes


def new_box_keys() -> BoxKeys:
    """A fresh random key pair."""
    key = X25519PrivateKey.generate()
    return BoxKeys(key.private_bytes_raw(), key.public_key().public_bytes_raw())


def public_of(private: bytes) -> bytes:
    """The public half of a private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Lock `plaintext`; only the same `info` opens it, so a box cannot be moved to another use."""
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)


def open_box(private: bytes, blob: bytes, info: bytes) -> bytes:
    """What was sealed. Raises VaultError("sealed-damaged") for another key, another use or damage."""
    try:
        return _SUITE.decrypt(blob, X25519PrivateKey.from_private_bytes(private), info)
    except (InvalidTag, ValueError):
        raise VaultError("sealed-damaged") from None

"""PIN/UV auth protocols 1 and 2 as the *authenticator* sees them (CTAP 2.1, 6.5.6 and 6.5.7).

Written from the specification on top of `cryptography`; shares nothing with python-fido2,
which plays the other side in the tests.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class BadPeerKeyError(Exception):
    """The other side's key is no point on P-256."""


class ProtocolOne:
    """SHA-256 of the shared x; AES-256-CBC with a zero IV; HMAC cut to 16 bytes."""

    number = 1

    def __init__(self) -> None:
        self.regenerate()

    def regenerate(self) -> None:
        """A new key agreement key: at power-up and after each wrong PIN."""
        self._private = ec.generate_private_key(ec.SECP256R1())

    def public(self) -> dict[int, Any]:
        """COSE_Key with the algorithm that the specification fixes though it is not the one used."""
        point = self._private.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        return {1: 2, 3: -25, -1: 1, -2: x, -3: y}

    def decapsulate(self, peer: Mapping[int, Any]) -> bytes:
        x, y = int.from_bytes(peer[-2], "big"), int.from_bytes(peer[-3], "big")
        try:
            point = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        except ValueError as error:
            raise BadPeerKeyError from error
        return self.derive(self._private.exchange(ec.ECDH(), point))

    def derive(self, shared_x: bytes) -> bytes:
        return hashlib.sha256(shared_x).digest()

    def encrypt(self, shared: bytes, plain: bytes) -> bytes:
        return _cbc(shared, bytes(16), plain, encrypt=True)

    def decrypt(self, shared: bytes, sealed: bytes) -> bytes:
        return _cbc(shared, bytes(16), sealed, encrypt=False)

    def verify(self, key: bytes, message: bytes, tag: bytes) -> bool:
        return hmac.compare_digest(hmac.digest(key, message, "sha256")[:16], tag)


class ProtocolTwo(ProtocolOne):
    """Two keys by HKDF; AES-256-CBC with a random IV in front; the whole HMAC."""

    number = 2

    def derive(self, shared_x: bytes) -> bytes:
        return _hkdf(shared_x, b"CTAP2 HMAC key") + _hkdf(shared_x, b"CTAP2 AES key")

    def encrypt(self, shared: bytes, plain: bytes) -> bytes:
        iv = os.urandom(16)
        return iv + _cbc(shared[32:], iv, plain, encrypt=True)

    def decrypt(self, shared: bytes, sealed: bytes) -> bytes:
        return _cbc(shared[32:], sealed[:16], sealed[16:], encrypt=False)

    def verify(self, key: bytes, message: bytes, tag: bytes) -> bool:
        return hmac.compare_digest(hmac.digest(key[:32], message, "sha256"), tag)


def _hkdf(secret: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=bytes(32), info=info).derive(secret)


def _cbc(key: bytes, iv: bytes, data: bytes, *, encrypt: bool) -> bytes:
    cipher = Cipher(algorithms.AES256(key), modes.CBC(iv))
    run = cipher.encryptor() if encrypt else cipher.decryptor()
    return run.update(data) + run.finalize()

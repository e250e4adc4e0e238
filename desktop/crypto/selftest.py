"""Known answers at start-up: a library that computes something else must not seal anything.

Vectors: RFC 9106 5.3 (Argon2id), RFC 5869 A.1 (HKDF), the GCM specification's test case 16
(AES-256-GCM), RFC 7748 6.1 (X25519), RFC 8032 7.1 test 2 (Ed25519). About 5 ms in all.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from desktop.crypto.kdf import hkdf
from desktop.crypto.sealedbox import new_box_keys, open_box, seal
from desktop.errors import VaultError

_hex = bytes.fromhex


def self_test() -> None:
    """Raises VaultError("self-test-failed") with the `part` that computes wrongly."""
    for part, passes in _PARTS.items():
        if not passes():
            raise VaultError("self-test-failed", part=part)


def _argon2id() -> bool:
    tag = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=b"\x04" * 12,
        secret=b"\x03" * 8,
    ).derive(b"\x01" * 32)
    return tag == _hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")


def _hkdf() -> bool:
    okm = hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    return okm == _hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")


def _aes_gcm() -> bool:
    key = AESGCM(_hex("feffe9928665731c6d6a8f9467308308" * 2))
    nonce = _hex("cafebabefacedbaddecaf888")
    aad = _hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = _hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    sealed = _hex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    if key.encrypt(nonce, plain, aad) != sealed or key.decrypt(nonce, sealed, aad) != plain:
        return False
    try:
        key.decrypt(nonce, sealed[:-1] + bytes([sealed[-1] ^ 1]), aad)
    except InvalidTag:
        return True
    return False


def _x25519() -> bool:
    alice = X25519PrivateKey.from_private_bytes(
        _hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    )
    bob = X25519PublicKey.from_public_bytes(
        _hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
    )
    shared = _hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
    return alice.exchange(bob) == shared


def _ed25519() -> bool:
    key = Ed25519PrivateKey.from_private_bytes(
        _hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    signature = _hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    if key.sign(b"\x72") != signature:
        return False
    try:
        key.public_key().verify(signature, b"\x73")
    except InvalidSignature:
        return True
    return False


def _sealed_box() -> bool:
    keys = new_box_keys()
    return open_box(keys.private, seal(keys.public, b"known", b"self-test"), b"self-test") == b"known"


_PARTS: dict[str, Callable[[], bool]] = {
    "argon2id": _argon2id,
    "hkdf": _hkdf,
    "aes-256-gcm": _aes_gcm,
    "x25519": _x25519,
    "ed25519": _ed25519,
    "sealed-box": _sealed_box,
}

"""What `cryptography` cannot write: CMS for elliptic-curve recipients, and with AES-GCM.

A recipient with an EC certificate gets the content key by ephemeral-static ECDH (RFC 5753,
the standard scheme without cofactor, X9.63 with the hash that fits the curve, AES-256 key
wrap). AuthEnvelopedData is RFC 5083 with AES-256-GCM (RFC 5084). The DER is put together
here: filling asn1crypto's schemas takes ten times as long as all the arithmetic, which is
that of `cryptography`.
"""

from __future__ import annotations

import os

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.padding import PKCS7

KEY_BYTES = 32
"""AES-256, for the content and for the key that wraps its key."""
_NONCE_BYTES = 12
_TAG_BYTES = 16

_INTEGER, _OCTETS, _SEQUENCE, _SET = 0x02, 0x04, 0x30, 0x31
_CONTEXT, _CONTEXT_WHOLE = 0x80, 0xA0
"""A context-specific tag, and one around something that has its own parts."""


def _oid(dotted: str) -> bytes:
    der: bytes = core.ObjectIdentifier(dotted).dump()
    return der


_DATA = _oid("1.2.840.113549.1.7.1")
_ENVELOPED = _oid("1.2.840.113549.1.7.3")
_AUTH_ENVELOPED = _oid("1.2.840.113549.1.9.16.1.23")
_AES_CBC = _oid("2.16.840.1.101.3.4.1.42")
_AES_GCM = _oid("2.16.840.1.101.3.4.1.46")
_AES_WRAP = _oid("2.16.840.1.101.3.4.1.45")
_RSA = _oid("1.2.840.113549.1.1.1")
_NULL = b"\x05\x00"

CURVE_HASHES: dict[str, tuple[hashes.SHA256 | hashes.SHA384 | hashes.SHA512, bytes]] = {
    "secp256r1": (hashes.SHA256(), _oid("1.3.132.1.11.1")),
    "secp384r1": (hashes.SHA384(), _oid("1.3.132.1.11.2")),
    "secp521r1": (hashes.SHA512(), _oid("1.3.132.1.11.3")),
}
"""By curve: the hash that is as strong (RFC 5753 8), and dhSinglePass-stdDH with it (7.1.4)."""


def enveloped(content: bytes, recipient: x509.Certificate) -> bytes:
    """DER EnvelopedData of `content` under AES-256-CBC. Raises ValueError for another kind of key."""
    key, start = os.urandom(KEY_BYTES), os.urandom(16)
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(start)).encryptor()
    sealed = b"".join(
        (encryptor.update(padder.update(content)), encryptor.update(padder.finalize()), encryptor.finalize())
    )
    algorithm = tlv(_SEQUENCE, _AES_CBC, tlv(_OCTETS, start))
    info = _recipient_info(key, recipient)
    # RFC 5652 6.1: 0 where every recipient is named in the oldest way.
    version = _integer(0 if info[0] == _SEQUENCE else 2)
    return _content_info(_ENVELOPED, version, tlv(_SET, info), _encrypted(algorithm, sealed))


def auth_enveloped(content: bytes, recipient: x509.Certificate) -> bytes:
    """DER AuthEnvelopedData of `content` under AES-256-GCM. Raises ValueError for another kind of key."""
    key, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, content, None)
    parameters = tlv(_SEQUENCE, tlv(_OCTETS, nonce), _integer(_TAG_BYTES))
    return _content_info(
        _AUTH_ENVELOPED,
        _integer(0),
        tlv(_SET, _recipient_info(key, recipient)),
        _encrypted(tlv(_SEQUENCE, _AES_GCM, parameters), sealed[:-_TAG_BYTES]),
        tlv(_OCTETS, sealed[-_TAG_BYTES:]),
    )


def smime_type(der: bytes) -> str:
    """The `smime-type` of the mail part around what was sealed (RFC 8551 3.2.2)."""
    return "authEnveloped-data" if _AUTH_ENVELOPED in der[:32] else "enveloped-data"


def _recipient_info(key: bytes, recipient: x509.Certificate) -> bytes:
    public = recipient.public_key()
    whole = asn1_x509.Certificate.load(recipient.public_bytes(serialization.Encoding.DER))
    loaded = whole["tbs_certificate"]
    # The issuer's name goes in as it was written: programs compare it byte by byte.
    named = tlv(_SEQUENCE, loaded["issuer"].dump(), loaded["serial_number"].dump())
    if isinstance(public, rsa.RSAPublicKey):
        wrapped = tlv(_OCTETS, public.encrypt(key, padding.PKCS1v15()))
        return tlv(_SEQUENCE, _integer(0), named, tlv(_SEQUENCE, _RSA, _NULL), wrapped)
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in CURVE_HASHES:
        return _agreement(key, public, named)
    raise ValueError("no content key can be sent to this kind of key")


def _agreement(key: bytes, public: ec.EllipticCurvePublicKey, named: bytes) -> bytes:
    """KeyAgreeRecipientInfo (RFC 5753 3.1.1) under a key pair that lives for this one message."""
    digest, scheme = CURVE_HASHES[public.curve.name]
    ephemeral = ec.generate_private_key(public.curve)
    wrap = tlv(_SEQUENCE, _AES_WRAP)
    # ECC-CMS-SharedInfo (7.2), without the sender's own material: the key is ephemeral.
    bits = tlv(_OCTETS, (KEY_BYTES * 8).to_bytes(4, "big"))
    shared_info = tlv(_SEQUENCE, wrap, tlv(_CONTEXT_WHOLE | 2, bits))
    kek = X963KDF(digest, KEY_BYTES, shared_info).derive(ephemeral.exchange(ec.ECDH(), public))
    point = ephemeral.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    wrapped = tlv(_SEQUENCE, named, tlv(_OCTETS, keywrap.aes_key_wrap(kek, key)))
    return tlv(
        _CONTEXT_WHOLE | 1,
        _integer(3),
        # OriginatorPublicKey is a SubjectPublicKeyInfo under another tag.
        tlv(_CONTEXT_WHOLE | 0, bytes((_CONTEXT_WHOLE | 1,)) + point[1:]),
        tlv(_SEQUENCE, scheme, wrap),
        tlv(_SEQUENCE, wrapped),
    )


def _encrypted(algorithm: bytes, sealed: bytes) -> bytes:
    return tlv(_SEQUENCE, _DATA, algorithm, tlv(_CONTEXT | 0, sealed))


def _content_info(kind: bytes, *parts: bytes) -> bytes:
    return tlv(_SEQUENCE, kind, tlv(_CONTEXT_WHOLE | 0, tlv(_SEQUENCE, *parts)))


def _integer(value: int) -> bytes:
    """A small one, below 128."""
    return bytes((_INTEGER, 1, value))


def tlv(tag: int, *parts: bytes) -> bytes:
    """Tag, length and value in DER (X.690 8.1, 10.1)."""
    size = sum(map(len, parts))
    if size < 0x80:
        return b"".join((bytes((tag, size)), *parts))
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"".join((bytes((tag, 0x80 | len(length))), length, *parts))

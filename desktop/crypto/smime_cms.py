"""What `cryptography` cannot write: CMS for elliptic-curve recipients, and with AES-GCM.

A recipient with an EC certificate gets the content key by ephemeral-static ECDH (RFC 5753,
the standard scheme without cofactor, X9.63 with the hash that fits the curve, AES-256 key
wrap). AuthEnvelopedData is RFC 5083 with AES-256-GCM (RFC 5084). Built on asn1crypto's
schemas; the only arithmetic is that of `cryptography`.
"""

from __future__ import annotations

import os

from asn1crypto import cms, core
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
_AUTH_ENVELOPED = core.ObjectIdentifier("1.2.840.113549.1.9.16.1.23").dump()

CURVE_HASHES: dict[str, tuple[hashes.SHA256 | hashes.SHA384 | hashes.SHA512, str]] = {
    "secp256r1": (hashes.SHA256(), "1.3.132.1.11.1"),
    "secp384r1": (hashes.SHA384(), "1.3.132.1.11.2"),
    "secp521r1": (hashes.SHA512(), "1.3.132.1.11.3"),
}
"""By curve: the hash that is as strong (RFC 5753 8), and dhSinglePass-stdDH with it (7.1.4)."""


class _GcmParameters(core.Sequence):  # type: ignore[misc]
    """RFC 5084 3.2; the default of twelve octets for the tag is never used here."""

    _fields = [("nonce", core.OctetString), ("icv_length", core.Integer, {"default": 12})]  # noqa: RUF012


class _SharedInfo(core.Sequence):  # type: ignore[misc]
    """ECC-CMS-SharedInfo, RFC 5753 7.2, without the sender's own material: the key is ephemeral."""

    _fields = [  # noqa: RUF012
        ("key_info", cms.KeyEncryptionAlgorithm),
        ("supp_pub_info", core.OctetString, {"explicit": 2}),
    ]


def enveloped(content: bytes, recipient: x509.Certificate) -> bytes:
    """DER EnvelopedData of `content` under AES-256-CBC. Raises ValueError for another kind of key."""
    key, start = os.urandom(KEY_BYTES), os.urandom(16)
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(start)).encryptor()
    sealed = b"".join(
        (encryptor.update(padder.update(content)), encryptor.update(padder.finalize()), encryptor.finalize())
    )
    info = _recipient_info(key, recipient)
    return _content_info(
        "enveloped_data",
        {
            # RFC 5652 6.1: 0 where every recipient is named in the oldest way.
            "version": "v0" if info.name == "ktri" else "v2",
            "recipient_infos": [info],
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": start},
                "encrypted_content": sealed,
            },
        },
    )


def auth_enveloped(content: bytes, recipient: x509.Certificate) -> bytes:
    """DER AuthEnvelopedData of `content` under AES-256-GCM. Raises ValueError for another kind of key."""
    key, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, content, None)
    parameters = _GcmParameters({"nonce": nonce, "icv_length": _TAG_BYTES})
    return _content_info(
        "authenticated_enveloped_data",
        {
            "version": "v0",
            "recipient_infos": [_recipient_info(key, recipient)],
            "auth_encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": {"algorithm": "aes256_gcm", "parameters": parameters},
                "encrypted_content": sealed[:-_TAG_BYTES],
            },
            "mac": sealed[-_TAG_BYTES:],
        },
    )


def smime_type(der: bytes) -> str:
    """The `smime-type` of the mail part around what was sealed (RFC 8551 3.2.2)."""
    return "authEnveloped-data" if _AUTH_ENVELOPED in der[:32] else "enveloped-data"


def _content_info(kind: str, content: dict[str, object]) -> bytes:
    der: bytes = cms.ContentInfo({"content_type": kind, "content": content}).dump()
    return der


def _recipient_info(key: bytes, recipient: x509.Certificate) -> cms.RecipientInfo:
    public = recipient.public_key()
    loaded = asn1_x509.Certificate.load(recipient.public_bytes(serialization.Encoding.DER))
    # The issuer's name goes in as it was written: programs compare it byte by byte.
    named = {"issuer": loaded.issuer, "serial_number": loaded.serial_number}
    if isinstance(public, rsa.RSAPublicKey):
        return cms.RecipientInfo("ktri", _transport(key, public, named))
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in CURVE_HASHES:
        return cms.RecipientInfo("kari", _agreement(key, public, named))
    raise ValueError("no content key can be sent to this kind of key")


def _transport(key: bytes, public: rsa.RSAPublicKey, named: dict[str, object]) -> dict[str, object]:
    return {
        "version": "v0",
        "rid": cms.RecipientIdentifier("issuer_and_serial_number", named),
        "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
        "encrypted_key": public.encrypt(key, padding.PKCS1v15()),
    }


def _agreement(key: bytes, public: ec.EllipticCurvePublicKey, named: dict[str, object]) -> dict[str, object]:
    """KeyAgreeRecipientInfo (RFC 5753 3.1.1) under a key pair that lives for this one message."""
    digest, scheme = CURVE_HASHES[public.curve.name]
    ephemeral = ec.generate_private_key(public.curve)
    wrap = cms.KeyEncryptionAlgorithm({"algorithm": "aes256_wrap"})
    shared_info = _SharedInfo({"key_info": wrap, "supp_pub_info": (KEY_BYTES * 8).to_bytes(4, "big")})
    kek = X963KDF(digest, KEY_BYTES, shared_info.dump()).derive(ephemeral.exchange(ec.ECDH(), public))
    point = ephemeral.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "version": "v3",
        "originator": cms.OriginatorIdentifierOrKey("originator_key", cms.PublicKeyInfo.load(point)),
        "key_encryption_algorithm": {"algorithm": scheme, "parameters": wrap},
        "recipient_encrypted_keys": [
            {
                "rid": cms.KeyAgreementRecipientIdentifier("issuer_and_serial_number", named),
                "encrypted_key": keywrap.aes_key_wrap(kek, key),
            }
        ],
    }

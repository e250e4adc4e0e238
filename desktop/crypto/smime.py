"""S/MIME (RFC 8551): signed inside, encrypted outside, built as DER.

The signature is opaque (application/pkcs7-mime, signed-data), so nothing on the way can
break it by changing white space; it says which ciphers we read (SMIMECapabilities).
Encryption is AES-256-CBC with RSA PKCS#1 v1.5 key transport, or ECDH for a certificate
with a curve: AES-GCM and OAEP cannot be read by Thunderbird's engine or gpgsm (SECURITY
finding 8, a documented deviation from ASVS 11.3.1), so GCM is only for recipients whose
program said that it reads it. Works on DER with an own MIME wrapper, which is ten times
as fast as the library's SMIME encoding.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from desktop.crypto.keyrecord import KeyFacts, mailbox
from desktop.crypto.smime_chain import split_chain
from desktop.crypto.smime_cms import CURVE_HASHES, auth_enveloped, enveloped, smime_type
from desktop.crypto.smime_facts import inspect_certificate
from desktop.errors import InputError, VaultError
from desktop.frozen import dataclass
from desktop.texts import clean

__all__ = [
    "AES_GCM",
    "Identity",
    "KeyFacts",
    "SmimeSealer",
    "inspect_certificate",
    "make_identity",
    "mime_part",
    "smime_type",
]

AES_GCM = "aes-256-gcm"
"""The capability (of a recipient's program) that changes what is written."""

RSA_BITS = 3072
"""RFC 8551 asks for 2,048 and more; 3,072 is worth 128 bits (NIST SP 800-57)."""
VALID_FOR = timedelta(days=3 * 365)
_BACKDATED = timedelta(days=1)
"""A recipient's clock may be behind ours."""
_COMMON_NAME_BYTES = 64


@dataclass(frozen=True)
class Identity:
    """The practice's key (PKCS#8, unencrypted: it is kept in the database) and certificate."""

    key_der: bytes
    cert_der: bytes

    def __repr__(self) -> str:
        return f"Identity(certificate of {len(self.cert_der)} bytes)"


def make_identity(name: str, address: str, now: datetime) -> Identity:
    """A self-signed RSA-3072 identity for `address`, valid for three years from `now`.

    Raises InputError `address-wrong`.
    """
    own_address = mailbox(address)
    if own_address is None:
        raise InputError("address-wrong")
    named = clean(name) or own_address
    common_name = named.encode()[:_COMMON_NAME_BYTES].decode(errors="ignore").strip()
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(own_address)]), critical=False)
        .add_extension(subject_key, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return Identity(
        key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        certificate.public_bytes(serialization.Encoding.DER),
    )


class SmimeSealer:
    """Holds the practice's signing key, loaded once; safe to use for many messages."""

    def __init__(self, identity: Identity, chain: bytes = b"") -> None:
        """`chain` are the issuers' certificates (DER, one behind the other) that go with each signature.

        Raises VaultError `own-key-damaged` when key and certificate do not fit, or are of
        a kind that cannot sign mail here (RSA, P-256, P-384 and P-521 can).
        """
        try:
            key = serialization.load_der_private_key(identity.key_der, password=None)
            certificate = x509.load_der_x509_certificate(identity.cert_der)
            issuers = [x509.load_der_x509_certificate(der) for der in split_chain(chain)]
            fits = certificate.public_key() == key.public_key()
        except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
            raise VaultError("own-key-damaged") from problem
        digest = signing_hash(key)
        if digest is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or not fits:
            raise VaultError("own-key-damaged")
        self._key = key
        self._digest = digest
        self._certificate = certificate
        self._issuers = issuers

    def seal(
        self, mime_entity: bytes, recipient_cert_der: bytes, capabilities: Collection[str] = ()
    ) -> bytes:
        """DER around the signed `mime_entity`, for one recipient.

        EnvelopedData, or AuthEnvelopedData where `capabilities` (what the recipient's
        program reads) holds `AES_GCM`; `smime_type` tells which. `mime_entity` is a whole
        MIME entity with CRLF line ends (RFC 8551 3.1.1); another line end is a ValueError,
        because it would not survive the way. Raises InputError `key-unusable` for a
        certificate that nothing can be sealed to.
        """
        return self.encrypt(self.sign(mime_entity), recipient_cert_der, capabilities)

    def sign(self, mime_entity: bytes) -> bytes:
        """`mime_entity` as a signed-data MIME entity, our certificate and its issuers inside."""
        if not mime_entity.count(b"\r\n") == mime_entity.count(b"\n") == mime_entity.count(b"\r"):
            raise ValueError("a MIME entity is signed with CRLF line ends only")
        builder = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(mime_entity)
            .add_signer(self._certificate, self._key, self._digest)
        )
        for issuer in self._issuers:
            builder = builder.add_certificate(issuer)
        # PEM is base64 in lines of 64, made as fast as the DER itself; its first and last line go.
        signed = builder.sign(serialization.Encoding.PEM, [pkcs7.PKCS7Options.Binary])
        lines = signed[signed.index(b"\n") + 1 : signed.rindex(b"\n-----END") + 1]
        return _head("signed-data") + lines.replace(b"\n", b"\r\n")

    def encrypt(
        self, mime_entity: bytes, recipient_cert_der: bytes, capabilities: Collection[str] = ()
    ) -> bytes:
        """DER of `mime_entity` encrypted with AES-256 for one RecipientInfo."""
        try:
            recipient = x509.load_der_x509_certificate(recipient_cert_der)
            if AES_GCM in capabilities:
                return auth_enveloped(mime_entity, recipient)
            if isinstance(recipient.public_key(), ec.EllipticCurvePublicKey):
                return enveloped(mime_entity, recipient)
            builder = pkcs7.PKCS7EnvelopeBuilder().set_data(mime_entity).add_recipient(recipient)
        except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
            raise InputError("key-unusable", reason="cannot-encrypt") from problem
        return builder.set_content_encryption_algorithm(algorithms.AES256).encrypt(
            serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary]
        )


def signing_hash(key: object) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    """The hash that this private key signs mail with; None where it cannot."""
    if isinstance(key, rsa.RSAPrivateKey):
        return hashes.SHA256()
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVE_HASHES:
        return CURVE_HASHES[key.curve.name][0]
    return None


def mime_part(der: bytes, smime_type: str) -> bytes:
    """`der` as an application/pkcs7-mime entity (RFC 8551 3.2), CRLF, without MIME-Version."""
    return _head(smime_type) + base64.encodebytes(der).replace(b"\n", b"\r\n")


def _head(smime_type: str) -> bytes:
    return (
        f'Content-Type: application/pkcs7-mime; smime-type={smime_type}; name="smime.p7m"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        'Content-Disposition: attachment; filename="smime.p7m"\r\n\r\n'
    ).encode("ascii")


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )

"""What a certificate file is, and whether mail may be sealed to it (RFC 8551, RFC 5280).

Only the subject alternative name gives addresses: an e-mail address in the subject's
name is unchecked text. Who vouches for the certificate is not looked at here: a person
confirms its fingerprint before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x448, x25519
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, PublicKeyAlgorithmOID

from desktop.crypto.keyrecord import KeyFacts, mailbox, refuse_large, unusable
from desktop.errors import InputError

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)

KIND = "smime"
MIN_BITS = 2048

_PEM_CERTIFICATES = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PEM_SECRET = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----")
_SECRET_VERSIONS = (b"\x02\x01\x00", b"\x02\x01\x01", b"\x02\x01\x03")
"""PKCS#1 and PKCS#8 begin with version 0 or 1, PKCS#12 with 3; a certificate with a SEQUENCE."""
_WEAK_HASHES = (hashes.MD5, hashes.SHA1)
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)
"""All that the library raises for a file that is not a proper certificate."""
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.CERTIFICATE_POLICIES,
    }
)
_MAIL_USAGES = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)


def inspect_certificate(data: bytes, now: datetime) -> KeyFacts:
    """Facts of a certificate file at `now` (aware UTC), PEM or DER.

    A PEM file may hold the chain as well: the one certificate that is not an authority
    counts. Raises InputError `key-unreadable` or `key-too-large`.
    """
    refuse_large(data)
    if _PEM_SECRET.search(data) or _secret_der(data):
        return unusable(KIND, "secret-key")
    try:
        certificates = _certificates(data)
        people = [certificate for certificate in certificates if not _authority(certificate)]
        if len(certificates) > 1 and len(people) != 1:
            return unusable(KIND, "several-keys")
        return _facts((people or certificates)[0], now)
    except _UNREADABLE as problem:
        raise InputError("key-unreadable") from problem


def _secret_der(data: bytes) -> bool:
    """Whether DER data is a private key or a PKCS#12 file: a SEQUENCE that begins with a version."""
    if len(data) < 8 or data[0] != 0x30:
        return False
    length_octets = data[1] & 0x7F if data[1] & 0x80 else 0
    return data[2 + length_octets :].startswith(_SECRET_VERSIONS)


def _certificates(data: bytes) -> list[x509.Certificate]:
    blocks = [pem.unarmor(block)[2] for block in _PEM_CERTIFICATES.findall(data)]
    return [_certificate(der) for der in blocks or [data]]


def _certificate(der: bytes) -> x509.Certificate:
    # cryptography still reads serial numbers that RFC 5280 forbids, with a warning on
    # standard error for each one: a stranger's file must not be able to cause that.
    loaded = asn1_x509.Certificate.load(der)
    serials = [loaded["tbs_certificate"]["serial_number"].native]
    issuer = loaded.authority_key_identifier_value
    if issuer is not None and issuer["authority_cert_serial_number"].native is not None:
        serials.append(issuer["authority_cert_serial_number"].native)
    if min(serials) <= 0:
        raise ValueError("a serial number is not positive")
    return x509.load_der_x509_certificate(der)


def _facts(certificate: x509.Certificate, now: datetime) -> KeyFacts:
    addresses = _addresses(certificate)
    reason = next((code for code, wrong in _CHECKS if wrong(certificate, now)), None)
    if reason is None and not addresses:
        reason = "key-without-address"
    der = certificate.public_bytes(serialization.Encoding.DER)
    return KeyFacts(
        kind=KIND,
        usable=reason is None,
        reason=reason,
        addresses=addresses,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex().upper(),
        expires=certificate.not_valid_after_utc,
        data=der if reason is None else b"",
    )


def _extension(certificate: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    names = _extension(certificate, x509.SubjectAlternativeName)
    if names is None:
        return ()
    found = (mailbox(name) for name in names.get_values_for_type(x509.RFC822Name))
    return tuple(dict.fromkeys(address for address in found if address is not None))


def _authority(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _weakly_signed(certificate: x509.Certificate) -> bool:
    """SHA-1 or MD5; Ed25519 has no separate hash and is not meant."""
    return isinstance(certificate.signature_hash_algorithm, _WEAK_HASHES)


def _curve(certificate: x509.Certificate) -> bool:
    curves = (ec.EllipticCurvePublicKey, x25519.X25519PublicKey, x448.X448PublicKey)
    return isinstance(certificate.public_key(), curves)


def _not_rsa(certificate: x509.Certificate) -> bool:
    """Neither a key of another kind nor an RSA key that is for PSS signatures only."""
    return certificate.public_key_algorithm_oid != PublicKeyAlgorithmOID.RSAES_PKCS1_v1_5


def _short(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    return isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_BITS


def _for_another_use(certificate: x509.Certificate) -> bool:
    """An authority, no mail among the stated uses, or a condition that we do not know."""
    usage = _extension(certificate, x509.ExtendedKeyUsage)
    return (
        _authority(certificate)
        or (usage is not None and not any(oid in usage for oid in _MAIL_USAGES))
        or any(found.critical and found.oid not in _UNDERSTOOD for found in certificate.extensions)
    )


def _no_key_transport(certificate: x509.Certificate) -> bool:
    usage = _extension(certificate, x509.KeyUsage)
    return usage is not None and not usage.key_encipherment


_CHECKS: tuple[tuple[str, Callable[[x509.Certificate, datetime], bool]], ...] = (
    ("not-yet-valid", lambda certificate, now: now < certificate.not_valid_before_utc),
    ("expired", lambda certificate, now: now >= certificate.not_valid_after_utc),
    ("weak-signature", lambda certificate, _: _weakly_signed(certificate)),
    ("ec-key", lambda certificate, _: _curve(certificate)),
    ("cannot-encrypt", lambda certificate, _: _not_rsa(certificate)),
    ("weak-key", lambda certificate, _: _short(certificate)),
    ("wrong-usage", lambda certificate, _: _for_another_use(certificate)),
    ("cannot-encrypt", lambda certificate, _: _no_key_transport(certificate)),
)
"""Reasons in the order in which the first one that holds is told."""

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
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, PublicKeyAlgorithmOID

from desktop.crypto.keyrecord import KeyFacts, mailbox, refuse_large, unusable
from desktop.crypto.smime_cms import CURVE_HASHES
from desktop.errors import InputError

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)

KIND = "smime"
MIN_BITS = 2048
MAX_BITS = 16384
"""The longest modulus that OpenSSL computes with."""
MIN_CURVE_BITS = 256
_UTF8_MAILBOX = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.9")
"""SmtpUTF8Mailbox (RFC 8398): an address with letters beyond ASCII before its @."""

_PEM_CERTIFICATES = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_PEM_SECRET = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----")
_SECRET_VERSIONS = (b"\x02\x01\x00", b"\x02\x01\x01", b"\x02\x01\x03")
"""PKCS#1 and PKCS#8 begin with version 0 or 1, PKCS#12 with 3; a certificate with a SEQUENCE."""
_WEAK_HASHES = (hashes.MD5, hashes.SHA1)
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)
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
        people = [certificate for certificate in certificates if not is_authority(certificate)]
        if len(certificates) > 1 and len(people) != 1:
            return unusable(KIND, "several-keys")
        return _facts((people or certificates)[0], now)
    except UNREADABLE as problem:
        raise InputError("key-unreadable") from problem


def _secret_der(data: bytes) -> bool:
    """Whether DER data is a private key or a PKCS#12 file: a SEQUENCE that begins with a version."""
    if len(data) < 8 or data[0] != 0x30:
        return False
    length_octets = data[1] & 0x7F if data[1] & 0x80 else 0
    return data[2 + length_octets :].startswith(_SECRET_VERSIONS)


def _certificates(data: bytes) -> list[x509.Certificate]:
    blocks = [pem.unarmor(block)[2] for block in _PEM_CERTIFICATES.findall(data)]
    return [load_der(der) for der in blocks or [data]]


def load_der(der: bytes) -> x509.Certificate:
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
    addresses = addresses_of(certificate)
    reason = next((code for code, wrong in _CHECKS if wrong(certificate, now)), None)
    if reason is None and not addresses:
        reason = "utf8-address" if _utf8_mailbox(certificate) else "key-without-address"
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


def extension(certificate: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def addresses_of(certificate: x509.Certificate) -> tuple[str, ...]:
    names = extension(certificate, x509.SubjectAlternativeName)
    if names is None:
        return ()
    found = (mailbox(name) for name in names.get_values_for_type(x509.RFC822Name))
    return tuple(dict.fromkeys(address for address in found if address is not None))


def is_authority(certificate: x509.Certificate) -> bool:
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def weakly_signed(certificate: x509.Certificate) -> bool:
    """SHA-1 or MD5; Ed25519 has no separate hash and is not meant."""
    return isinstance(certificate.signature_hash_algorithm, _WEAK_HASHES)


def _utf8_mailbox(certificate: x509.Certificate) -> bool:
    names = extension(certificate, x509.SubjectAlternativeName)
    others = () if names is None else names.get_values_for_type(x509.OtherName)
    return any(other.type_id == _UTF8_MAILBOX for other in others)


def _curve(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey | None:
    if certificate.public_key_algorithm_oid != PublicKeyAlgorithmOID.EC_PUBLIC_KEY:
        return None
    key = certificate.public_key()
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


def _unsupported(certificate: x509.Certificate) -> bool:
    """A key of another kind or curve, an RSA key that is for PSS signatures only, or an absurd one."""
    try:
        curve = _curve(certificate)
    except UnsupportedAlgorithm:
        return True
    if curve is not None:
        return curve.curve.name not in CURVE_HASHES and curve.key_size >= MIN_CURVE_BITS
    if certificate.public_key_algorithm_oid != PublicKeyAlgorithmOID.RSAES_PKCS1_v1_5:
        return True
    key = certificate.public_key()
    return not isinstance(key, rsa.RSAPublicKey) or key.key_size > MAX_BITS


def _short(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.key_size < MIN_CURVE_BITS
    return isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_BITS


def _for_another_use(certificate: x509.Certificate) -> bool:
    """An authority, no mail among the stated uses, or a condition that we do not know."""
    usage = extension(certificate, x509.ExtendedKeyUsage)
    return (
        is_authority(certificate)
        or (usage is not None and not any(oid in usage for oid in _MAIL_USAGES))
        or any(found.critical and found.oid not in _UNDERSTOOD for found in certificate.extensions)
    )


def unfit(certificate: x509.Certificate) -> bool:
    """Whether it is for something other than mail, or its key or signature is weak."""
    return _for_another_use(certificate) or _short(certificate) or weakly_signed(certificate)


def _no_encryption(certificate: x509.Certificate) -> bool:
    """The stated usage leaves out how a content key gets to such a key (RFC 5280 4.2.1.3, RFC 5480 3)."""
    usage = extension(certificate, x509.KeyUsage)
    if usage is None:
        return False
    if _curve(certificate) is None:
        return not usage.key_encipherment
    return not usage.key_agreement or usage.encipher_only


_CHECKS: tuple[tuple[str, Callable[[x509.Certificate, datetime], bool]], ...] = (
    ("not-yet-valid", lambda certificate, now: now < certificate.not_valid_before_utc),
    ("expired", lambda certificate, now: now >= certificate.not_valid_after_utc),
    ("weak-signature", lambda certificate, _: weakly_signed(certificate)),
    ("cannot-encrypt", lambda certificate, _: _unsupported(certificate)),
    ("weak-key", lambda certificate, _: _short(certificate)),
    ("wrong-usage", lambda certificate, _: _for_another_use(certificate)),
    ("cannot-encrypt", lambda certificate, _: _no_encryption(certificate)),
)
"""Reasons in the order in which the first one that holds is told."""

"""An own S/MIME identity that an authority issued, out of a .p12 or .pfx file (RFC 7292)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import field
from datetime import datetime
from typing import Any

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from desktop.crypto.smime import Identity, signing_hash
from desktop.crypto.smime_chain import MOST_ISSUERS
from desktop.crypto.smime_facts import UNREADABLE, addresses_of, extension, is_authority, load_der, unfit
from desktop.errors import InputError
from desktop.frozen import dataclass

MAX_P12_BYTES = 1024 * 1024
MAX_ROUNDS = 10_000_000
"""Of a file's key derivation, all together: some seconds. Programs write 2,000 to 1,000,000."""
_KNOWN_MACS = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"})


@dataclass(frozen=True)
class ImportedIdentity:
    """`chain` holds the issuers' certificates (DER, one behind the other), nearest first.

    `addresses` are all that the certificate names. Whether one is the sender's, and
    whether `expires` (aware UTC) lies ahead, is for the caller to say.
    """

    identity: Identity
    chain: bytes = field(repr=False)
    addresses: tuple[str, ...]
    expires: datetime

    @property
    def address(self) -> str:
        return self.addresses[0]


def read_p12(data: bytes, password: str) -> ImportedIdentity:
    """The key, its certificate and what came with them.

    Raises InputError `p12-unreadable` (not such a file, damaged, or made so that opening
    it takes too long), `p12-password-wrong`, or `p12-no-mail-certificate`: no private key
    with its certificate, none for mail and with an address, or one that cannot sign here.
    """
    if len(data) > MAX_P12_BYTES:
        raise InputError("p12-unreadable")
    try:
        if sum(_rounds(asn1_pkcs12.Pfx.load(data, strict=True))) > MAX_ROUNDS:
            raise InputError("p12-unreadable")
    # asn1crypto answers a missing or another part with these.
    except (*UNREADABLE, KeyError, AttributeError, RecursionError) as problem:
        raise InputError("p12-unreadable") from problem
    secret = unicodedata.normalize("NFC", password).encode()
    try:
        store = pkcs12.load_pkcs12(data, secret)
    # What the library says of a wrong password and of a damaged inside is the same.
    except UNREADABLE as problem:
        raise InputError("p12-password-wrong") from problem
    if store.key is None or store.cert is None:
        raise InputError("p12-no-mail-certificate")
    others = [entry.certificate for entry in store.additional_certs]
    try:
        return _imported(store.key, store.cert.certificate, others)
    except UNREADABLE as problem:
        raise InputError("p12-no-mail-certificate") from problem


def _imported(key: Any, found: x509.Certificate, others: list[x509.Certificate]) -> ImportedIdentity:
    certificate = load_der(found.public_bytes(serialization.Encoding.DER))
    addresses = addresses_of(certificate)
    usage = extension(certificate, x509.KeyUsage)
    signs = usage is None or usage.digital_signature or usage.content_commitment
    if signing_hash(key) is None or not addresses or not signs or unfit(certificate):
        raise InputError("p12-no-mail-certificate")
    identity = Identity(
        key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        certificate.public_bytes(serialization.Encoding.DER),
    )
    chain = b"".join(
        issuer.public_bytes(serialization.Encoding.DER) for issuer in _upwards(certificate, others)
    )
    return ImportedIdentity(identity, chain, addresses, certificate.not_valid_after_utc)


def _upwards(certificate: x509.Certificate, others: list[x509.Certificate]) -> Iterator[x509.Certificate]:
    """The issuers from the nearest up to the root, if they are all there."""
    current = certificate
    for _ in range(MOST_ISSUERS):
        parent = next(
            (other for other in others if other.subject == current.issuer and is_authority(other)), None
        )
        if parent is None:
            return
        yield load_der(parent.public_bytes(serialization.Encoding.DER))
        if parent.issuer == parent.subject:
            return
        current = parent


def _rounds(store: Any) -> Iterator[int]:
    """How often each key derivation of the file turns, as far as it shows without the password."""
    mac = store["mac_data"]
    if mac.native is not None:
        if mac["mac"]["digest_algorithm"]["algorithm"].native not in _KNOWN_MACS:
            raise ValueError("an unknown way to derive the key of the seal")
        yield mac["iterations"].native
    for safe in store.authenticated_safe:
        if safe["content_type"].native == "encrypted_data":
            yield safe["content"]["encrypted_content_info"]["content_encryption_algorithm"].kdf_iterations
        elif safe["content_type"].native == "data":
            for bag in asn1_pkcs12.SafeContents.load(safe["content"].native):
                if bag["bag_id"].native == "pkcs8_shrouded_key_bag":
                    yield bag["bag_value"]["encryption_algorithm"].kdf_iterations

"""Files with certificates in them: PEM, DER, and PKCS#7 bundles without a signature (RFC 5652 5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from asn1crypto import cms, pem
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from desktop.crypto.keyrecord import refuse_large
from desktop.crypto.smime_chain import MOST_ISSUERS
from desktop.crypto.smime_facts import UNREADABLE, is_authority, load_der
from desktop.errors import InputError
from desktop.frozen import dataclass

MOST_CERTIFICATES = 40
_MARKS = (
    (b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"),
    (b"-----BEGIN PKCS7-----", b"-----END PKCS7-----"),
)


@dataclass(frozen=True)
class Bundle:
    """One person's certificate (DER), and its issuers from the nearest up, one behind the other."""

    certificate: bytes
    chain: bytes = field(default=b"", repr=False)


def read_bundles(data: bytes) -> tuple[Bundle, ...]:
    """Each certificate in a file that is not merely the issuer of another one.

    Raises InputError `key-unreadable` where it holds none that can be read, or `key-too-large`.
    """
    refuse_large(data)
    try:
        return bundles([der for block in _blocks(data) for der in _certificates(block)])
    except (*UNREADABLE, KeyError, AttributeError, RecursionError) as problem:
        raise InputError("key-unreadable") from problem


def bundles(certificates: Sequence[bytes]) -> tuple[Bundle, ...]:
    """As `read_bundles`, of DER certificates that lie there one by one. Raises as the libraries do."""
    loaded = [load_der(der) for der in dict.fromkeys(certificates[:MOST_CERTIFICATES])]
    people = [one for one in loaded if not is_authority(one)] or loaded[:1]
    if not people:
        raise InputError("key-unreadable")
    return tuple(
        Bundle(_der(one), b"".join(_der(issuer) for issuer in _upwards(one, loaded))) for one in people
    )


def blocks_between(data: bytes, begin: bytes, end: bytes) -> Iterator[bytes]:
    """Everything from a mark to the end mark that follows it; each octet is looked at once."""
    at = data.find(begin)
    while at >= 0:
        stop = data.find(end, at)
        if stop < 0:
            return
        yield data[at : stop + len(end)]
        at = data.find(begin, stop)


def _blocks(data: bytes) -> list[bytes]:
    found = [
        pem.unarmor(block)[2]
        for begin, end in _MARKS
        for _, block in zip(range(MOST_CERTIFICATES), blocks_between(data, begin, end), strict=False)
    ]
    return found or [data]


def _certificates(der: bytes) -> list[bytes]:
    """The block itself where it is a certificate, or what a bundle holds."""
    outer = cms.ContentInfo.load(der)
    # A certificate begins with a sequence, PKCS#7 with the name of its kind.
    if outer.contents[:1] != b"\x06":
        return [der]
    content = outer["content"]
    if outer["content_type"].native != "signed_data" or len(content["signer_infos"]) > 0:
        raise ValueError("not a bundle of certificates")
    return [choice.chosen.dump() for choice in content["certificates"] if choice.name == "certificate"]


def _upwards(certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> Iterator[x509.Certificate]:
    current = certificate
    for _ in range(MOST_ISSUERS):
        if current.issuer == current.subject:
            return
        found = [one for one in others if one.subject == current.issuer and is_authority(one)]
        if not found:
            return
        current = found[0]
        yield current


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)

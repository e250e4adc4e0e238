"""Who vouches for a certificate, as far as the certificates that came with it tell (RFC 5280 6.1).

There is no list of trusted authorities: a person confirms the fingerprint. The chain says
what a reader wants to see beside it (by whom was this issued?) and what is wrong on the way up.
"""

from __future__ import annotations

from datetime import datetime

from asn1crypto import parser
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from desktop.crypto.keyrecord import refuse_large
from desktop.crypto.smime_facts import UNREADABLE, extension, is_authority, load_der, weakly_signed
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.texts import clean

MOST_ISSUERS = 16
"""Certificates that may come along; real chains hold two or three."""


@dataclass(frozen=True)
class ChainFacts:
    """`issuer` is the name of who issued the certificate, fit to show.

    `complete` says that the chain ends at a certificate that signed itself (so also for
    one that stands alone). `problem` is None or the first that was met going up:
    issuer-expired, issuer-no-authority, issuer-weak, issuer-foreign (it bears the issuer's
    name, but did not sign), chain-too-long or chain-unreadable.
    """

    issuer: str
    complete: bool
    problem: str | None


def split_chain(chain: bytes) -> tuple[bytes, ...]:
    """The DER certificates that lie one behind the other. Raises ValueError where they do not."""
    found: list[bytes] = []
    at = 0
    while at < len(chain):
        if len(found) == MOST_ISSUERS:
            raise ValueError("more certificates than a chain has")
        length: int = parser.peek(chain[at:])
        found.append(chain[at : at + length])
        at += length
    return tuple(found)


def chain_of(certificate: bytes, chain: bytes, now: datetime) -> ChainFacts:
    """Who issued `certificate` (DER), by the DER certificates in `chain`, at `now` (aware UTC).

    Raises InputError `key-unreadable` for the certificate itself, `key-too-large` above
    1 MiB; what is wrong with the chain is a `problem`.
    """
    refuse_large(certificate)
    try:
        current = load_der(certificate)
        issuer = _shown(current.issuer)
    except UNREADABLE as problem:
        raise InputError("key-unreadable") from problem
    try:
        refuse_large(chain)
        issuers = [load_der(der) for der in split_chain(chain)]
        complete, wrong = _climb(current, issuers, now)
    except (*UNREADABLE, InputError):
        return ChainFacts(issuer, False, "chain-unreadable")
    return ChainFacts(issuer, complete, wrong)


def _climb(
    current: x509.Certificate, issuers: list[x509.Certificate], now: datetime
) -> tuple[bool, str | None]:
    for below in range(MOST_ISSUERS):
        if current.issuer == current.subject:
            return (True, None) if signed_by(current, current) else (False, "issuer-foreign")
        named = [candidate for candidate in issuers if candidate.subject == current.issuer]
        if not named:
            return False, None
        parent = next((candidate for candidate in named if signed_by(current, candidate)), None)
        if parent is None:
            return False, "issuer-foreign"
        wrong = _wrong(parent, below, now)
        if wrong is not None:
            return False, wrong
        current = parent
    return False, "chain-too-long"


def _wrong(authority: x509.Certificate, below: int, now: datetime) -> str | None:
    """What is wrong with an issuer that has `below` other issuers under it."""
    constraints = extension(authority, x509.BasicConstraints)
    usage = extension(authority, x509.KeyUsage)
    if not is_authority(authority) or (usage is not None and not usage.key_cert_sign):
        return "issuer-no-authority"
    if constraints is not None and constraints.path_length is not None and constraints.path_length < below:
        return "chain-too-long"
    if not authority.not_valid_before_utc <= now < authority.not_valid_after_utc:
        return "issuer-expired"
    # Nobody relies on the signature that a root made on itself.
    if authority.issuer != authority.subject and weakly_signed(authority):
        return "issuer-weak"
    return None


def signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the name fits and the signature is good."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _shown(name: x509.Name) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(kind):
            shown = clean(str(attribute.value))
            if shown:
                return shown
    return clean(name.rfc4514_string())

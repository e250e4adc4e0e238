"""Looking at a key file from outside, whichever kind it is."""

from __future__ import annotations

from datetime import datetime

from desktop.crypto.keyrecord import KeyFacts, refuse_large
from desktop.crypto.openpgp_facts import inspect_openpgp
from desktop.crypto.smime_facts import inspect_certificate

__all__ = ["KeyFacts", "inspect_key"]

_PEM = (b"-----BEGIN CERTIFICATE-----", b"PRIVATE KEY-----", b"-----BEGIN PKCS7-----")
_DER_SEQUENCE = 0x30


def inspect_key(data: bytes, now: datetime) -> KeyFacts:
    """Facts of an OpenPGP key (armored or binary) or a certificate (PEM or DER).

    Raises InputError `key-unreadable` where it is neither, `key-too-large` above 1 MiB.
    A binary OpenPGP packet has the top bit set (RFC 9580 4.2) and DER begins with a
    SEQUENCE, so the two never look alike.
    """
    refuse_large(data)
    if b"-----BEGIN PGP " not in data and (
        data[:1] == bytes([_DER_SEQUENCE]) or any(mark in data for mark in _PEM)
    ):
        return inspect_certificate(data, now)
    return inspect_openpgp(data, now)

"""The end of one's own OpenPGP key: its revocation, ready before it is needed (RFC 9580 5.2.1.11).

gpg makes the key and writes a revocation of its own, but only while its home lives. pysequoia
signs one in a quarter of a millisecond from the secret that is kept, so it can also be made for
keys that are older than this program's wish to have one.
"""

from __future__ import annotations

from pysequoia import Cert, PySigner, Tsk
from pysequoia.packet import Packet, PacketPile, SignatureType, Tag

from desktop.crypto.openpgp_facts import address_in
from desktop.errors import InputError, VaultError


def revocation_of(secret: bytes) -> bytes:
    """A revocation signature (binary, without a stated reason) by the key in `secret` over itself.

    It ends the key wherever it is published, so it is kept as carefully as the secret, and
    for longer. Raises VaultError `own-key-damaged`.
    """
    try:
        certificate, certifier = _opened(secret)
        return bytes(certificate.revoke(certifier))
    except RuntimeError as problem:
        raise VaultError("own-key-damaged") from problem


def named(secret: bytes) -> tuple[str, str]:
    """Name and address in the first user id that has an address. VaultError `own-key-damaged`."""
    try:
        texts = [str(user_id) for user_id in _opened(secret)[0].user_ids]
    except RuntimeError as problem:
        raise VaultError("own-key-damaged") from problem
    for text in texts:
        address = address_in(text)
        if address is not None:
            return text.partition("<")[0].strip(), address
    raise VaultError("own-key-damaged")


def revoked_public(public: bytes, revocation: bytes) -> bytes:
    """The public key with its revocation in it (binary), to publish where the key is known.

    Raises InputError `revocation-wrong` where the revocation is not this key's, is damaged, or
    is something else: what came out would still be trusted.
    """
    try:
        key, *rest = _packets(public)
        signatures = _packets(revocation)
        revokes = [packet.signature_type == SignatureType.KeyRevocation for packet in signatures]
        revoked = Cert.from_packets([key, *signatures, *rest])
        if key.tag == Tag.PublicKey and revokes == [True] and revoked.is_revoked:
            return bytes(revoked)
    except (RuntimeError, ValueError) as problem:
        raise InputError("revocation-wrong") from problem
    raise InputError("revocation-wrong")


def _opened(secret: bytes) -> tuple[Cert, PySigner]:
    key = Tsk.from_bytes(secret)
    return key.extract_certificate(), key.certifier()


def _packets(data: bytes) -> list[Packet]:
    return list(PacketPile.from_bytes(data))

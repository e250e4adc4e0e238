"""What an OpenPGP key file is, and the part of it that may be sealed to.

pysequoia parses and verifies, but its `encrypt` also accepts revoked and expired keys.
So the key is taken apart here: only encryption keys that are bound, unrevoked and
unexpired at the given time stay, and a binding counts only when pysequoia itself seals
to a certificate that holds nothing else, which proves the signature. The packets'
own claims merely say why a key cannot be used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import SupportsBytes

import idna
from pysequoia import Cert, Tsk, encrypt
from pysequoia.packet import HashAlgorithm, Packet, PacketPile, SignatureType, Tag

from desktop.crypto.keyrecord import KeyFacts, mailbox, refuse_large, unusable
from desktop.errors import InputError

KIND = "openpgp"
MIN_BITS = 2048
"""For RSA, DSA and ElGamal (NIST SP 800-131A); curves have no short keys."""
MAX_PACKETS = 5000
MAX_NAMES = 200
"""Reading them costs the library the square of their number: a second at 2,000."""
MAX_SUBKEYS = 32
MAX_BINDINGS = 8
"""Bounds for hostile files: each binding costs one trial."""

_SECRET = (Tag.SecretKey, Tag.SecretSubkey)
_MPI_ALGORITHMS = frozenset({1, 2, 3, 16, 17})
_SIGNING_ONLY = frozenset(bytes([number]) for number in (3, 17, 19, 22, 27, 28))
"""RSA for signatures only, DSA, ECDSA, EdDSA, Ed25519, Ed448 (RFC 9580 9.1)."""
_WEAK_HASHES = (HashAlgorithm.MD5, HashAlgorithm.SHA1, HashAlgorithm.RipeMD)
_CERTIFICATIONS = (
    SignatureType.GenericCertification,
    SignatureType.PersonaCertification,
    SignatureType.CasualCertification,
    SignatureType.PositiveCertification,
)
MAX_KEYS = 20
"""Of one file that are looked at."""
_LONGEST_ADDRESS = 320
_KEY_ID_REACH = 40
"""A PKESK packet names its key in its first bytes (RFC 9580 5.1)."""


@dataclass
class _Part:
    """A key or user id packet with the signatures that its owner put behind it."""

    packet: Packet
    signatures: list[Packet] = field(default_factory=list)

    def packets(self) -> list[Packet]:
        return [self.packet, *self.signatures]


@dataclass(frozen=True)
class Sealable:
    """A certificate cut down to what may be sealed to now, and until when.

    It `expires` when the last of its keys does; it is as it should be `until` the first one does.
    """

    certificate: Cert
    fingerprint: str
    expires: datetime | None
    until: datetime | None


def inspect_openpgp(data: bytes, now: datetime) -> KeyFacts:
    """Facts of an OpenPGP key file at `now` (aware UTC), armored or binary.

    Raises InputError `key-unreadable` or `key-too-large`. A secret key, or more than
    one key, is refused as a whole: nobody should have to guess which one was meant.
    """
    refuse_large(data)
    try:
        return _inspect(data, now)
    except RuntimeError as problem:  # all that pysequoia raises
        raise InputError("key-unreadable") from problem


def _inspect(data: bytes, now: datetime) -> KeyFacts:
    whole = Cert.split_bytes(data)
    if not whole:
        raise InputError("key-unreadable")
    if _holds_secret(data):
        return unusable(KIND, "secret-key")
    if len(whole) > 1:
        return unusable(KIND, "several-keys")
    certificate = whole[0]
    if sum(packet.tag == Tag.UserID for packet in _packets(certificate)) > MAX_NAMES:
        return unusable(KIND, "too-many-names")
    fingerprint = certificate.fingerprint.upper()
    addresses = _addresses(certificate)
    found = _sealable(certificate, now)
    if not isinstance(found, Sealable):
        return KeyFacts(KIND, False, found, addresses, fingerprint, _expiration(certificate), b"")
    if not addresses:
        return KeyFacts(KIND, False, "key-without-address", (), fingerprint, found.expires, b"")
    kept = bytes(found.certificate)
    return KeyFacts(KIND, True, None, addresses, fingerprint, found.expires, kept)


def sealable(data: bytes, now: datetime) -> Sealable:
    """The certificate in `data` cut down to what may be sealed to at `now`, to be sealed to at once.

    A binding that has no rival is not tried here: whoever seals to the result finds out, because
    the library seals to no key whose binding does not verify.

    Raises InputError `key-unreadable`, or `key-unusable` with the reason's code.
    """
    try:
        whole = Cert.split_bytes(data)
        found = _sealable(whole[0], now, tried=False) if len(whole) == 1 else "several-keys"
    except RuntimeError as problem:
        raise InputError("key-unreadable") from problem
    if isinstance(found, Sealable):
        return found
    raise InputError("key-unusable", reason=found)


def _holds_secret(data: bytes) -> bool:
    if b"-----BEGIN PGP PRIVATE KEY BLOCK-----" in data:
        return True
    try:
        key = Tsk.from_bytes(data)
    except RuntimeError:
        return False
    return any(packet.tag in _SECRET for packet in _packets(key))


def _packets(written: SupportsBytes) -> list[Packet]:
    """Only for what pysequoia writes itself: a stranger's bytes could unpack to gigabytes."""
    found = list(PacketPile.from_bytes(bytes(written)))
    if len(found) > MAX_PACKETS:
        raise InputError("key-unreadable")
    return [packet for packet in found if _readable(packet)]


def _readable(packet: Packet) -> bool:
    """False for kinds of packets and signatures that pysequoia has no name for."""
    try:
        return packet.tag != Tag.Signature or bool(packet.signature_type and packet.hash_algorithm)
    except RuntimeError:
        return False


def _addresses(certificate: Cert) -> tuple[str, ...]:
    """Addresses of the valid user ids, in their order, each once."""
    try:
        texts = [str(user_id) for user_id in certificate.user_ids]
    except RuntimeError:
        return ()
    found = (address_in(text) for text in texts)
    return tuple(dict.fromkeys(address for address in found if address is not None))


def address_in(user_id: str) -> str | None:
    """The address of `Name <address>` or of a bare address; anything cleverer has none.

    A domain in letters beyond ASCII is answered as A-labels (RFC 5891), as addresses are kept.
    """
    if user_id.count("<") == 1 and user_id.count(">") == 1 and user_id.endswith(">"):
        user_id = user_id[user_id.index("<") + 1 : -1]
    if not user_id.isascii() and len(user_id) <= _LONGEST_ADDRESS:
        local, at, domain = user_id.rpartition("@")
        try:
            user_id = f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
        except (idna.IDNAError, UnicodeError):
            return None
    return mailbox(user_id)


def split_openpgp(data: bytes) -> tuple[bytes, ...]:
    """The public keys in a file, each by itself (binary). Raises as `inspect_openpgp`."""
    refuse_large(data)
    try:
        return tuple(bytes(certificate) for certificate in Cert.split_bytes(data)[:MAX_KEYS])
    except RuntimeError as problem:
        raise InputError("key-unreadable") from problem


def narrowed(data: bytes, address: str) -> bytes | None:
    """One key with only those user ids that are exactly for `address` (A-labels); None without any.

    Raises InputError `key-unreadable`. What a stranger's server adds to a key is not taken along.
    """
    kept: list[Packet] = []
    keep = True
    found = False
    try:
        for packet in _packets(Cert.from_bytes(data)):
            if packet.tag == Tag.UserID:
                keep = address_in(packet.user_id or "") == address
                found = found or keep
            elif packet.tag != Tag.Signature:
                keep = packet.tag != Tag.UserAttribute
            if keep:
                kept.append(packet)
        return bytes(Cert.from_packets(kept)) if found else None
    except RuntimeError as problem:
        raise InputError("key-unreadable") from problem


def _expiration(certificate: Cert) -> datetime | None:
    try:
        return certificate.expiration
    except RuntimeError:
        return None


def _sealable(certificate: Cert, now: datetime, tried: bool = True) -> Sealable | str:
    """What may be sealed to, or the code of the reason why nothing may; `tried` proves each binding."""
    primary, names, subkeys = _parts(certificate)
    if certificate.is_revoked:
        return "revoked"
    if _created(primary.packet) > now:
        return "not-yet-valid"
    try:
        limit = certificate.expiration
    except RuntimeError:
        return _why_rejected([primary, *names])
    if limit is not None and limit <= now:
        return "expired"
    head = primary.packets() + [packet for name in names for packet in name.packets()]
    keys: list[Packet] = []
    ends: list[datetime | None] = [limit] if _seals_to(head, primary.packet) else []
    reasons: list[str] = []
    for subkey in sorted(subkeys, key=lambda part: _created(part.packet))[-MAX_SUBKEYS:]:
        live = _live_subkey(head, subkey, now, tried)
        if isinstance(live, str):
            reasons.append(live)
        else:
            binding, end = live
            keys += [subkey.packet, binding]
            ends.append(end)
    if not ends:
        known = ("revoked", "expired", "weak-key", "weak-signature", "not-yet-valid")
        return next((reason for reason in known if reason in reasons), "cannot-encrypt")
    dated = [end for end in ends if end is not None]
    last = max(dated) if len(dated) == len(ends) else None
    limits = [moment for moment in (limit, last) if moment is not None]
    return Sealable(
        Cert.from_packets(head + keys),
        certificate.fingerprint.upper(),
        expires=min(limits, default=None),
        until=min([*dated, *limits], default=None),
    )


def _parts(certificate: Cert) -> tuple[_Part, list[_Part], list[_Part]]:
    """Primary key, user ids and subkeys with the owner's signatures; all else is dropped."""
    packets = _packets(certificate)
    if not packets or packets[0].tag != Tag.PublicKey:
        raise InputError("key-unreadable")
    primary = _Part(packets[0])
    names: list[_Part] = []
    subkeys: list[_Part] = []
    part: _Part | None = primary
    for packet in packets[1:]:
        if packet.tag == Tag.Signature:
            if part is not None and _by(primary.packet, packet):
                part.signatures.append(packet)
        elif packet.tag == Tag.UserID:
            part = _Part(packet)
            names.append(part)
        elif packet.tag == Tag.PublicSubkey:
            part = _Part(packet)
            subkeys.append(part)
        else:
            part = None
    return primary, [name for name in names if name.signatures], subkeys


def _by(primary: Packet, signature: Packet) -> bool:
    if signature.issuer_fingerprint is not None:
        return signature.issuer_fingerprint == primary.fingerprint
    return signature.issuer_key_id in (None, primary.key_id)


def _created(packet: Packet) -> datetime:
    if packet.key_created is None:
        raise InputError("key-unreadable")
    return packet.key_created


def _signed(signature: Packet) -> datetime:
    return signature.signature_created or datetime.min.replace(tzinfo=UTC)


def _live_subkey(
    head: list[Packet], subkey: _Part, now: datetime, tried: bool
) -> tuple[Packet, datetime | None] | str:
    """The binding of an encryption subkey with its end, proven if `tried`, or why it is of no use."""
    bindings = [s for s in subkey.signatures if s.signature_type == SignatureType.SubkeyBinding]
    bindings = sorted(bindings, key=_signed, reverse=True)[:MAX_BINDINGS]
    flags = next((s.key_flags for s in bindings if s.key_flags is not None), None)
    if flags is not None and not (flags.transport_encryption or flags.storage_encryption):
        return "cannot-encrypt"
    if any(s.signature_type == SignatureType.SubkeyRevocation for s in subkey.signatures):
        return "revoked"
    if _weak(subkey.packet):
        return "weak-key"
    if _created(subkey.packet) > now:
        return "not-yet-valid"
    if len(bindings) == 1 and not tried:
        proven: Packet | None = bindings[0]
    else:
        proven = next((s for s in bindings if _seals_to([*head, subkey.packet, s], subkey.packet)), None)
    if proven is None:
        return _why_rejected([subkey])
    end = _end(subkey.packet, proven)
    return "expired" if end is not None and end <= now else (proven, end)


def _end(key: Packet, binding: Packet) -> datetime | None:
    period = binding.key_validity_period
    ends = [_created(key) + period] if period else []
    if binding.signature_expiration_time is not None:
        ends.append(binding.signature_expiration_time)
    return min(ends, default=None)


def _seals_to(packets: list[Packet], key: Packet) -> bool:
    """Whether pysequoia, under its policy, seals to `key` in this certificate."""
    if key.key_id is None or key.body[5:6] in _SIGNING_ONLY:
        return False
    try:
        sealed = encrypt(b"", recipients=[Cert.from_packets(packets)], armor=False)
    except RuntimeError:
        return False
    wanted = bytes.fromhex(key.key_id)
    return any(p.tag == Tag.PKESK and wanted in p.body[:_KEY_ID_REACH] for p in _packets(sealed))


def _why_rejected(parts: list[_Part]) -> str:
    """The likely reason why the policy refuses signatures over these parts."""
    if any(_weak(part.packet) for part in parts):
        return "weak-key"
    kinds = (*_CERTIFICATIONS, SignatureType.SubkeyBinding, SignatureType.DirectKey)
    hashes = [s.hash_algorithm for part in parts for s in part.signatures if s.signature_type in kinds]
    if hashes and all(used in _WEAK_HASHES for used in hashes):
        return "weak-signature"
    return "cannot-encrypt"


def _weak(key: Packet) -> bool:
    """RSA, DSA or ElGamal below 2,048 bits (the first number of the key, RFC 9580 5.5.2)."""
    if key.tag not in (Tag.PublicKey, Tag.PublicSubkey):
        return False
    body = key.body
    if len(body) < 12 or body[5] not in _MPI_ALGORITHMS:
        return False
    start = 10 if body[0] == 6 else 6
    return int.from_bytes(body[start : start + 2], "big") < MIN_BITS

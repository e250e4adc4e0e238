"""What NSEC and NSEC3 records say does not exist. Pure; their signatures are checked elsewhere.

RFC 4035 5.4 and RFC 5155 8. What is denied here only ever takes a proof away, so no
wildcard has to be denied with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rdatatype
import dns.rrset

MOST_ITERATIONS = 100
"""RFC 9276 3.2: beyond that a validator may treat the zone as unsigned; work is bounded."""

_NS = int(dns.rdatatype.NS)
_CNAME = int(dns.rdatatype.CNAME)


def lacks(proofs: Iterable[dns.rrset.RRset], name: dns.name.Name, kind: dns.rdatatype.RdataType) -> bool:
    """Whether the records show that `name` has no record of this type."""
    found = list(proofs)
    for types in _matching(found, name):
        return int(kind) not in types and _CNAME not in types
    return covered(found, name)


def unsigned_cut(proofs: Iterable[dns.rrset.RRset], name: dns.name.Name) -> bool:
    """Whether the records show that the zone `name` is handed to somebody who does not sign."""
    found = list(proofs)
    for types in _matching(found, name):
        return _NS in types and int(dns.rdatatype.DS) not in types
    return any(
        record.flags & 1 and _between(_hash_of(rrset), record.next, _hashed(name, record))
        for rrset in found
        if rrset.rdtype == dns.rdatatype.NSEC3
        for record in rrset
        if record.iterations <= MOST_ITERATIONS
    )


def covered(proofs: Iterable[dns.rrset.RRset], name: dns.name.Name) -> bool:
    """Whether the records show that there is no such name."""
    for rrset in proofs:
        for record in rrset:
            if rrset.rdtype == dns.rdatatype.NSEC and _next_covers(rrset.name, record, name):
                return True
            if rrset.rdtype == dns.rdatatype.NSEC3 and record.iterations <= MOST_ITERATIONS:
                zone = rrset.name.parent()
                for depth in range(len(zone.labels) + 1, len(name.labels) + 1):
                    closer = name.split(depth)[1]
                    if _between(_hash_of(rrset), record.next, _hashed(closer, record)):
                        return True
    return False


def _matching(proofs: list[dns.rrset.RRset], name: dns.name.Name) -> list[frozenset[int]]:
    """The types that stand at exactly this name."""
    found = []
    for rrset in proofs:
        for record in rrset:
            if (rrset.rdtype == dns.rdatatype.NSEC and rrset.name == name) or (
                rrset.rdtype == dns.rdatatype.NSEC3
                and record.iterations <= MOST_ITERATIONS
                and _hash_of(rrset) == _hashed(name, record)
            ):
                found += [_types(record.windows)]
    return found


def _types(windows: Iterable[tuple[int, bytes]]) -> frozenset[int]:
    return frozenset(
        window * 256 + place * 8 + bit
        for window, bitmap in windows
        for place, octet in enumerate(bitmap)
        for bit in range(8)
        if octet & (0x80 >> bit)
    )


def _next_covers(owner: dns.name.Name, record: Any, name: dns.name.Name) -> bool:
    """A cut's own record says nothing about what lies below it (RFC 6840 4.1)."""
    types = _types(record.windows)
    cut = _NS in types and int(dns.rdatatype.SOA) not in types
    return not (cut and name.is_subdomain(owner)) and _name_between(owner, record.next, name)


def _name_between(start: dns.name.Name, end: dns.name.Name, name: dns.name.Name) -> bool:
    """In the canonical order (RFC 4034 6.1), where the last record leads back to the first."""
    after, before = bool(name > start), bool(name < end)
    return after and before if start < end else after or before


def _between(start: bytes, end: bytes, hashed: bytes) -> bool:
    if start < end:
        return start < hashed < end
    return hashed > start or hashed < end


def _hash_of(rrset: dns.rrset.RRset) -> bytes:
    label: bytes = rrset.name.labels[0].upper()
    return _plain(label.decode("ascii", "replace"))


def _hashed(name: dns.name.Name, record: Any) -> bytes:
    sha1 = dns.dnssectypes.NSEC3Hash.SHA1
    return _plain(dns.dnssec.nsec3_hash(name, record.salt, record.iterations, sha1))


_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUV"


def _plain(text: str) -> bytes:
    """Base32hex (RFC 4648 7) back to octets; what is no hash gives nothing."""
    value = 0
    for char in text:
        place = _ALPHABET.find(char)
        if place < 0:
            return b""
        value = value << 5 | place
    return value.to_bytes(len(text) * 5 // 8, "big") if len(text) == 32 else b""

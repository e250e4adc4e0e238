"""DNSSEC, validated here from the root's keys (RFC 4033 to 4035); nobody's word is taken for it.

A signed answer names its zone; the zone's keys are shown by the parent's DS, and so on up
to an anchor that came with the program. An answer without signatures is `insecure` only
where a signed parent says that the zone is handed on unsigned, else `bogus`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset

from desktop.clock import Clock
from desktop.frozen import dataclass
from desktop.paths import resource
from desktop.sync.dns import Record, Resolver
from desktop.sync.dns_denial import covered, lacks, unsigned_cut

MOST_KEYS = 12
MOST_SIGNATURES = 6
MOST_ZONES = 12
MOST_ALIASES = 8
"""Bounds on work that a hostile zone can ask for: no name needs more."""

Anchors = Mapping[dns.name.Name, Sequence[Record]]


class Proof(StrEnum):
    """How far an answer can be believed."""

    SECURE = "secure"
    INSECURE = "insecure"
    BOGUS = "bogus"
    FAILED = "failed"


@dataclass(frozen=True)
class Proven:
    """`rrset` is None where it is shown (`SECURE`) or merely said that there is none; with any
    other proof it is hearsay.

    `until` is when the first signature that this rests on ends.
    """

    proof: Proof
    rrset: dns.rrset.RRset | None = None
    until: datetime | None = None
    problem: str = ""


class _Bogus(Exception):
    """A signature, a key or a denial does not hold."""


class _Unsigned(Exception):
    """Something on the way is handed on unsigned, and that is shown."""


class _Unknown(Exception):
    """No answer."""


@dataclass(frozen=True)
class _Keys:
    keys: dict[dns.name.Name, dns.rdataset.Rdataset]
    until: float


def root_anchors() -> Anchors:
    """The root's keys of `resources/posture/root-anchors.json`."""
    raw = json.loads(resource("posture/root-anchors.json").read_text(encoding="utf-8"))
    found = [
        dns.rdata.from_text(
            dns.rdataclass.IN,
            dns.rdatatype.DS,
            f"{each['tag']} {each['algorithm']} {each['digest_type']} {each['digest']}",
        )
        for each in raw["anchors"]
    ]
    return {dns.name.root: found}


class Validator:
    """Looks names up and says how far each answer is proven; keeps the zones' keys while it lives.

    One look at a time.
    """

    def __init__(self, resolver: Resolver, anchors: Anchors, clock: Clock) -> None:
        self._resolver = resolver
        self._anchors = anchors
        self._clock = clock
        self._zones: dict[dns.name.Name, _Keys] = {}
        self._busy: set[dns.name.Name] = set()

    async def look(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Proven:
        """The records of this name and type, through aliases of which each is proven, too."""
        ends = float("inf")
        try:
            for _ in range(MOST_ALIASES):
                found, until, target = await self._step(name, kind)
                ends = min(ends, until)
                if target is None:
                    return Proven(Proof.SECURE, found, datetime.fromtimestamp(ends, UTC))
                name = target
        except _Bogus as error:
            return Proven(Proof.BOGUS, problem=str(error))
        except _Unsigned as shown:
            return Proven(Proof.INSECURE, *shown.args)
        except _Unknown as error:
            return Proven(Proof.FAILED, problem=str(error))
        return Proven(Proof.BOGUS, problem="aliases")

    async def _step(
        self, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> tuple[dns.rrset.RRset | None, float, dns.name.Name | None]:
        """The answer, or where the alias leads; signatures checked."""
        message = await self._ask(name, kind)
        for wanted in (kind, dns.rdatatype.CNAME):
            rrset = _within(message.answer, name, wanted)
            if rrset is not None:
                until = await self._checked(message, rrset)
                return (rrset, until, None) if wanted == kind else (None, until, rrset[0].target)
        until, proofs = await self._proofs(message)
        if not proofs:
            await self._must_be_unsigned(name)
        if not lacks(proofs, name, kind):
            raise _Bogus("denial")
        return None, until, None

    async def _ask(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
        reply = await self._resolver.ask(name, kind, signed=True)
        if reply.message is None:
            raise _Unknown(reply.problem)
        if reply.name != name and _within(reply.message.answer, name, dns.rdatatype.CNAME) is None:
            # The chain went on in a further answer: ask for its first link alone.
            reply = await self._resolver.ask(name, dns.rdatatype.CNAME, signed=True)
        if reply.message is None:
            raise _Unknown(reply.problem)
        return reply.message

    async def _checked(self, message: dns.message.Message, rrset: dns.rrset.RRset) -> float:
        """When the proof of this answer ends; raises where there is none."""
        signatures = _signatures(message.answer, rrset)
        if not signatures:
            try:
                await self._must_be_unsigned(rrset.name)
            except _Unsigned as shown:
                raise _Unsigned(rrset) from shown
        until = await self._verified(rrset, signatures)
        if any(each.labels < len(rrset.name.labels) - 1 for each in signatures):
            ends, proofs = await self._proofs(message, signatures[0].signer)
            if not covered(proofs, rrset.name):
                raise _Bogus("wildcard")
            until = min(until, ends)
        return until

    async def _verified(self, rrset: dns.rrset.RRset, signatures: dns.rrset.RRset) -> float:
        if len(signatures) > MOST_SIGNATURES:
            raise _Bogus("too-many-signatures")
        signers = {each.signer for each in signatures}
        if len(signers) != 1:
            raise _Bogus("signers")
        (zone,) = signers
        if not rrset.name.is_subdomain(zone):
            raise _Bogus("signer")
        if rrset.rdtype == dns.rdatatype.DS and zone == rrset.name:
            raise _Bogus("signer")
        keys = await self._keys(zone)
        return min(keys.until, self._hold(rrset, signatures, keys.keys))

    def _hold(
        self,
        rrset: dns.rrset.RRset,
        signatures: dns.rrset.RRset,
        keys: dict[dns.name.Name, dns.rdataset.Rdataset],
    ) -> float:
        now = self._clock.now().timestamp()
        try:
            dns.dnssec.validate(rrset, signatures, {**keys}, now=now)
        except (dns.exception.DNSException, ValueError) as error:
            raise _Bogus("signature") from error
        return float(max(each.expiration for each in signatures))

    async def _keys(self, zone: dns.name.Name) -> _Keys:
        """The keys of a zone, shown by its parent, or by an anchor."""
        if zone in self._zones:
            return self._zones[zone]
        if zone in self._busy or len(self._busy) > MOST_ZONES:
            raise _Bogus("circle")
        self._busy.add(zone)
        try:
            self._zones[zone] = await self._shown(zone)
        finally:
            self._busy.discard(zone)
        return self._zones[zone]

    async def _shown(self, zone: dns.name.Name) -> _Keys:
        trusted, until = await self._delegated(zone)
        reply = await self._resolver.ask(zone, dns.rdatatype.DNSKEY, signed=True)
        if reply.message is None:
            raise _Unknown(reply.problem)
        keys = _within(reply.message.answer, zone, dns.rdatatype.DNSKEY)
        if keys is None or len(keys) > MOST_KEYS:
            raise _Bogus("keys")
        entries = [key for key in keys if any(_names(each, zone, key) for each in trusted)]
        signatures = _signatures(reply.message.answer, keys)
        if not entries or not signatures or len(signatures) > MOST_SIGNATURES:
            raise _Bogus("keys")
        entry = dns.rdataset.from_rdata_list(keys.ttl, entries)
        until = min(until, self._hold(keys, signatures, {zone: entry}))
        return _Keys({zone: dns.rdataset.from_rdata_list(keys.ttl, list(keys))}, until)

    async def _delegated(self, zone: dns.name.Name) -> tuple[Sequence[Record], float]:
        """The DS records that vouch for the zone's keys."""
        if zone in self._anchors:
            return self._anchors[zone], float("inf")
        if zone == dns.name.root:
            raise _Bogus("no-anchor")
        reply = await self._resolver.ask(zone, dns.rdatatype.DS, signed=True)
        if reply.message is None:
            raise _Unknown(reply.problem)
        rrset = _within(reply.message.answer, zone, dns.rdatatype.DS)
        if rrset is None:
            await self._must_be_unsigned(zone)
            raise _Bogus("delegation")
        signatures = _signatures(reply.message.answer, rrset)
        if not signatures:
            await self._must_be_unsigned(zone.parent())
        return list(rrset), await self._verified(rrset, signatures)

    async def _must_be_unsigned(self, name: dns.name.Name) -> None:
        """Ends by raising: `_Unsigned` where a signed parent shows the unsigned cut, else `_Bogus`."""
        anchor = max((each for each in self._anchors if name.is_subdomain(each)), key=len, default=None)
        if anchor is None:
            raise _Unsigned
        for depth in range(len(anchor.labels) + 1, min(len(name.labels), MOST_ZONES) + 1):
            cut = name.split(depth)[1]
            reply = await self._resolver.ask(cut, dns.rdatatype.DS, signed=True)
            if reply.message is None:
                raise _Unknown(reply.problem)
            if _within(reply.message.answer, cut, dns.rdatatype.DS) is not None:
                continue
            _, proofs = await self._proofs(reply.message)
            if not proofs:
                raise _Bogus("unsigned")
            if unsigned_cut(proofs, cut):
                raise _Unsigned
        raise _Bogus("unsigned")

    async def _proofs(
        self, message: dns.message.Message, zone: dns.name.Name | None = None
    ) -> tuple[float, list[dns.rrset.RRset]]:
        """The denials in an answer whose signatures hold; of `zone` alone, where one is given."""
        found, until = [], float("inf")
        for rrset in message.authority[: 2 * MOST_SIGNATURES]:
            if rrset.rdtype not in (dns.rdatatype.NSEC, dns.rdatatype.NSEC3):
                continue
            signatures = _signatures(message.authority, rrset)
            if not signatures:
                raise _Bogus("unsigned")
            if zone in (None, signatures[0].signer):
                until = min(until, await self._verified(rrset, signatures))
                found.append(rrset)
        return until, found


def _within(
    section: Sequence[dns.rrset.RRset], name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> dns.rrset.RRset | None:
    return next((each for each in section if each.name == name and each.rdtype == kind), None)


def _signatures(section: Sequence[dns.rrset.RRset], rrset: dns.rrset.RRset) -> dns.rrset.RRset:
    """The signatures over this set; empty where there are none."""
    for each in section:
        if (
            each.name == rrset.name
            and each.rdtype == dns.rdatatype.RRSIG
            and each[0].type_covered == rrset.rdtype
        ):
            return each
    return dns.rrset.RRset(rrset.name, dns.rdataclass.IN, dns.rdatatype.RRSIG, rrset.rdtype)


def _names(trusted: Record, zone: dns.name.Name, key: Record) -> bool:
    """Whether the DS record is this key's; a digest that nobody should use any more is no match."""
    if trusted.algorithm != key.algorithm or trusted.key_tag != dns.dnssec.key_id(key):
        return False
    try:
        made = dns.dnssec.make_ds(zone, key, trusted.digest_type, validating=True)
    except (dns.exception.DNSException, ValueError):
        return False
    return bool(made.digest == trusted.digest)

"""A name server on loopback that knows whole zones, signs them, and misbehaves on request.

It answers like a resolver would: the deepest zone that holds a name speaks for it, aliases
are followed within the answer, and signatures come with whoever asks for them.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import dns.dnssec
import dns.dnssectypes
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TTL = 300
_SOA = "@ 300 IN SOA ns.invalid. admin.invalid. 1 3600 600 86400 300\n@ 300 IN NS ns.invalid.\n"
Faults = Mapping[tuple[dns.name.Name, str], str]


@dataclass
class World:
    """Zones from the root down; `anchors` are what a validator starts from."""

    zones: dict[dns.name.Name, dns.zone.Zone] = field(default_factory=dict)
    anchors: dict[dns.name.Name, list[dns.rdata.Rdata]] = field(default_factory=dict)

    def zone_of(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.zone.Zone | None:
        """The deepest zone with this name; what vouches for a zone stands in its parent."""
        found = [
            origin
            for origin in self.zones
            if name.is_subdomain(origin)
            and not (kind == dns.rdatatype.DS and name == origin != dns.name.root)
        ]
        return self.zones[max(found, key=len)] if found else None


def build(
    texts: Mapping[str, str], signed: Mapping[str, bool], now: datetime, lifetime: int = 86400
) -> World:
    """A root, every zone between, and the given ones; a zone is signed unless `signed` says no.

    `lifetime` is in seconds; signatures begin an hour before `now`.
    """
    names = {dns.name.root}
    for text in texts:
        name = dns.name.from_text(text)
        names |= {name.split(depth)[1] for depth in range(1, len(name.labels) + 1)}
    world, vouched = World(), dict[dns.name.Name, list[dns.rdata.Rdata]]()
    for origin in sorted(names, key=len, reverse=True):
        words = texts.get(origin.to_text(omit_final_dot=True), "")
        zone = dns.zone.from_text(_SOA + words, origin=origin, relativize=False, check_origin=False)
        for child in (each for each in names if len(each) > len(origin) and each.parent() == origin):
            _put(zone, child, dns.rdatatype.NS, [dns.rdata.from_text("IN", "NS", "ns.invalid.")])
            if vouched.get(child):
                _put(zone, child, dns.rdatatype.DS, vouched[child])
        if signed.get(origin.to_text(omit_final_dot=True), True):
            vouched[origin] = [_sign(zone, origin, now, lifetime)]
        world.zones[origin] = zone
    world.anchors = {dns.name.root: vouched[dns.name.root]}
    return world


def _put(
    zone: dns.zone.Zone, name: dns.name.Name, kind: dns.rdatatype.RdataType, records: list[dns.rdata.Rdata]
) -> None:
    rdataset = zone.find_rdataset(name, kind, create=True)
    rdataset.update_ttl(TTL)
    for record in records:
        rdataset.add(record)


def _sign(zone: dns.zone.Zone, origin: dns.name.Name, now: datetime, lifetime: int) -> dns.rdata.Rdata:
    key = Ed25519PrivateKey.generate()
    public = dns.dnssec.make_dnskey(key.public_key(), dns.dnssectypes.Algorithm.ED25519, flags=257)
    begin = now - timedelta(hours=1)
    with zone.writer() as txn:
        dns.dnssec.sign_zone(
            zone, txn, keys=[(key, public)], inception=begin, expiration=now + timedelta(seconds=lifetime)
        )
    return dns.dnssec.make_ds(origin, public, dns.dnssectypes.DSDigest.SHA256)


class NameServer:
    """One port for datagrams and streams. `asked` lists the questions; `faults` may be changed at any time.

    Faults by name and type (`*` is any): `silent`, `servfail`, `refused`, `garbage`, `cut` (by
    datagram only), `always-cut`, `other-name`, `unsigned` (signatures taken away), `altered`
    (other data under the old signature), `ad` (claims that everything was checked), `huge`.
    """

    def __init__(self, world: World, faults: Faults | None = None) -> None:
        self.world = world
        self.faults: dict[tuple[dns.name.Name, str], str] = dict(faults or {})
        self.asked: list[tuple[str, str, str]] = []
        self._servers: list[socketserver.BaseServer] = []

    def __enter__(self) -> Self:
        outer = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, line = self.request
                answer = outer.answer(data, stream=False)
                if answer is not None:
                    line.sendto(answer, self.client_address)

        class Stream(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                size = int.from_bytes(self.request.recv(2), "big")
                answer = outer.answer(self.request.recv(size), stream=True)
                if answer is not None:
                    self.request.sendall(len(answer).to_bytes(2, "big") + answer)

        stream = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Stream)
        self.port: int = stream.server_address[1]
        self._servers = [stream, socketserver.ThreadingUDPServer(("127.0.0.1", self.port), Datagram)]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def answer(self, data: bytes, *, stream: bool) -> bytes | None:
        """The octets to send back, or None for silence."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((question.name.to_text(), kind, "tcp" if stream else "udp"))
        fault = self.faults.get((question.name, kind)) or self.faults.get((question.name, "*"), "")
        if fault == "silent":
            return None
        if fault == "garbage":
            return data[:2] + b"\x81\x80" + b"\xff" * 40
        response = dns.message.make_response(query, recursion_available=True)
        self._fill(response, question.name, question.rdtype, bool(query.ednsflags & dns.flags.DO))
        self._spoil(response, fault)
        if fault == "always-cut" or (fault == "cut" and not stream):
            response = dns.message.make_response(query)
            response.flags |= dns.flags.TC
        wire = response.to_wire(max_size=65535)
        if not stream and len(wire) > (query.payload or 512):
            response = dns.message.make_response(query)
            response.flags |= dns.flags.TC
            wire = response.to_wire()
        return wire

    def _spoil(self, response: dns.message.Message, fault: str) -> None:
        if fault in ("servfail", "refused"):
            response.set_rcode(dns.rcode.SERVFAIL if fault == "servfail" else dns.rcode.REFUSED)
            response.answer, response.authority = [], []
        elif fault == "other-name":
            response.question[0].name = dns.name.from_text("other.invalid")
        elif fault == "unsigned":
            response.answer = [each for each in response.answer if each.rdtype != dns.rdatatype.RRSIG]
            response.authority = [
                each
                for each in response.authority
                if each.rdtype not in (dns.rdatatype.RRSIG, dns.rdatatype.NSEC)
            ]
        elif fault == "ad":
            self._spoil(response, "unsigned")
            response.flags |= dns.flags.AD
        elif fault.startswith("altered:"):
            rrset = response.answer[0]
            text = fault.removeprefix("altered:")
            response.answer[0] = dns.rrset.from_text(rrset.name, rrset.ttl, "IN", rrset.rdtype, text)
        elif fault == "huge":
            rrset = response.answer[0]
            strings = " ".join(['"' + "x" * 255 + '"'] * 200)
            response.answer[0] = dns.rrset.from_text(rrset.name, rrset.ttl, "IN", "TXT", strings)
        elif fault == "many":
            texts = [f'"v=spf1 {number}"' for number in range(300)]
            response.answer = [dns.rrset.from_text(response.question[0].name, TTL, "IN", "TXT", *texts)]

    def _fill(
        self, response: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType, signed: bool
    ) -> None:
        for _ in range(20):
            zone = self.world.zone_of(name, kind)
            if zone is None:
                response.set_rcode(dns.rcode.REFUSED)
                return
            owner = _owner(zone, name)
            node: Any = zone.get_node(owner) if owner is not None else None
            for wanted in (kind, dns.rdatatype.CNAME):
                rdataset = node.get_rdataset(dns.rdataclass.IN, wanted) if node is not None else None
                if rdataset is None:
                    continue
                response.answer.append(dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset)))
                if signed:
                    _add_signatures(response.answer, node, name, wanted)
                    if owner != name:
                        _deny(response, zone, name)
                if wanted == kind:
                    return
                name = rdataset[0].target
                break
            else:
                if node is None and not _below(zone, name):
                    response.set_rcode(dns.rcode.NXDOMAIN)
                self._empty(response, zone, name, owner, signed)
                return

    def _empty(
        self,
        response: dns.message.Message,
        zone: dns.zone.Zone,
        name: dns.name.Name,
        owner: dns.name.Name | None,
        signed: bool,
    ) -> None:
        origin = zone.origin
        assert origin is not None
        node: Any = zone.get_node(origin)
        soa = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.SOA)
        response.authority.append(dns.rrset.from_rdata_list(origin, soa.ttl, list(soa)))
        if signed:
            _add_signatures(response.authority, node, origin, dns.rdatatype.SOA)
            _deny(response, zone, owner if owner is not None else name)


def _below(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    return any(each.is_subdomain(name) for each in zone.nodes)


def _owner(zone: dns.zone.Zone, name: dns.name.Name) -> dns.name.Name | None:
    """The name itself, or the wildcard that stands for it (RFC 4592)."""
    if zone.get_node(name) is not None:
        return name
    if _below(zone, name):
        return None
    closer = name.parent()
    while zone.origin is not None and closer.is_subdomain(zone.origin):
        wildcard = dns.name.Name((b"*", *closer.labels))
        if zone.get_node(wildcard) is not None:
            return wildcard
        if _below(zone, closer):
            return None
        closer = closer.parent()
    return None


def _add_signatures(
    section: list[dns.rrset.RRset], node: Any, name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> None:
    found = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.RRSIG, kind)
    if found is not None:
        section.append(dns.rrset.from_rdata_list(name, found.ttl, list(found)))
        section[-1].covers = kind


def _deny(response: dns.message.Message, zone: dns.zone.Zone, name: dns.name.Name) -> None:
    """The NSEC record at this name, else the one that spans it."""
    holders = sorted(
        owner
        for owner, node in zone.nodes.items()
        if node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.NSEC) is not None
    )
    before = [owner for owner in holders if owner <= name]
    if not holders:
        return
    owner = before[-1] if before else holders[-1]
    node: Any = zone.get_node(owner)
    found = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.NSEC)
    response.authority.append(dns.rrset.from_rdata_list(owner, found.ttl, list(found)))
    _add_signatures(response.authority, node, owner, dns.rdatatype.NSEC)


def silent_port() -> int:
    """A port where nobody answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    return port

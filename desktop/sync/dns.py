"""Questions to the domain name system, asked of a resolver that nobody has to believe.

A stub resolver's answer comes over an open network: its word that an answer was checked
(the AD bit) is never read. What must be proven is validated here (`dns_proof.py`). Every
question has a time, every answer a size, every chain of aliases an end.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import idna

from desktop.errors import DeliveryError, InputError
from desktop.frozen import dataclass
from desktop.texts import clean


@dataclass(frozen=True)
class DnsLimits:
    """Times in seconds, sizes in octets; the one place where look-ups are bounded."""

    answer: float = 3.0
    """One server's time for one question."""
    tries: int = 2
    payload: int = 1232
    """What fits a datagram anywhere; a longer answer comes by TCP, where 64 KiB is the end."""
    records: int = 100
    """Of one name and type; nobody needs more."""
    text: int = 8192
    """One TXT record."""
    aliases: int = 8
    hosts: int = 16
    """Mail servers of one domain that are looked at."""
    whole: float = 40.0
    """All questions about one domain."""


DNS_LIMITS = DnsLimits()

Record = Any
"""One record; dnspython gives each type its own fields."""


class State(StrEnum):
    """What came back."""

    FOUND = "found"
    EMPTY = "empty"
    """The name exists, without this type."""
    NO_NAME = "no-name"
    FAILED = "failed"


@dataclass(frozen=True)
class Server:
    """Where to ask."""

    host: str
    port: int = 53


@dataclass(frozen=True)
class Reply:
    """`problem` says why nothing is known: `silent`, `refused`, `garbled`, `aliases` or `too-large`.

    `name` is where the chain of aliases ended. `message` is the last answer as it came.
    """

    state: State
    name: dns.name.Name
    rrset: dns.rrset.RRset | None = None
    message: dns.message.Message | None = None
    problem: str = ""

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(self.rrset) if self.rrset is not None else ()


class _NoAnswer(Exception):
    """No server gave an answer that can be read."""


def server_of(text: str) -> Server:
    """`HOST:PORT`, `[V6]:PORT` or an address alone; raises InputError `resolver-wrong`."""
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        host, port = text, "53"
    host = host.strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError as error:
        if host != "localhost":
            raise InputError("resolver-wrong", resolver=clean(text, 60)) from error
        host = "127.0.0.1"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise InputError("resolver-wrong", resolver=clean(text, 60))
    return Server(host, int(port))


def system_servers() -> tuple[Server, ...]:
    """This computer's own; raises DeliveryError `no-resolver` where it has none."""
    try:
        found = dns.resolver.Resolver(configure=True)
    except (dns.resolver.NoResolverConfiguration, OSError) as error:
        raise DeliveryError("no-resolver") from error
    servers = tuple(Server(each, found.port) for each in found.nameservers if isinstance(each, str))
    if not servers:
        raise DeliveryError("no-resolver")
    return servers


def domain_name(text: str) -> str:
    """A domain as it is asked for: A-labels, lower case, no dot at the end (RFC 5891).

    Raises InputError `domain-wrong`.
    """
    try:
        name = idna.encode(text.strip().rstrip("."), uts46=True).decode("ascii").lower()
        labels = dns.name.from_text(name).labels
    except (idna.IDNAError, UnicodeError, dns.exception.DNSException) as error:
        raise InputError("domain-wrong", domain=clean(text, 60)) from error
    if len(labels) < 3 or labels[-2].isdigit():
        raise InputError("domain-wrong", domain=clean(text, 60))
    return name


def host_text(name: dns.name.Name) -> str:
    """A name out of an answer, fit to keep and to show: lower case, escaped, no dot at the end."""
    return clean(name.to_text(omit_final_dot=True).lower(), 255)


def text_of(record: Record) -> str | None:
    """A TXT record's strings in one, or None where it is longer than anybody needs."""
    octets = b"".join(record.strings)
    return octets.decode("utf-8", "replace") if len(octets) <= DNS_LIMITS.text else None


class Resolver:
    """Asks the servers in turn, by datagram, then by TCP where an answer was cut.

    `heard` tells whether any of them ever answered.
    """

    def __init__(self, servers: Sequence[Server], limits: DnsLimits = DNS_LIMITS) -> None:
        self._servers = tuple(servers)
        self._limits = limits
        self.heard = False

    async def ask(
        self, name: str | dns.name.Name, kind: dns.rdatatype.RdataType, *, signed: bool = False
    ) -> Reply:
        """The records of this name and type, aliases followed; `signed` asks for signatures, too.

        With signatures the resolver is told not to judge (CD): what it would hold back is
        judged here.
        """
        try:
            asked = dns.name.from_text(name) if isinstance(name, str) else name
        except dns.exception.DNSException:
            return Reply(State.FAILED, dns.name.root, problem="garbled")
        for _ in range(self._limits.aliases):
            try:
                message = await self._exchange(asked, kind, signed)
                chain = message.resolve_chaining()
            except _NoAnswer as error:
                return Reply(State.FAILED, asked, problem=str(error))
            except (dns.message.ChainTooLong, dns.name.NameTooLong):
                return Reply(State.FAILED, asked, problem="aliases")
            except dns.exception.DNSException:
                return Reply(State.FAILED, asked, problem="garbled")
            if chain.answer is not None:
                return self._found(chain.canonical_name, chain.answer, message)
            if message.rcode() == dns.rcode.NXDOMAIN:
                return Reply(State.NO_NAME, chain.canonical_name, message=message)
            if chain.canonical_name == asked:
                return Reply(State.EMPTY, asked, message=message)
            asked = chain.canonical_name
        return Reply(State.FAILED, asked, problem="aliases")

    def _found(self, name: dns.name.Name, rrset: dns.rrset.RRset, message: dns.message.Message) -> Reply:
        if len(rrset) > self._limits.records:
            return Reply(State.FAILED, name, problem="too-large")
        return Reply(State.FOUND, name, rrset, message)

    async def _exchange(
        self, name: dns.name.Name, kind: dns.rdatatype.RdataType, signed: bool
    ) -> dns.message.QueryMessage:
        problem = "silent"
        for _ in range(self._limits.tries):
            for server in self._servers:
                question = dns.message.make_query(
                    name, kind, use_edns=0, want_dnssec=signed, payload=self._limits.payload
                )
                if signed:
                    question.flags |= dns.flags.CD
                try:
                    message = await self._once(question, server)
                except (dns.exception.Timeout, OSError, EOFError):
                    continue
                except dns.exception.DNSException:
                    problem = "garbled"
                    continue
                self.heard = True
                if message.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) and isinstance(
                    message, dns.message.QueryMessage
                ):
                    return message
                problem = "refused"
        raise _NoAnswer(problem)

    async def _once(self, question: dns.message.Message, server: Server) -> dns.message.Message:
        """One exchange; a datagram that does not answer this question is not looked at."""
        message = await dns.asyncquery.udp(
            question,
            server.host,
            port=server.port,
            timeout=self._limits.answer,
            ignore_unexpected=True,
            ignore_errors=True,
        )
        if not message.flags & dns.flags.TC:
            return message
        whole = await dns.asyncquery.tcp(question, server.host, port=server.port, timeout=self._limits.answer)
        if whole.flags & dns.flags.TC:
            raise dns.exception.FormError
        return whole

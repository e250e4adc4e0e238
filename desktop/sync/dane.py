"""DANE for mail (RFC 7672): do signed records name the certificate of every mail server?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import dns.name
import dns.rdatatype

from desktop.frozen import dataclass
from desktop.sync.dns import DNS_LIMITS, Record
from desktop.sync.dns_proof import Proof, Proven, Validator

_LENGTHS = {1: 32, 2: 64}
"""Octets of SHA-256 and SHA-512 (RFC 6698 2.1.3); 0 is the whole certificate or key."""
_PROOFS = {Proof.INSECURE: "insecure", Proof.BOGUS: "bogus", Proof.FAILED: "failed"}


@dataclass(frozen=True)
class DaneSeen:
    """`state`: found, partial, unusable, none, insecure, bogus or failed; `until` ends `found`.

    `published` says that there are TLSA records, whether or not they are proven.
    """

    state: str
    until: datetime | None = None
    published: bool = False


def usable(record: Record) -> bool:
    """DANE-TA or DANE-EE with a digest that fits (RFC 7672 3.1); PKIX usages mean nothing on port 25."""
    size = len(record.cert)
    fits = size > 0 if record.mtype == 0 else _LENGTHS.get(record.mtype) == size
    return bool(record.usage in (2, 3) and record.selector in (0, 1) and fits)


async def look(validator: Validator, domain: str, hosts: Sequence[str]) -> DaneSeen:
    """Whether `domain`'s MX records and each server's TLSA records are proven and usable."""
    mail = await validator.look(dns.name.from_text(domain), dns.rdatatype.MX)
    servers = [
        await validator.look(dns.name.from_text(f"_25._tcp.{host}"), dns.rdatatype.TLSA)
        for host in hosts[: DNS_LIMITS.hosts]
    ]
    published = any(server.rrset is not None for server in servers)
    if mail.proof is not Proof.SECURE:
        return DaneSeen(_PROOFS[mail.proof], published=published)
    if (_hosts(mail) or [domain]) != sorted(hosts):
        return DaneSeen("bogus", published=published)
    return _together([mail, *servers], [_one(server) for server in servers], published)


def _hosts(mail: Proven) -> list[str]:
    return sorted(
        str(each.exchange.to_text(omit_final_dot=True)).lower()
        for each in (mail.rrset if mail.rrset is not None else ())
    )


def _one(server: Proven) -> str:
    if server.proof is not Proof.SECURE:
        return _PROOFS[server.proof]
    if server.rrset is None:
        return "none"
    return "found" if any(usable(record) for record in server.rrset) else "unusable"


def _together(proofs: Sequence[Proven], states: Sequence[str], published: bool) -> DaneSeen:
    """A lie or a silence anywhere decides; then one server without makes it partial."""
    found = set(states)
    for worst in ("bogus", "failed"):
        if worst in found:
            return DaneSeen(worst, published=published)
    if found == {"found"}:
        return DaneSeen("found", min(each.until for each in proofs if each.until), True)
    if "found" in found:
        return DaneSeen("partial", published=published)
    worst = next((each for each in ("unusable", "insecure") if each in found), "none")
    return DaneSeen(worst, published=published)

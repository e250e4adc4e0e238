"""The practice's own domain as the world's mail servers see it, with what to change.

Only questions to the name system and one page of the policy host: nothing is sent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from typing import Any

import dns.rdatatype

from desktop.clock import Clock
from desktop.errors import DeliveryError, InputError
from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.paths import resource
from desktop.sync import mtasts, posture_receiving, posture_signing, posture_spf
from desktop.sync.dns import DNS_LIMITS, Resolver
from desktop.sync.posture_finding import Finding, Grade

_NOBODYS = (".test", ".example", ".invalid", ".localhost", ".example.com", ".example.net", ".example.org")
"""RFC 2606 2 and 3; RFC 6761 6.2 to 6.5."""
CHECKS = ("mx", "spf", "dkim", "dmarc", "alignment", "mta-sts", "tls-rpt")


@dataclass(frozen=True)
class Expected:
    """What the mail service needs: its SPF term, and the selectors of its keys.

    `named` says that somebody gave the selectors, so that each of them must be there.
    """

    spf: str = ""
    selectors: tuple[str, ...] = ()
    named: bool = False


def expected_of(service: str, selectors: Sequence[str] = ()) -> Expected:
    """From `resources/posture/senders.json`; '' is any service. Raises InputError `service-unknown`."""
    raw = json.loads(resource("posture/senders.json").read_text(encoding="utf-8"))
    known = raw["senders"].get(service or "other")
    if known is None:
        raise InputError("service-unknown", known=", ".join(sorted(raw["senders"])))
    if selectors:
        return Expected(known["spf"], tuple(selectors), named=True)
    return Expected(known["spf"], tuple(dict.fromkeys([*known["selectors"], *raw["common_selectors"]])))


async def examine(
    domain: str, resolver: Resolver, fetcher: mtasts.Fetcher, clock: Clock, expected: Expected
) -> tuple[Finding, ...]:
    """One finding per check, in the order of `CHECKS`; raises DeliveryError `resolver-silent`.

    A check that takes too long is `unknown`; the others stand.
    """
    now = clock.now()
    await resolver.ask(domain, dns.rdatatype.MX)
    if not resolver.heard:
        raise DeliveryError("resolver-silent")
    mx, spf, dkim, dmarc, sts, reports = await asyncio.gather(
        _timed("mx", posture_receiving.examine_mx(resolver, domain)),
        _timed("spf", posture_spf.examine(resolver, domain, expected.spf)),
        _timed(
            "dkim",
            posture_signing.examine_dkim(resolver, domain, expected.selectors, named=expected.named),
        ),
        _timed("dmarc", posture_signing.examine_dmarc(resolver, domain)),
        _timed("mta-sts", posture_receiving.examine_sts(resolver, fetcher, domain, now)),
        _timed("tls-rpt", posture_receiving.examine_reports(resolver, domain)),
    )
    return mx, spf, dkim, dmarc, posture_signing.alignment(spf, dkim, dmarc), sts, reports


def is_nobodys(domain: str) -> bool:
    """Whether the domain is one of those that nobody can register: what a practice for trying things out
    has. No receiver in the world can be told anything by its records, nor be misled under its name, so
    that there is nothing to ask; mail from it ends at the practice's own relay."""
    return f".{domain.lower()}".endswith(_NOBODYS)


def campaigns_may_leave(findings: Sequence[Finding]) -> bool:
    """Whether receivers can tie this domain's mail to it; campaigns stay locked while they cannot."""
    return any(
        each.check == posture_signing.ALIGNMENT and each.grade in (Grade.GOOD, Grade.BETTER)
        for each in findings
    )


async def _timed(check: str, work: Coroutine[Any, Any, Finding]) -> Finding:
    try:
        async with asyncio.timeout(DNS_LIMITS.whole):
            return await work
    except TimeoutError:
        return Finding(check, Grade.UNKNOWN, Reason("posture-too-slow"))

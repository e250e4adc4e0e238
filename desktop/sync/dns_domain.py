"""Looks at a recipient's domain and writes down what was seen, for `mail/domains.py` to judge."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import dns.rdatatype

from desktop.clock import Clock
from desktop.mail.domains import DANE, MTA_STS, MX
from desktop.models.observed import DOMAIN, Observed
from desktop.sync import dane, mtasts
from desktop.sync.dns import DNS_LIMITS, Resolver, State, host_text
from desktop.sync.dns_proof import Validator

SOURCE = "dns"
_FAILURES = frozenset({mtasts.Problem.FAILED, mtasts.Problem.UNREACHABLE, mtasts.Problem.BAD_CERTIFICATE})


class DomainLooks:
    """Looks at one domain after the other."""

    def __init__(
        self, resolver: Resolver, validator: Validator, fetcher: mtasts.Fetcher, clock: Clock
    ) -> None:
        self._resolver = resolver
        self._validator = validator
        self._fetcher = fetcher
        self._clock = clock

    async def look(self, domain: str, kept: Iterable[Observed] = ()) -> tuple[Observed, ...]:
        """One row per kind, to be kept in place of `kept`, the rows of the last look.

        A policy that was fetched and holds is kept while its host fails, with the age of that
        fetch (RFC 8461 5.1). Never raises for what a stranger does; what takes too long failed.
        """
        now = self._clock.now()
        try:
            async with asyncio.timeout(DNS_LIMITS.whole):
                return await self._rows(domain, {row.kind: row for row in kept}, now)
        except TimeoutError:
            return (_row(domain, MX, now, {"state": "failed"}),)

    async def _rows(self, domain: str, kept: dict[str, Observed], now: datetime) -> tuple[Observed, ...]:
        state, hosts = await mail_servers(self._resolver, domain)
        mail = _row(domain, MX, now, {"state": state, "hosts": hosts})
        if state != "found":
            return (mail,)
        return (mail, await self._sts(domain, kept.get(MTA_STS), now), await self._dane(domain, hosts, now))

    async def _sts(self, domain: str, kept: Observed | None, now: datetime) -> Observed:
        seen = await mtasts.look(self._resolver, self._fetcher, domain)
        row = _row(domain, MTA_STS, now, {})
        if seen.policy is not None:
            details = {
                "state": "found",
                "id": seen.id,
                "mode": seen.policy.mode,
                "mx": list(seen.policy.mx),
                "max_age": seen.policy.max_age,
            }
            return replace(row, details=details, valid_until=now + timedelta(seconds=seen.policy.max_age))
        holds = kept is not None and kept.valid_until is not None and now < kept.valid_until
        if (
            kept is not None
            and holds
            and seen.problem in _FAILURES
            and seen.id in ("", kept.details.get("id"))
        ):
            return kept
        return replace(row, details={"state": seen.problem.value if seen.problem else "failed"})

    async def _dane(self, domain: str, hosts: list[str], now: datetime) -> Observed:
        seen = await dane.look(self._validator, domain, hosts)
        details = {"state": seen.state, "hosts": hosts, "published": seen.published}
        return replace(_row(domain, DANE, now, details), valid_until=seen.until)


async def mail_servers(resolver: Resolver, domain: str) -> tuple[str, list[str]]:
    """`found`, `none`, `null` (RFC 7505) or `failed`, and the servers by preference.

    A domain without MX records is its own server (RFC 5321 5.1), if it has an address.
    """
    reply = await resolver.ask(domain, dns.rdatatype.MX)
    if reply.state is State.FAILED:
        return "failed", []
    records = sorted(reply.records, key=lambda record: (record.preference, record.exchange))
    hosts = list(dict.fromkeys(host_text(record.exchange) for record in records))
    if hosts in (["@"], ["."], [""]):
        return "null", []
    if hosts:
        return ("found", hosts) if len(hosts) <= DNS_LIMITS.hosts else ("failed", [])
    if reply.state is State.EMPTY:
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            if (await resolver.ask(domain, kind)).records:
                return "found", [domain]
    return "none", []


def _row(domain: str, kind: str, now: datetime, details: Mapping[str, object]) -> Observed:
    return Observed(DOMAIN, domain, kind, SOURCE, now, details=details)

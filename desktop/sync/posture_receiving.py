"""Mail servers, MTA-STS (RFC 8461) and TLS reports (RFC 8460) of one's own domain."""

from __future__ import annotations

import asyncio
import ipaddress
from datetime import datetime

import dns.rdatatype

from desktop.mail.domains import covers
from desktop.models.records import Reason
from desktop.sync import mtasts
from desktop.sync.dns import Resolver, State
from desktop.sync.dns_domain import mail_servers
from desktop.sync.posture_finding import Finding, Grade, record, starting, tags, texts_at

MX, MTA_STS, TLS_RPT = "mx", "mta-sts", "tls-rpt"
GOOD_AGE = 604_800
"""Seconds; RFC 8461 3.2 speaks of weeks: a shorter one is soon forgotten."""
_PROBLEMS = {
    mtasts.Problem.NONE: (Grade.BETTER, "posture-sts-none"),
    mtasts.Problem.FAILED: (Grade.UNKNOWN, "posture-sts-unknown"),
    mtasts.Problem.MALFORMED: (Grade.BAD, "posture-sts-malformed"),
    mtasts.Problem.UNREACHABLE: (Grade.BAD, "posture-sts-unreachable"),
    mtasts.Problem.BAD_CERTIFICATE: (Grade.BAD, "posture-sts-bad-certificate"),
}


async def examine_mx(resolver: Resolver, domain: str) -> Finding:
    """Replies and bounces need a mail server that exists."""
    state, hosts = await mail_servers(resolver, domain)
    if state == "failed":
        return Finding(MX, Grade.UNKNOWN, Reason("posture-mx-unknown", {"domain": domain}))
    if state == "null":
        return Finding(MX, Grade.BAD, Reason("posture-mx-null", {"domain": domain}), _mx(domain))
    if state == "none":
        return Finding(MX, Grade.BAD, Reason("posture-mx-none", {"domain": domain}), _mx(domain))
    for host, there in zip(hosts, await asyncio.gather(*(_exists(resolver, h) for h in hosts)), strict=True):
        if there is False:
            return Finding(MX, Grade.BAD, Reason("posture-mx-dangling", {"host": host}), _mx(domain))
        if there is None:
            return Finding(MX, Grade.UNKNOWN, Reason("posture-mx-unknown", {"domain": host}))
    if hosts == [domain] and (await resolver.ask(domain, dns.rdatatype.MX)).state is State.EMPTY:
        reason = Reason("posture-mx-implicit", {"domain": domain})
        return Finding(MX, Grade.BETTER, reason, f"{domain}. IN MX 10 {domain}.")
    return Finding(MX, Grade.GOOD, Reason("posture-mx-good", {"servers": len(hosts)}))


async def _exists(resolver: Resolver, host: str) -> bool | None:
    """Whether this name has an address; an address is no name (RFC 5321 5.1)."""
    if _is_address(host):
        return False
    replies = [await resolver.ask(host, kind) for kind in (dns.rdatatype.A, dns.rdatatype.AAAA)]
    if any(reply.records for reply in replies):
        return True
    return None if any(reply.state is State.FAILED for reply in replies) else False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _mx(domain: str) -> str:
    return f"{domain}. IN MX 10 mail.{domain}."


async def examine_sts(resolver: Resolver, fetcher: mtasts.Fetcher, domain: str, now: datetime) -> Finding:
    """A policy in `enforce` that names every mail server."""
    seen = await mtasts.look(resolver, fetcher, domain)
    _, hosts = await mail_servers(resolver, domain)
    fix = _sts_fix(domain, hosts, now)
    if seen.policy is None:
        grade, code = _PROBLEMS[seen.problem or mtasts.Problem.FAILED]
        return Finding(
            MTA_STS, grade, Reason(code, {"domain": domain}), fix if code != "posture-sts-unknown" else None
        )
    if seen.policy.mode == "none":
        return Finding(MTA_STS, Grade.BETTER, Reason("posture-sts-off", {"domain": domain}), fix)
    missing = next((host for host in hosts if not covers(seen.policy.mx, host)), None)
    if missing is not None:
        return Finding(MTA_STS, Grade.BAD, Reason("posture-sts-wrong-mx", {"host": missing}), fix)
    if seen.policy.mode == "testing":
        return Finding(MTA_STS, Grade.BETTER, Reason("posture-sts-testing", {"domain": domain}), fix)
    if seen.policy.max_age < GOOD_AGE:
        return Finding(
            MTA_STS, Grade.BETTER, Reason("posture-sts-short", {"seconds": seen.policy.max_age}), fix
        )
    return Finding(MTA_STS, Grade.GOOD, Reason("posture-sts-good"))


def _sts_fix(domain: str, hosts: list[str], now: datetime) -> str:
    """The record, and below it the text for `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`."""
    named = record(f"_mta-sts.{domain}", f"v=STSv1; id={now:%Y%m%d%H%M%S}")
    servers = [f"mx: {host}" for host in hosts or [f"mail.{domain}"]]
    lines = ["version: STSv1", "mode: enforce", *servers, f"max_age: {GOOD_AGE}"]
    return "\n".join([named, "", *lines]) + "\n"


async def examine_reports(resolver: Resolver, domain: str) -> Finding:
    """Where other mail servers report failed encryption."""
    fix = record(f"_smtp._tls.{domain}", f"v=TLSRPTv1; rua=mailto:tls-reports@{domain}")
    texts = await texts_at(resolver, f"_smtp._tls.{domain}")
    if texts.failed:
        return Finding(TLS_RPT, Grade.UNKNOWN, Reason("posture-reports-unknown", {"domain": domain}))
    found = starting(texts.found, "TLSRPTv1")
    if not found:
        return Finding(TLS_RPT, Grade.BETTER, Reason("posture-reports-none", {"domain": domain}), fix)
    targets = [part.strip() for part in dict(tags(found[0])).get("rua", "").split(",")]
    if len(found) > 1 or not all(part.startswith(("mailto:", "https://")) for part in targets):
        return Finding(TLS_RPT, Grade.BAD, Reason("posture-reports-wrong", {"domain": domain}), fix)
    return Finding(TLS_RPT, Grade.GOOD, Reason("posture-reports-good"))

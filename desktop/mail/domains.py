"""Whether a recipient's domain makes mail servers encrypt, judged on what was seen of it. Pure.

A domain can demand encryption of whoever delivers: by an MTA-STS policy in mode `enforce`
(RFC 8461) or by signed TLSA records for every mail server (DANE, RFC 7672). Either binds
only a relay that honours it, so what the domain publishes proves nothing unless the relay
is recorded as doing so. Every look has an age, and an old one is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from desktop.frozen import dataclass
from desktop.models.observed import DOMAIN, Observed
from desktop.models.records import Reason

MX = "mx"
MTA_STS = "mta-sts"
DANE = "dane"
LOOK_AGE = timedelta(days=3)
"""How long one look at a domain speaks for it; whoever sends looks again each day."""
CLOCK_SLACK = timedelta(hours=1)


@dataclass(frozen=True)
class DomainVerdict:
    """`age` is the age of the look that decided, or None where nobody looked."""

    proven: bool
    reason: Reason
    age: timedelta | None = None


_STS_STATES = {
    "none": "domain-sts-none",
    "failed": "domain-sts-failed",
    "malformed": "domain-sts-malformed",
    "unreachable": "domain-sts-unreachable",
    "bad-certificate": "domain-sts-bad-certificate",
}
_STS_MODES = {"testing": "domain-sts-testing", "none": "domain-sts-off"}
_DANE_STATES = {
    "none": "domain-dane-none",
    "failed": "domain-dane-failed",
    "bogus": "domain-dane-bogus",
    "insecure": "domain-dane-unsigned",
    "partial": "domain-dane-partial",
    "unusable": "domain-dane-unusable",
}
_MX_STATES = {"none": "domain-no-mail", "null": "domain-no-mail", "failed": "domain-lookup-failed"}
_NOTHING = frozenset({"domain-sts-none", "domain-dane-none", "domain-dane-unsigned"})


def domain_evidence(
    domain: str, rows: Iterable[Observed], enforces: Iterable[str], now: datetime
) -> DomainVerdict:
    """What the looks at `domain` prove for a relay that is recorded as honouring `enforces`."""
    newest = _newest(domain, rows)
    mail = newest.get(MX)
    if mail is None:
        return DomainVerdict(False, Reason("domain-not-looked-up", {"domain": domain}))
    if _old(mail, now):
        return _verdict("domain-look-old", mail, now)
    if mail.details.get("state") in _MX_STATES:
        return _verdict(_MX_STATES[mail.details["state"]], mail, now)
    judged = {
        standard: judge(newest, now)
        for standard, judge in ((DANE, _dane), (MTA_STS, _sts))
        if standard in newest
    }
    honoured = tuple(standard for standard in (DANE, MTA_STS) if standard in frozenset(enforces))
    for standard in honoured:
        if standard in judged and judged[standard].proven:
            return judged[standard]
    if any(verdict.proven for verdict in judged.values()):
        return _verdict("domain-relay-unknown", mail, now)
    telling = _most_telling(judged, honoured)
    if telling is None and DANE in judged and (DANE in honoured or newest[DANE].details.get("published")):
        return judged[DANE]
    return telling or _verdict("domain-nothing", mail, now)


def covers(patterns: Iterable[str], host: str) -> bool:
    """Whether a policy's `mx` patterns name this mail server; `*.` stands for one label (RFC 8461 4.1)."""
    name = host.rstrip(".").lower()
    parent = name.partition(".")[2]
    for pattern in patterns:
        wanted = pattern.rstrip(".").lower()
        if wanted == name or (wanted.startswith("*.") and parent != "" and wanted[2:] == parent):
            return True
    return False


def _newest(domain: str, rows: Iterable[Observed]) -> dict[str, Observed]:
    mine = (row for row in rows if row.subject_kind == DOMAIN and row.subject == domain)
    return {row.kind: row for row in sorted(mine, key=lambda row: row.seen_at)}


def _sts(newest: Mapping[str, Observed], now: datetime) -> DomainVerdict:
    row, details = newest[MTA_STS], newest[MTA_STS].details
    state, mode = details.get("state"), details.get("mode")
    if state in _STS_STATES:
        return _verdict(_STS_STATES[state], row, now)
    if row.valid_until is None or row.valid_until <= now:
        return _verdict("domain-sts-expired", row, now)
    if _old(row, now):
        return _verdict("domain-look-old", row, now)
    if mode in _STS_MODES:
        return _verdict(_STS_MODES[mode], row, now)
    hosts = newest[MX].details.get("hosts") or [""]
    if not all(covers(details.get("mx", ()), host) for host in hosts):
        return _verdict("domain-sts-wrong-mx", row, now)
    return _verdict("tls-mta-sts", row, now, proven=mode == "enforce" and state == "found")


def _dane(newest: Mapping[str, Observed], now: datetime) -> DomainVerdict:
    row, details = newest[DANE], newest[DANE].details
    state = details.get("state")
    if state in _DANE_STATES:
        return _verdict(_DANE_STATES[state], row, now)
    if _old(row, now) or row.valid_until is None or row.valid_until <= now:
        return _verdict("domain-dane-expired", row, now)
    if sorted(details.get("hosts", ())) != sorted(newest[MX].details.get("hosts", ())):
        return _verdict("domain-dane-partial", row, now)
    return _verdict("tls-dane", row, now, proven=state == "found")


def _most_telling(judged: Mapping[str, DomainVerdict], honoured: tuple[str, ...]) -> DomainVerdict | None:
    """Of what the relay would honour first, then of the rest; that nothing is there says nothing."""
    order = [*honoured, *(standard for standard in (MTA_STS, DANE) if standard not in honoured)]
    found = [judged[standard] for standard in order if standard in judged]
    return next((verdict for verdict in found if verdict.reason.code not in _NOTHING), None)


def _verdict(code: str, row: Observed, now: datetime, *, proven: bool = False) -> DomainVerdict:
    params: dict[str, str | int] = {"domain": row.subject, "seen": row.seen_at.date().isoformat()}
    return DomainVerdict(proven, Reason(code, params), now - row.seen_at)


def _old(row: Observed, now: datetime) -> bool:
    return not now - LOOK_AGE <= row.seen_at <= now + CLOCK_SLACK

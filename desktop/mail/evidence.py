"""What counts as proof that mail stays encrypted after the relay, and for how long.

The practice's TLS ends at its relay. Onward delivery counts as encrypted only where
something recorded says that the relay refuses to deliver otherwise. All evidence has an
age, and stale evidence is none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desktop.models.records import Reason, Relay

ACCOUNT_AGE = timedelta(days=366)
"""The account's setting must have been looked at within a year."""
REQUIRETLS_AGE = timedelta(days=30)
"""How long one EHLO with REQUIRETLS speaks for the relay; each test or run renews it."""
CLOCK_SLACK = timedelta(days=1)
ACCOUNT = "account"
REQUIRETLS = "tls-requiretls"
NOT_PROVEN = "not-proven"
"""Nothing on record about the relay; what the recipient's domain demands may still prove it."""


def onward_tls(relay: Relay, domain: str, now: datetime) -> tuple[bool, Reason]:
    """Whether mail to `domain` is proven to stay encrypted, and on what ground."""
    if relay.required_tls == ACCOUNT and _fresh(relay.required_tls_at, now, ACCOUNT_AGE):
        return True, Reason("tls-account")
    forced = [item.until for item in relay.forced_tls if item.domain.lower() == domain]
    if forced and now.date() <= max(forced):
        return True, Reason("tls-domain", {"domain": domain})
    if relay.requiretls and _fresh(relay.requiretls_seen, now, REQUIRETLS_AGE):
        return True, Reason(REQUIRETLS)
    if forced:
        return False, Reason("tls-domain-ended", {"domain": domain, "until": max(forced).isoformat()})
    if relay.required_tls == ACCOUNT or relay.requiretls:
        return False, Reason("tls-stale")
    # Honouring MTA-STS or DANE proves nothing until the recipient's domain is looked up (domains.py).
    return False, Reason(NOT_PROVEN)


def needs_requiretls(reasons: tuple[Reason, ...]) -> bool:
    """Whether the transaction must ask for REQUIRETLS (RFC 8689 2), because the proof rests on it."""
    return any(reason.code == REQUIRETLS for reason in reasons)


def _fresh(seen: datetime | None, now: datetime, age: timedelta) -> bool:
    return seen is not None and now - age <= seen <= now + CLOCK_SLACK

"""What counts as proof that mail stays encrypted after the relay, and for how long.

The practice's TLS ends at its relay. Onward delivery counts as encrypted only where
something recorded says that the relay refuses to deliver otherwise. All evidence has an
age, and stale evidence is none.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from desktop.models.protection import Onward
from desktop.models.records import Reason, Relay

ACCOUNT_AGE = timedelta(days=366)
"""The account's setting must have been looked at within a year."""
REQUIRETLS_AGE = timedelta(days=30)
"""How long one EHLO with REQUIRETLS speaks for the relay; each test or run renews it."""
CLOCK_SLACK = timedelta(days=1)
PORTAL_AGE = timedelta(days=366)
"""How long one test of the relay's portal speaks for it."""
ACCOUNT = "account"
BY_HEADER = {"header": "tls-header", "configuration-set": "tls-configuration-set"}
"""Each message asks the relay for required TLS itself, by a header that the practice recorded."""
REQUIRETLS = "tls-requiretls"
NOT_PROVEN = "not-proven"
"""Nothing on record about the relay; what the recipient's domain demands may still prove it."""


def onward_tls(relay: Relay, onward: Onward, domain: str, now: datetime) -> tuple[bool, Reason]:
    """Whether mail to `domain` is proven to stay encrypted, and on what ground."""
    recorded = _fresh(relay.required_tls_at, now, ACCOUNT_AGE)
    asked = onward.how in BY_HEADER and onward.name != ""
    if relay.required_tls == ACCOUNT and recorded:
        return True, Reason("tls-account")
    if asked and recorded:
        return True, Reason(BY_HEADER[onward.how])
    forced = [item.until for item in relay.forced_tls if item.domain.lower() == domain]
    if forced and now.date() <= max(forced):
        return True, Reason("tls-domain", {"domain": domain})
    if relay.requiretls and _fresh(relay.requiretls_seen, now, REQUIRETLS_AGE):
        return True, Reason(REQUIRETLS)
    if forced:
        return False, Reason("tls-domain-ended", {"domain": domain, "until": max(forced).isoformat()})
    if asked or relay.required_tls == ACCOUNT or relay.requiretls:
        return False, Reason("tls-stale")
    # Honouring MTA-STS or DANE proves nothing until the recipient's domain is looked up (domains.py).
    return False, Reason(NOT_PROVEN)


def certificates(onward: Onward, ground: Reason) -> tuple[Reason, ...]:
    """Whether the relay checks whom it hands the message to, where that is on record."""
    if not onward.how or ground.code not in ("tls-account", "tls-domain", *BY_HEADER.values()):
        return ()
    return (Reason("tls-verified" if onward.verifies else "tls-not-verified"),)


def sign_mark(name: str, value: str) -> str:
    """What tells two signs for the relay apart: a message must not leave with one that changed since."""
    return hashlib.sha256(f"sign\0{name}\0{value}".encode()).hexdigest()[:40]


def portal_problem(onward: Onward, now: datetime) -> Reason | None:
    """Why the relay's portal is no way, or None."""
    if onward.portal is None:
        return Reason("no-portal")
    if onward.portal.tested_at is None:
        return Reason("portal-not-tested")
    return None if _fresh(onward.portal.tested_at, now, PORTAL_AGE) else Reason("portal-test-old")


def needs_requiretls(reasons: tuple[Reason, ...]) -> bool:
    """Whether the transaction must ask for REQUIRETLS (RFC 8689 2), because the proof rests on it."""
    return any(reason.code == REQUIRETLS for reason in reasons)


def _fresh(seen: datetime | None, now: datetime, age: timedelta) -> bool:
    return seen is not None and now - age <= seen <= now + CLOCK_SLACK

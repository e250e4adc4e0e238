"""When sending stops by itself before it does harm: the breakers, as data.

A breaker that trips puts a row into `pause` with its reason and leaves an audit record, of
which the alert rules make an alert; only a person resumes (a failed sign-in also ends when
a test of the relay succeeds). Reminders that come back warn and never stop: nobody is
reminded by a program that protects its reputation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.frozen import dataclass
from desktop.models import pauses, sending, settings
from desktop.models.database import Tx
from desktop.models.delivery import BULK_KINDS, Pause, Scope
from desktop.models.pauses import KIND, RELAY, SOURCE, scope_of
from desktop.models.records import Message, Reason, RelayId, State

SIGN_IN = "relay-sign-in-failed"
REFUSALS = "too-many-refusals"
REFUSALS_IN_A_ROW = 3
_TOO_MANY = "relay-auth-too-many"
SIGN_IN_CODES = frozenset(
    {
        *("relay-auth-refused", "relay-auth-once", "relay-auth-browser", "relay-auth-policy"),
        *("relay-auth-weak", "relay-app-password", "relay-password-off", "relay-smtp-auth-off"),
        *("relay-account-off", "relay-token-refused", "relay-no-auth", "relay-no-token-auth"),
        *("relay-not-proven", _TOO_MANY),
        *("sign-in-missing", "sign-in-expired", "sign-in-revoked", "sign-in-refused", "sign-in-declined"),
        *("sign-in-account-off", "sign-in-consent", "sign-in-policy", "sign-in-tenant-wrong"),
        *("sign-in-app-setup", "sign-in-app-wrong"),
    }
)
"""Errors of a connection that the next try will meet again, and that a provider counts."""
POLICY_CODES = frozenset({"relay-forbids", "relay-sender-refused", "relay-too-big"})
"""Refusals that concern who sends, and not to whom (`sync/outcomes.py`)."""
GONE_CODES = frozenset({"address-refused", "bounced-gone"})
"""The address does not exist: at the relay, or in a report that came later."""
_WINDOW = timedelta(days=7)
"""Over which reminders are counted; a campaign is counted whole."""


class Sign(StrEnum):
    GONE = "gone"
    COMPLAINED = "complained"


@dataclass(frozen=True)
class Breaker:
    """Trips above `per_10000` of what left, from `least` on."""

    code: str
    sign: Sign
    per_10000: int
    least: int
    stops: bool

    def trips(self, found: sending.Returned) -> bool:
        number = self.number(found)
        return number >= self.least and number * 10_000 > found.left * self.per_10000

    def number(self, found: sending.Returned) -> int:
        return found.gone if self.sign is Sign.GONE else found.complained


BREAKERS = (
    Breaker("too-many-bounces", Sign.GONE, per_10000=200, least=5, stops=True),
    Breaker("too-many-complaints", Sign.COMPLAINED, per_10000=30, least=2, stops=True),
    Breaker("many-complaints", Sign.COMPLAINED, per_10000=10, least=2, stops=False),
)
"""Above 2 % gone; above 0.3 % complaints (Gmail's and Yahoo's limit for senders), a warning above 0.1 %."""


def came_back(tx: Tx, audit: AuditLog, rows: Sequence[Message], now: datetime) -> list[Scope]:
    """Addresses that are gone, or complaints: to be called once they stand in the outbox.

    Answers what was paused.
    """
    seen: dict[tuple[str, str], Message] = {}
    for row in rows:
        if row.state is State.COMPLAINED or (row.reason is not None and row.reason.code in GONE_CODES):
            seen[row.kind, row.source if row.kind in BULK_KINDS else ""] = row
    return [scope for (kind, source) in seen for scope in _weigh(tx, audit, kind, source, now)]


def refused(tx: Tx, audit: AuditLog, row: Message, now: datetime) -> Scope | None:
    """Several refusals by policy in a row: a campaign pauses itself, anything else its relay."""
    if row.kind in BULK_KINDS:
        scope = _bulk_scope(row.kind, row.source)
    elif row.relay is not None:
        scope = scope_of(RELAY, row.relay)
    else:
        return None
    return _pause(tx, audit, scope, Reason(REFUSALS, {"count": REFUSALS_IN_A_ROW}), now)


def is_refused_sign_in(reason: Reason) -> bool:
    """Whether only a person can end it; too many tries may pass by themselves (4xx, RFC 4954, 6)."""
    passes = reason.code == _TOO_MANY and str(reason.params.get("reply", "")).startswith("4")
    return reason.code in SIGN_IN_CODES and not passes


def sign_in_failed(tx: Tx, audit: AuditLog, relay: RelayId, reason: Reason, now: datetime) -> Scope | None:
    """Nothing tries that relay any more: providers lock accounts after some wrong passwords."""
    return _pause(tx, audit, scope_of(RELAY, relay), Reason(SIGN_IN, {"cause": reason.code}), now)


def signed_in(tx: Tx, audit: AuditLog, relay: RelayId, now: datetime) -> bool:
    """A test of the relay succeeded: what paused because of its sign-in goes on."""
    scope = scope_of(RELAY, relay)
    held = pauses.get(tx, scope, now)
    if held is None or held.reason.code != SIGN_IN:
        return False
    pauses.end(tx, scope)
    audit.record(tx, Event(Act.SENDING_RESUMED, spelled(scope), why=SIGN_IN))
    return True


def spelled(scope: Scope) -> str:
    """A scope as the audit log spells it: its codes have dots."""
    return scope.replace(":", ".")


def _bulk_scope(kind: str, source: str) -> Scope:
    return scope_of(SOURCE, source) if source else scope_of(KIND, kind)


def _weigh(tx: Tx, audit: AuditLog, kind: str, source: str, now: datetime) -> list[Scope]:
    bulk = kind in BULK_KINDS
    scope = _bulk_scope(kind, source) if bulk else scope_of(KIND, kind)
    if bulk and pauses.get(tx, scope, now) is not None:
        return []
    if bulk and source:
        found = sending.returned(tx, kind, GONE_CODES, source=source)
    else:
        found = sending.returned(tx, kind, GONE_CODES, since=now - _WINDOW)
    for sign in Sign:
        one = next((one for one in BREAKERS if one.sign is sign and one.trips(found)), None)
        if one is None or not _is_news(tx, scope, one, one.number(found), now):
            continue
        if one.stops and bulk:
            params: dict[str, str | int] = {"count": one.number(found), "of": found.left}
            made = _pause(tx, audit, scope, Reason(one.code, params), now)
            return [made] if made is not None else []
        audit.record(tx, Event(Act.SENDING_WARNED, spelled(scope), why=one.code))
    return []


def _is_news(tx: Tx, scope: Scope, breaker: Breaker, number: int, now: datetime) -> bool:
    """Once resumed by a person, a breaker trips again only when what it counts has doubled; of
    what is counted by the week, it may speak anew after a week."""
    key = f"breaker:{scope}:{breaker.code}"
    before = settings.get(tx, key)
    if before is not None:
        count, _, day = before.partition(" ")
        if number < 2 * int(count) and now - datetime.fromisoformat(day) < _WINDOW:
            return False
    settings.put(tx, key, f"{number} {now.isoformat()}")
    return True


def _pause(tx: Tx, audit: AuditLog, scope: Scope, reason: Reason, now: datetime) -> Scope | None:
    """None where it is paused for the same reason already, or without an end: what ends this pause
    must not end that one.
    """
    held = pauses.get(tx, scope, now)
    if held is not None and (held.until is None or held.reason.code == reason.code):
        return None
    pauses.put(tx, Pause(scope, reason, None, now))
    audit.record(tx, Event(Act.SENDING_PAUSED, spelled(scope), why=reason.code))
    return scope

"""Whether a relay may carry health information, and what is known about common ones.

A relay sees addresses, times and, without end-to-end sealing, contents: it is a business
associate (45 CFR 160.103), and nothing leaves through one without a valid agreement
(164.308(b), 164.314(a)).
"""

from __future__ import annotations

import json
from datetime import date, timedelta

from desktop.frozen import dataclass
from desktop.models.delivery import RelaySending
from desktop.models.records import Baa, Reason, Relay
from desktop.paths import resource

REVIEW_DAYS = 366
"""An agreement without an end is looked at every year."""
EVIDENCE_WAYS = frozenset({"account", "header", "configuration-set", "domain", ""})
GENERIC = "other"
_FOLDER = "relays"


def baa_problem(relay: Relay, today: date) -> Reason | None:
    """Why nothing with health information may leave through `relay` today, or None."""
    return agreement_problem(relay.baa, relay.name, today)


def agreement_problem(baa: Baa | None, name: str, today: date) -> Reason | None:
    """As `baa_problem`, of any service that `name` stands for."""
    if baa is None or not baa.counterparty.strip():
        return Reason("no-baa", {"relay": name})
    if baa.signed > today:
        return Reason("baa-not-yet", {"relay": name, "date": baa.signed.isoformat()})
    if baa.expires is not None:
        ended = baa.expires < today
        return Reason("baa-expired", {"relay": name, "date": baa.expires.isoformat()}) if ended else None
    looked_at = max(baa.signed, baa.reviewed or baa.signed)
    if today - looked_at > timedelta(days=REVIEW_DAYS):
        return Reason("baa-review-overdue", {"relay": name, "date": looked_at.isoformat()})
    return None


@dataclass(frozen=True)
class Preset:
    """What is known about one mail service: suggestions that the administrator confirms.

    `per_day`, `per_hour` and `per_minute` are messages, `bytes` octets per message; 0 is unknown.
    `connections` are what it takes at once, `office_mailbox` says that it is an ordinary mailbox.
    `required_tls` is how required TLS is recorded (`account`, `header`, `configuration-set`,
    `domain` or ''), `ways` every way there is, `header` what asks for it per message; the words
    `mail.relay.how.<required_tls_how>` say where it is switched on. `changes` is what the
    relay does to a message (`mail.relay.change.<code>`), `checked` when this was looked at.
    """

    id: str
    name: str
    host: str
    port: int
    security: str
    per_day: int
    per_hour: int
    per_minute: int
    bytes: int
    connections: int
    office_mailbox: bool
    required_tls: str
    required_tls_how: str
    ways: tuple[str, ...]
    header: str
    header_value: str
    verifies_certificates: bool
    """False also where that is not known."""
    enforces: tuple[str, ...]
    """What it honours of recipients' domains: `mta-sts`, `dane`."""
    requiretls: bool
    portal: bool
    """Whether it has a portal of its own that can be asked for."""
    changes: tuple[str, ...]
    password_signin: bool
    """Whether the service still takes a user name and a password for sending."""
    baa: str
    """`offered`, `included`, `not-offered`, or `ask`."""
    checked: date


def presets() -> tuple[Preset, ...]:
    """All presets of `resources/relays/`, by name, the generic one last."""
    found = [
        _preset(path.stem, path.read_text(encoding="utf-8")) for path in resource(_FOLDER).glob("*.json")
    ]
    return tuple(sorted(found, key=lambda preset: (preset.id == GENERIC, preset.name)))


def usual_sending(relay: Relay) -> RelaySending:
    """How a new relay is used until somebody says otherwise: by what is known of its host."""
    for one in presets():
        if one.host and one.host == relay.host:
            return RelaySending(
                relay.id,
                one.per_minute,
                one.per_hour,
                one.per_day,
                one.connections,
                office_mailbox=one.office_mailbox,
            )
    return RelaySending(relay.id)


def _preset(name: str, text: str) -> Preset:
    raw = json.loads(text)
    required = raw["required_tls"]
    known = set(required["ways"]) | {required["record"]} <= EVIDENCE_WAYS
    if raw["security"] not in ("implicit", "starttls") or not known:
        raise ValueError(name)
    return Preset(
        id=name,
        name=raw["name"],
        host=raw["host"],
        port=raw["port"],
        security=raw["security"],
        per_day=raw["limits"]["per_day"],
        per_hour=raw["limits"]["per_hour"],
        per_minute=raw["limits"]["per_minute"],
        bytes=raw["limits"]["bytes"],
        connections=raw["limits"]["connections"],
        office_mailbox=raw["office_mailbox"],
        required_tls=required["record"],
        required_tls_how=required["how"],
        ways=tuple(required["ways"]),
        header=required["header"],
        header_value=required["value"],
        verifies_certificates=bool(required["verifies_certificates"]),
        enforces=tuple(raw["enforces"]),
        requiretls=bool(raw["requiretls"]),
        portal=bool(raw["portal"]),
        changes=tuple(raw["changes"]),
        password_signin=raw["password_signin"],
        baa=raw["baa"],
        checked=date.fromisoformat(raw["checked"]),
    )

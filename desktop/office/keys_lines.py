"""Keys as people see them: lines of lists, what ends soon, and whom a key is for."""

from __future__ import annotations

from datetime import datetime

from desktop.crypto.keyfacts import KeyFacts, inspect_key
from desktop.errors import InputError
from desktop.mail.headers import same_address, wire_address
from desktop.models.protection import KeyLife, OwnKeyLife, OwnKeyState
from desktop.models.records import Identity, KeyId, KeyKind, Person, PersonId, PublicKey, Reason
from desktop.office.values import KeyLine
from desktop.office.values_protection import OwnKeyLine, WeatherLine

AHEAD = 90
"""Days before the end of a key from which it is among those that end soon."""
BEHIND = 30
"""Days after which an ended key is no news any more."""
OPENPGP_QR = "OPENPGP4FPR:"
"""What programs for phones expect before an OpenPGP fingerprint in a QR code."""


def key_line(key: PublicKey, life: KeyLife, now: datetime) -> KeyLine:
    """Looked at as a whole: what a stored key is good for today."""
    facts = inspect_key(key.data, now)
    reason = Reason(facts.reason) if facts.reason else None
    return _line(key, life, facts.usable, reason)


def listed_line(key: PublicKey, life: KeyLife, now: datetime) -> KeyLine:
    """As `key_line`, by what the decision asks alone: thousands of keys stay quick to list."""
    if key.revoked_at is not None:
        return _line(key, life, False, Reason("revoked"))
    if key.expires is not None and key.expires <= now:
        return _line(key, life, False, Reason("expired"))
    return _line(key, life, True, None)


def _line(key: PublicKey, life: KeyLife, usable: bool, reason: Reason | None) -> KeyLine:
    return KeyLine(
        key.id,
        key.kind,
        key.fingerprint,
        key.expires,
        usable,
        reason,
        life.trust,
        key.source,
    )


def own_line(identity: Identity, life: OwnKeyLife, issuer: str, now: datetime) -> OwnKeyLine:
    return OwnKeyLine(
        identity.kind,
        identity.fingerprint,
        identity.address,
        identity.made_at,
        own_expires(identity, now),
        life.state,
        issuer,
    )


def own_expires(identity: Identity, now: datetime) -> datetime | None:
    return inspect_key(identity.public, now).expires


def in_use(own: list[Identity], lives: dict[str, OwnKeyLife]) -> list[Identity]:
    """The newest current one of each kind, as `identities.current` picks it."""
    found: dict[KeyKind, Identity] = {}
    for one in own:
        if lives.get(one.fingerprint, OwnKeyLife()).state is OwnKeyState.CURRENT:
            found.setdefault(one.kind, one)
    return list(found.values())


def weather_line(
    kind: KeyKind,
    fingerprint: str,
    expires: datetime | None,
    now: datetime,
    person: PersonId | None = None,
    name: str = "",
    key: KeyId | None = None,
) -> WeatherLine | None:
    """A line for what ends within `AHEAD` days or has ended within `BEHIND`; else None."""
    if expires is None:
        return None
    days = days_left(expires, now)
    if not -BEHIND <= days <= AHEAD:
        return None
    return WeatherLine(kind, fingerprint, expires, days, person, name, key)


def days_left(expires: datetime, now: datetime) -> int:
    """Whole days until the end; from the end on 0, then negative."""
    return (expires - now).days if expires > now else -((now - expires).days)


def names_address(addresses: tuple[str, ...], address: str) -> bool:
    """Whether one of the key's addresses is the one we write to.

    The domain may differ in case and in its spelling (RFC 5890), the part before it may not
    (RFC 8551 3).
    """
    wanted = _wire(address)
    return bool(wanted) and any(same_address(_wire(one), wanted) for one in addresses)


def _wire(address: str) -> str:
    try:
        return wire_address(address)
    except InputError:
        return ""


def name_of(person: Person) -> str:
    return person.name or person.organisation


def bare(fingerprint: str) -> str:
    """As it is compared: without blanks and colons, in capitals."""
    return "".join(fingerprint.split()).replace(":", "").upper()


def grouped(fingerprint: str) -> str:
    """In groups of four, as people read it out."""
    plain = bare(fingerprint)
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def refuse_unusable(facts: KeyFacts) -> None:
    """Nothing is kept that could not be sealed to today; the reason has its own words."""
    if facts.usable:
        return
    match facts.reason:
        case "expired":
            raise InputError("key-expired")
        case "revoked":
            raise InputError("key-revoked")
        case "secret-key":
            raise InputError("key-secret")
        case "weak-key" | "weak-signature":
            raise InputError("key-weak")
        case _:
            raise InputError("key-unusable")

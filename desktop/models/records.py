"""Frozen values that cross rooms and threads; nothing heavy is imported here.

Ids are random 128-bit values as 32 hex digits, never reused and never row ids.
Times are aware UTC datetimes, except an appointment's start, which is wall-clock
time with its zone (the truth for something that has not happened yet).
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from desktop.frozen import dataclass

PersonId = NewType("PersonId", str)
AppointmentId = NewType("AppointmentId", str)
MessageId = NewType("MessageId", str)
RelayId = NewType("RelayId", str)
KeyId = NewType("KeyId", str)
ImportId = NewType("ImportId", str)


class Kind(StrEnum):
    """Whom a contact stands for."""

    PATIENT = "patient"
    PROFESSIONAL = "professional"


class Status(StrEnum):
    """All but `active` stop everything."""

    ACTIVE = "active"
    MOVED = "moved"
    DECEASED = "deceased"
    DISCHARGED = "discharged"


class Consent(StrEnum):
    """The state derived from the consent ledger."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    REFUSED = "refused"


class Detail(StrEnum):
    """How much a message may say: nothing but "contact us"; date and time; also with whom."""

    MINIMAL = "minimal"
    STANDARD = "standard"
    FULL = "full"


class Method(StrEnum):
    """How one message travels; the ladder of the design."""

    OPENPGP = "openpgp"
    SMIME = "smime"
    TLS = "tls"
    ENVELOPE = "envelope"
    PORTAL = "portal"
    PLAIN = "plain"
    NONE = "none"


class Level(StrEnum):
    """What a method is worth."""

    END_TO_END = "end-to-end"
    ON_THE_WAY = "on-the-way"
    PLAIN = "plain"
    NOTHING = "nothing"


class Label(StrEnum):
    """How sensitive a content is; routine may travel encrypted on the way only."""

    ROUTINE = "routine"
    SENSITIVE = "sensitive"
    VERY_SENSITIVE = "very-sensitive"
    DO_NOT_EMAIL = "do-not-email"
    """Nothing leaves: it becomes a task to phone."""


class State(StrEnum):
    """Where one outgoing message stands; transitions are in `mail/states.py`."""

    DRAFT = "draft"
    FROZEN = "frozen"
    QUEUED = "queued"
    CLAIMED = "claimed"
    CONNECTING = "connecting"
    ENVELOPE = "envelope"
    DATA = "data"
    DOT_SENT = "dot-sent"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class KeyKind(StrEnum):
    OPENPGP = "openpgp"
    SMIME = "smime"


class VisitStatus(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"
    KEPT = "kept"
    """The patient came."""
    MISSED = "missed"
    """The patient did not come and had not said so."""


@dataclass(frozen=True)
class Reason:
    """A code for machines and logs; its words come from the catalogue `reason.<code>`."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """One contact as kept; `email` is the preferred mailbox ('' when there is none)."""

    id: PersonId
    kind: Kind
    first_name: str
    last_name: str
    birth_date: date | None
    email: str
    language: str
    detail: Detail
    status: Status
    consent: Consent
    external_id: str = ""
    phone: str = ""
    organisation: str = ""
    preferred_method: Method | None = None
    plain_wish: datetime | None = None
    """When the person's warned and recorded wish for plain mail was taken, if it stands."""
    street: str = ""
    city: str = ""
    region: str = ""
    """A state's two letters in the United States."""
    zip: str = ""
    sex: str = ""
    since: date | None = None
    """The day that the practice knows them from."""

    @property
    def name(self) -> str:
        both = self.first_name and self.last_name
        return f"{self.first_name} {self.last_name}" if both else self.first_name or self.last_name


@dataclass(frozen=True)
class PublicKey:
    """A recipient's OpenPGP key or S/MIME certificate; `data` is binary (key ring) or DER."""

    id: KeyId
    person: PersonId
    kind: KeyKind
    fingerprint: str
    addresses: tuple[str, ...]
    data: bytes
    expires: datetime | None
    source: str
    confirmed_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class PasswordCard:
    """The derived envelope key of one person; the passphrase itself is never kept."""

    person: PersonId
    salt: bytes
    rounds: int
    key: bytes = field(repr=False)
    handed_over: str
    how: str
    made_at: datetime


@dataclass(frozen=True)
class ConsentEntry:
    """One entry of the consent ledger: what a person said, when, where it is written, who took it."""

    person: PersonId
    state: Consent
    at: datetime
    source: str
    by: str
    basis: str = ""
    scope: str = "care"
    """The purpose (`standing.Use`) that it is about."""
    how: str = ""
    """`in-person`, `by-phone`, `by-post`, `by-mail`, `import`, `batch`, `merge`, `undo`, `expired`."""
    wording: str = ""
    """Which version of the words they were shown or read."""
    evidence: str | None = None
    """An `EvidenceId`."""
    expires: datetime | None = None
    batch: str | None = None
    authorization: str | None = None


@dataclass(frozen=True)
class Appointment:
    """`start` is wall-clock time without zone; `zone` is an IANA name; `occurrence` counts moves."""

    id: AppointmentId
    person: PersonId
    external_id: str
    start: datetime
    zone: str
    start_utc: datetime
    occurrence: int
    status: VisitStatus
    visit_type: str = ""
    provider: str = ""
    location: str = ""


@dataclass(frozen=True)
class Schedule:
    """A day (of one provider, or '' for all) that a whole-schedule file covered; `exported_at` is
    when that file was made, if it is known."""

    day: date
    provider: str
    visits: int
    exported_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True)
class Baa:
    """The business associate agreement that covers a relay (45 CFR 164.314(a)).

    Without `expires`, it must be looked at every year from `signed` or `reviewed` on.
    """

    counterparty: str
    signed: date
    expires: date | None
    scope: str
    reviewed: date | None = None


@dataclass(frozen=True)
class ForcedTls:
    """The relay's account requires TLS towards this domain, recorded until a date."""

    domain: str
    until: date


@dataclass(frozen=True)
class Relay:
    """One relay profile; the password is not part of it (see `models/relays.py`)."""

    id: RelayId
    name: str
    host: str
    port: int
    security: str
    """`implicit` (RFC 8314) or `starttls` (mandatory)."""
    ca_file: str
    user: str
    sender: str
    baa: Baa | None
    required_tls: str = ""
    """`account` when the account requires TLS for every onward delivery."""
    required_tls_at: datetime | None = None
    forced_tls: tuple[ForcedTls, ...] = ()
    enforces: tuple[str, ...] = ()
    requiretls_seen: datetime | None = None
    requiretls: bool = False
    retired_at: datetime | None = None


@dataclass(frozen=True)
class Message:
    """One row of the outbox without its sealed bytes: one message to one recipient."""

    id: MessageId
    kind: str
    """`reminder` or `letter` so far."""
    source: str
    """What asked for it: an appointment id, or '' for a letter."""
    occurrence: int
    generation: int
    person: PersonId
    address: str
    method: Method
    state: State
    label: Label
    relay: RelayId | None
    message_id: str
    sha256: str
    decision_hash: str
    reasons: tuple[Reason, ...]
    queued_at: datetime
    not_before: datetime
    useless_after: datetime | None
    attempts: int = 0
    reply: str = ""
    """The relay's last answer, cleaned."""
    superseded: bool = False
    priority: int = 0
    reason: Reason | None = None
    """Why it stands where it stands (refused, cancelled, uncertain)."""
    next_try: datetime | None = None
    window: str = ""
    """Which reminder of an occurrence it is: `day-before` so far."""


@dataclass(frozen=True)
class Attempt:
    """One phase that a message reached on its way, and what the relay said."""

    message: MessageId
    at: datetime
    phase: str
    reply: str = ""


@dataclass(frozen=True)
class Lease:
    """Who holds the right to send, on which run of the machine, until when."""

    name: str
    holder: str
    boot: str
    until: datetime


@dataclass(frozen=True)
class Identity:
    """A key pair of the practice itself; `secret` is opaque to everybody but `crypto`."""

    kind: KeyKind
    fingerprint: str
    address: str
    secret: bytes = field(repr=False)
    public: bytes
    made_at: datetime


@dataclass(frozen=True)
class AuditRecord:
    """One record of the audit log: `body` is its canonical JSON (RFC 8785), `hash` its leaf hash."""

    seq: int
    body: str
    hash: str

"""Frozen values of delivery: what is paused, how a relay may be used, what came back.

As `records.py`: they cross rooms and threads, and nothing heavy is imported.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, time
from enum import StrEnum
from typing import NewType

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.records import Baa, MessageId, PersonId, Reason, RelayId

AccountId = NewType("AccountId", str)
ReceivedId = NewType("ReceivedId", str)
StaffAccountId = NewType("StaffAccountId", str)
Scope = NewType("Scope", str)
"""`all`, `kind:<kind>`, `relay:<id>`, `source:<id>` (one campaign), `message:<id>`."""

EVERYTHING = Scope("all")


class Lane(StrEnum):
    """Lanes send beside each other: a campaign never delays a reminder or a letter."""

    PROMPT = "prompt"
    """Letters and reminders."""
    BULK = "bulk"
    """Campaigns."""


BULK_KINDS = frozenset({"campaign", "journey"})
"""Kinds of messages that leave by `Lane.BULK`; every other leaves by `Lane.PROMPT`."""


@dataclass(frozen=True)
class Stream:
    """The rows of one lane that leave by one relay: each of them waits for nothing but these."""

    lane: Lane
    relay: RelayId | None


class Auth(StrEnum):
    """How the program signs in at a relay or a mailbox."""

    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    OAUTH = "oauth"


@dataclass(frozen=True)
class Pause:
    """`by` is None where the program itself paused (a breaker, a fence); `until` ends it by itself."""

    scope: Scope
    reason: Reason
    by: UserId | None
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class RelaySending:
    """How a relay may be used. Rates are messages; 0 is no limit of its own."""

    relay: RelayId
    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    connections: int = 1
    """1 to 4 per lane, and at most so many together."""
    standby: bool = False
    """Used only for what the first relay certainly did not take."""
    office_mailbox: bool = False
    """An ordinary mailbox, whose campaigns begin at 10 a minute and 200 a day."""
    auth: Auth = Auth.PASSWORD
    pin: str = ""
    """`ca:<sha256>` or `key:<sha256>` (of the SubjectPublicKeyInfo), hexadecimal; '' is none."""
    own_return_path: bool = False
    """Whether the relay lets a message's own token stand in the envelope sender."""
    return_address: str = ""
    """The mailbox that such return paths are made of, `bounces@practice.example`."""


@dataclass(frozen=True)
class Hours:
    """When something may leave, by the practice's own clock. Days count from 0 (Monday)."""

    first: time
    last: time
    """Not after it; earlier than `first` means over midnight."""
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    holidays: bool = True
    """Whether it may leave on a public holiday or a closed day."""


@dataclass(frozen=True)
class SendingRules:
    """The practice's own rules; `closed` are days (YYYY-MM-DD) that count like public holidays."""

    reminders: Hours
    campaigns: Hours
    closed: tuple[str, ...] = ()
    country: str = "US"
    """Whose public holidays count, ISO 3166-1; `region` is its state or ''."""
    region: str = ""
    silence_days: int = 3
    """Working days without a sign after which a sensitive message becomes a call."""
    closing: time | None = None
    """When a locked practice closes for the day; None: when nothing is due any more."""
    zone: str = ""
    """By whose clock all this is said, an IANA name: shown, and not set here."""


class GrantState(StrEnum):
    WAITING = "waiting"
    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Grant:
    """What a provider granted to `owner` (`relay:<id>` or `mailbox:<id>`); tokens are never shown."""

    owner: str
    provider: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    account: str
    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    access_until: datetime | None
    state: GrantState
    made_at: datetime


@dataclass(frozen=True)
class MailAccount:
    """A mailbox that is read over IMAP; the password is not part of it (`models/mailboxes.py`)."""

    id: AccountId
    name: str
    host: str
    port: int
    security: str
    ca_file: str
    user: str
    auth: Auth
    address: str
    folder: str
    sent_folder: str
    minutes: int
    tidy: bool
    baa: Baa | None
    made_at: datetime
    uid_validity: int = 0
    last_uid: int = 0
    polled_at: datetime | None = None
    trouble: Reason | None = None
    retired_at: datetime | None = None


class ReceivedState(StrEnum):
    NEW = "new"
    """For a person to look at."""
    DONE = "done"


class Match(StrEnum):
    """What tied a received mail to the message that it is about; '' where nothing did."""

    NOTHING = ""
    ENVELOPE_ID = "envelope-id"
    RETURN_PATH = "return-path"
    MESSAGE_ID = "message-id"
    HEADER = "header"
    BOUNDARY = "boundary"
    RELAY_REF = "relay-ref"


@dataclass(frozen=True)
class Received:
    """One mail of a mailbox, as understood. `raw` is kept only of what people read (replies)."""

    id: ReceivedId
    account: AccountId
    uid_validity: int
    uid: int
    at: datetime
    kind: str
    """A `mail.returned_values.Kind`; of replies also `confirmed` or `declined` in `details`."""
    state: ReceivedState
    message: MessageId | None
    matched: Match
    person: PersonId | None
    message_id: str = ""
    in_reply_to: str = ""
    sender: str = ""
    details: dict[str, str | int] = field(default_factory=dict)
    raw: bytes = field(default=b"", repr=False)


class EventKind(StrEnum):
    """What came of a message, whatever told of it; closed."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REPLIED = "replied"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    UNSUBSCRIBED = "unsubscribed"
    OPENED = "opened"
    CLICKED = "clicked"
    PICKED_UP = "picked-up"


@dataclass(frozen=True)
class DeliveryEvent:
    """`source` is `mailbox`, `feed`, `storage` or `person`; `ref` names it there, so that it counts once."""

    kind: EventKind
    at: datetime
    source: str
    ref: str
    message: MessageId | None
    person: PersonId | None
    details: dict[str, str | int] = field(default_factory=dict)


class SuppressionKind(StrEnum):
    HARD_BOUNCE = "hard-bounce"
    COMPLAINT = "complaint"
    WRONG_PERSON = "wrong-person"


@dataclass(frozen=True)
class Suppression:
    """An address that nothing goes to until somebody has checked it by another way."""

    id: str
    address_key: str
    kind: SuppressionKind
    message: MessageId | None
    at: datetime
    lifted_at: datetime | None = None
    lifted_by: UserId | None = None
    how: str = ""


@dataclass(frozen=True)
class Silence:
    """The clock of one sensitive message (see `SendingRules.silence_days`)."""

    message: MessageId
    due_at: datetime
    ended_at: datetime | None = None
    how: str = ""
    """`reply`, `picked-up`, `called`, `task` (it ran out), `failed`."""


@dataclass(frozen=True)
class StaffAccount:
    """A mailbox of the staff at a provider, for the delivery check. `device` is `phone` or ''."""

    id: StaffAccountId
    address: str
    provider: str
    device: str
    person: PersonId | None = None
    """The contact (a professional) that stands for it, so that it is sealed like any other."""
    retired_at: datetime | None = None


@dataclass(frozen=True)
class DeliveryCheck:
    """One message of a round of the delivery check, and what staff saw of it."""

    id: str
    round: str
    relay: RelayId
    account: StaffAccountId
    form: str
    """`tls`, `openpgp`, `smime`, `html`, `pdf`, `link`, `plain`."""
    message_id: str
    sha256: str
    at: datetime
    placed: str = ""
    """`inbox`, `spam`, `missing` or '' (not ticked yet)."""
    opened: str = ""
    """`yes`, `no` or ''."""
    changes: tuple[str, ...] | None = None
    """What the relay changed, as codes; None: not read back."""
    ticked_at: datetime | None = None
    ticked_by: UserId | None = None


@dataclass(frozen=True)
class Feed:
    """Where a relay tells of events, polled over HTTPS; the secret is not part of it."""

    relay: RelayId
    adapter: str
    url: str
    cursor: str
    enabled: bool
    ca_file: str = ""
    polled_at: datetime | None = None
    trouble: Reason | None = None

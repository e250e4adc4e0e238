"""Values of the door about delivery: outbox, pauses, mailboxes, what came back. Nothing heavy."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.delivery import (
    AccountId,
    Auth,
    Match,
    Pause,
    ReceivedId,
    ReceivedState,
    Scope,
    SuppressionKind,
)
from desktop.models.records import Baa, MessageId, PersonId, Reason, RelayId
from desktop.office.values import OutboxLine, Queued
from desktop.office.values_practice import GrantShown, Step

# --- the outbox ------------------------------------------------------------------------


@dataclass(frozen=True)
class PhaseLine:
    """One thing that is known of a message's way, for the evidence beside "we can't tell"."""

    at: datetime
    phase: str
    """A state, or the kind of an event (`delivered`, `bounced`, `replied`, `picked-up`, ...)."""
    words: Reason
    reply: str = ""
    """The relay's words, cleaned; technical details."""


@dataclass(frozen=True)
class MessageShown:
    """One message with all that is known of it, and what may be done about it."""

    line: OutboxLine
    phases: tuple[PhaseLine, ...]
    relay: str
    """The relay's name."""
    can_cancel: bool
    can_pause: bool
    can_resolve: bool
    """It is not known whether it arrived, and a person may say so."""
    can_resend: bool
    pause: Pause | None = None
    silence_until: datetime | None = None
    """When a sensitive message without any sign becomes a call."""
    call: bool = False
    """A task to phone about it stands open."""


@dataclass(frozen=True)
class PauseRequest:
    """`until` ends it by itself."""

    scope: Scope
    until: datetime | None = None


@dataclass(frozen=True)
class PausesShown:
    pauses: tuple[Pause, ...]
    waiting: int
    """How many messages wait behind them."""
    names: dict[UserId, str] = field(default_factory=dict)
    """Of the users who paused, by id."""


@dataclass(frozen=True)
class WouldGo:
    """What would leave if the pause of `scope` ended now, and what is too late by then."""

    go: tuple[OutboxLine, ...]
    late: tuple[OutboxLine, ...]
    uncertain: tuple[OutboxLine, ...]
    pause: Pause | None
    seen: str
    """Goes into `resume_sending`: what was shown is what goes."""


@dataclass(frozen=True)
class Resume:
    scope: Scope
    seen: str = ""
    """`WouldGo.seen`; needed where the program itself paused everything."""


@dataclass(frozen=True)
class Resolution:
    """Somebody knows: `arrived`, `not-arrived` (it may be sent again), or `called` (settled by phone)."""

    message: MessageId
    how: str
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class Resend:
    """`seen` is the hash of the decision that was shown, as for a letter; '' where none was."""

    message: MessageId
    expect: str = ""


@dataclass(frozen=True)
class Resent:
    queued: Queued
    replaces: MessageId


# --- failed delivery (FEATURES A31 to A34) ---------------------------------------------


@dataclass(frozen=True)
class FailureShown:
    """The guided way after a message that did not arrive: cause, checked address, then again or by phone."""

    line: OutboxLine
    cause: Reason
    hard: bool
    """The address itself is gone."""
    address: str
    other_addresses: tuple[str, ...]
    phone: str
    checked: datetime | None
    """When the address was checked by another way, if since the failure."""
    suppressed: SuppressionKind | None
    may_resend: bool
    why_not: Reason | None = None
    task: str = ""
    """The open task to phone, where there is one."""


@dataclass(frozen=True)
class AddressCheck:
    """How somebody made sure: `way` is `phone`, `in-person` or `chart`; `result` is `same`, `changed`
    (then `address` is the new one) or `unreachable`."""

    message: MessageId
    way: str
    result: str
    address: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class CallLine:
    """One row of the printed list for when the network is down: whom to phone about which visit."""

    message: MessageId | None
    person: PersonId
    name: str
    phone: str
    start: datetime | None
    """Wall-clock time of the visit."""
    provider: str
    reason: Reason


@dataclass(frozen=True)
class CallList:
    day: date
    lines: tuple[CallLine, ...]


# --- rules -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ProviderShown:
    """Who can be signed in to by browser, and on which servers of theirs; `by_code` also without one."""

    id: str
    name: str
    hosts: tuple[str, ...]
    by_code: bool
    needs_secret: bool
    has_app: bool
    """Whether the program brings an app of its own, so that none has to be registered."""


@dataclass(frozen=True)
class GrantRequest:
    """`flow` is `browser` (redirect to this computer, RFC 8252) or `code` (RFC 8628)."""

    owner: str
    provider: str
    account: str
    tenant: str = ""
    client_id: str = ""
    """'' uses the configured one of the provider."""
    client_secret: str = field(default="", repr=False)
    flow: str = "browser"


@dataclass(frozen=True)
class RatesShown:
    """Of one relay: how much of its minute, hour and day is used."""

    relay: RelayId
    name: str
    used_minute: int
    used_hour: int
    used_day: int
    resumes: datetime | None
    """When the next message may leave, where a limit is reached."""


# --- mailboxes -------------------------------------------------------------------------


@dataclass(frozen=True)
class MailboxRequest:
    name: str
    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    address: str = ""
    ca_file: str = ""
    auth: Auth = Auth.PASSWORD
    folder: str = "INBOX"
    sent_folder: str = ""
    minutes: int = 5
    tidy: bool = False
    baa: Baa | None = None
    id: AccountId | None = None
    """Of the one that is changed; '' as password then keeps the old one."""


@dataclass(frozen=True)
class MailboxLine:
    id: AccountId
    name: str
    host: str
    port: int
    security: str
    user: str
    address: str
    folder: str
    auth: Auth
    minutes: int
    tidy: bool
    baa: Baa | None
    baa_problem: Reason | None
    polled_at: datetime | None
    trouble: Reason | None
    retired_at: datetime | None
    ca_file: str = ""
    sent_folder: str = ""
    grant: GrantShown | None = None


@dataclass(frozen=True)
class MailboxTested:
    ok: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Polled:
    """`counts` by kind of what was new; `matched` were tied to a message of ours."""

    counts: dict[str, int]
    matched: int
    trouble: tuple[Reason, ...]


@dataclass(frozen=True)
class ReceivedLine:
    id: ReceivedId
    at: datetime
    kind: str
    state: ReceivedState
    person: PersonId | None
    name: str
    message: MessageId | None
    matched: Match
    words: str
    """For replies: the first line of what was written, cleaned; '' for the rest."""


@dataclass(frozen=True)
class ReceivedShown:
    lines: tuple[ReceivedLine, ...]
    new: int


@dataclass(frozen=True)
class SuppressionLine:
    id: str
    address: str
    names: tuple[str, ...]
    kind: SuppressionKind
    at: datetime
    message: MessageId | None


@dataclass(frozen=True)
class SuppressionsShown:
    lines: tuple[SuppressionLine, ...]


@dataclass(frozen=True)
class LiftRequest:
    """Only with a check by another way: `way` as in `AddressCheck`."""

    id: str
    way: str


# --- the relay's use ---------------------------------------------------------------------


@dataclass(frozen=True)
class RelayUse:
    """What a person sees about how a relay is used (with `RelaySending`)."""

    rates: RatesShown
    method_words: tuple[Reason, ...] = ()

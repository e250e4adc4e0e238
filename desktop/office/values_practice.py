"""Values of the door about relays, the audit log, the practice, and single files."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.accounts import Role, UserId
from desktop.models.protection import Onward
from desktop.models.records import Baa, ForcedTls, Reason, RelayId

# --- relays ------------------------------------------------------------------------


@dataclass(frozen=True)
class DeskLine:
    """One line of what Today opens with: a number, its words, and where a press leads."""

    code: str
    """`urgent`, `wrong-person`, `replies`, `moves`, `addresses`, `unclear`, `failed`, `returned`, `calls`,
    `schedule-missing`, `schedule-stale`, `not-confirmed`, `tasks-due`, `system`: `ui.desk.<code>`."""
    count: int
    step: str
    """`messages`, `tasks:<group>` (`tasks:` is all of them), `outbox:<group>`, `import`."""


@dataclass(frozen=True)
class GrantShown:
    """Without any token. `url` is where the person signs in; `user_code` is typed there ('' by redirect)."""

    owner: str
    provider: str
    account: str
    state: str
    until: datetime | None = None
    url: str = ""
    user_code: str = ""
    trouble: Reason | None = None


@dataclass(frozen=True)
class RelayRequest:
    """`security` is `implicit` or `starttls` (mandatory); nothing else exists."""

    name: str
    host: str
    port: int
    security: str
    user: str
    sender: str
    baa: Baa | None
    password: str = field(repr=False, default="")
    ca_file: str = ""
    required_tls: str = ""
    forced_tls: tuple[ForcedTls, ...] = ()
    enforces: tuple[str, ...] = ()


@dataclass(frozen=True)
class RelayLine:
    id: RelayId
    name: str
    host: str
    port: int
    security: str
    sender: str
    baa: Baa | None
    problem: Reason | None
    """Why nothing with health information may leave through it, if so."""
    required_tls: str = ""
    forced_tls: tuple[ForcedTls, ...] = ()
    user: str = ""
    ca_file: str = ""
    enforces: tuple[str, ...] = ()
    onward: Onward = field(default_factory=Onward)
    retired_at: datetime | None = None
    in_use: bool = False
    """Everything leaves through this one."""
    grant: GrantShown | None = None
    """Who signed in for it by browser, where that is how it is signed in to."""


@dataclass(frozen=True)
class RelayChange:
    """A relay as it is to be from now on; an empty password keeps the old one."""

    relay: RelayId
    profile: RelayRequest


@dataclass(frozen=True)
class Preset:
    """A relay that is known: a data file in `resources/relays/`."""

    name: str
    host: str
    port: int
    security: str
    required_tls_how: str = ""
    """How the account is told to require TLS onward, in the window's language."""
    id: str = ""
    required_tls: str = ""
    """How it is recorded: `account`, `header`, `configuration-set`, `domain` or ''."""
    header: str = ""
    """Name and usual value of the header that asks for it, where that is the way."""
    header_value: str = ""
    verifies: bool = False
    enforces: tuple[str, ...] = ()
    password_signin: bool = True
    """Whether the service still takes a user name and a password."""
    checked: str = ""
    """ISO date."""


@dataclass(frozen=True)
class EvidenceRequest:
    """What the relay's account enforces onward; None leaves a part as it is."""

    relay: RelayId
    required_tls: str | None = None
    forced_tls: tuple[ForcedTls, ...] | None = None


@dataclass(frozen=True)
class Step:
    step: str
    ok: bool
    reason: Reason


@dataclass(frozen=True)
class RelayTested:
    ok: bool
    steps: tuple[Step, ...]
    pin: str = ""
    """Of the key that the relay showed, as `RelaySending.pin` names it; '' where it was not reached."""


# --- audit -------------------------------------------------------------------------


@dataclass(frozen=True)
class AuditLine:
    seq: int
    at: datetime
    act: str
    actor: str
    outcome: str
    obj: str = ""
    role: str = ""
    why: str = ""
    """A code, where it did not go well."""
    hash: str = ""
    """The record's leaf hash, 64 hex digits: what an export shows of it."""
    details: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditPage:
    """`total` counts what the filter finds, or the least it finds where it is not `whole`."""

    lines: tuple[AuditLine, ...]
    total: int
    whole: bool = True
    zone: str = "UTC"
    """The practice's, as its clocks go: what a day of the filter means."""


@dataclass(frozen=True)
class AuditVerified:
    ok: bool
    records: int
    first_bad: int | None
    class_: str


# --- the practice itself --------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    check: str
    ok: bool
    reason: Reason


@dataclass(frozen=True)
class DoctorReport:
    checks: tuple[Check, ...]

    @property
    def wrong(self) -> tuple[Check, ...]:
        return tuple(one for one in self.checks if not one.ok)


@dataclass(frozen=True)
class TodayShown:
    """The front desk's first page: tomorrow's visits and what waits."""

    practice: str
    user: str
    role: Role
    day: date
    visits: int
    exported_at: datetime | None
    queued: int
    uncertain: int
    failed: int
    relay_ready: bool
    ready: int = 0
    """Letters that are due and could be sent now: about visits of `day`, or of other days too."""
    already_queued: int = 0
    people: int = 0
    bounced: int = 0
    """Came back, or was reported as unwanted."""
    calls: int = 0
    """Open tasks to phone somebody."""
    desk: tuple[DeskLine, ...] = ()
    """What the day begins with, the most pressing first; lines that count nothing are left out."""
    tasks: int = 0
    """Open ones that this role sees."""


@dataclass(frozen=True)
class UserLine:
    id: UserId
    name: str
    role: Role


# --- files and lines that need no practice -----------------------------------------------


@dataclass(frozen=True)
class KeyInspected:
    """What a key file is good for; `kind` is '' where it is none."""

    kind: str
    usable: bool
    reason: Reason | None
    addresses: tuple[str, ...] = ()
    fingerprint: str = ""
    expires: datetime | None = None


@dataclass(frozen=True)
class AddressChecked:
    address: str
    ok: bool
    reason: Reason | None
    normalised: str = ""


@dataclass(frozen=True)
class PasswordChecked:
    ok: bool
    reason: Reason | None


@dataclass(frozen=True)
class AttachmentOut:
    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class EnvelopeOpened:
    ok: bool
    reason: Reason | None
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    attachments: tuple[AttachmentOut, ...] = ()


@dataclass(frozen=True)
class ContentHit:
    """One finding of the content check; `part` is `subject text html file-name file`.

    `file` counts a mail's files from 0, -1 where it is none of them; `start` and `end`
    count characters of that part.
    """

    kind: str
    part: str
    file: int
    start: int
    end: int
    reason: Reason


@dataclass(frozen=True)
class ContentChecked:
    """`problem` says why a file alone could not be read, or not all of it."""

    hits: tuple[ContentHit, ...]
    problem: Reason | None = None

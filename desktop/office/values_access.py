"""Values of the door about users, factors, roles and sessions."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from enum import StrEnum

from desktop.frozen import dataclass
from desktop.models.accounts import InvitationKind, Role, SessionId, UserId, UserState
from desktop.models.correspondence import ConversationId
from desktop.models.records import Label, Level, Method, PersonId


class Purpose(StrEnum):
    """What a step-up is for: it counts for this alone (ASVS 7.5.3)."""

    EXPORT = "export"
    CAMPAIGN = "campaign"
    KEYS = "keys"
    USERS = "users"
    PLAIN_MAIL = "plain-mail"
    OWN_SECURITY = "own-security"


@dataclass(frozen=True)
class StepUp:
    """The password again, or the security key with its PIN; good for five minutes and one purpose.

    For one's own security a session that was opened without a second factor wants one with it.
    """

    purpose: Purpose
    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    key_pin: str = field(default="", repr=False)
    recovery_code: str = field(default="", repr=False)


# --- users --------------------------------------------------------------------------


@dataclass(frozen=True)
class UserLine:
    """One row of the users page. `mfa` names the second factors that are set up."""

    id: UserId
    name: str
    role: Role
    state: UserState
    last_seen: datetime | None
    mfa: tuple[str, ...]
    """Of `totp`, `security-key`, `recovery-codes`."""
    signed_in: bool
    invited_until: datetime | None = None
    awaits: Role | None = None
    """The role that another administrator has yet to approve."""


@dataclass(frozen=True)
class UsersShown:
    users: tuple[UserLine, ...]


@dataclass(frozen=True)
class RoleRow:
    """One use case and which roles may do it; `step_up` is what it asks for besides."""

    action: str
    roles: tuple[Role, ...]
    step_up: Purpose | None


@dataclass(frozen=True)
class FieldGroupRow:
    """One group of fields (contact, appointment, clinical, billing) and which roles see it."""

    group: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class MatrixShown:
    """The permission matrix as data: the same table in the window and in the docs."""

    actions: tuple[RoleRow, ...]
    groups: tuple[FieldGroupRow, ...]


@dataclass(frozen=True)
class InviteRequest:
    """`role` counts for a new user only."""

    user: str
    role: Role
    kind: InvitationKind = InvitationKind.NEW_USER


@dataclass(frozen=True)
class Invited:
    """The one-time code, shown once; an administrator never knows the password."""

    user: str
    role: Role
    code: str = field(repr=False)
    until: datetime


@dataclass(frozen=True)
class NewUser:
    """For set-up scripts: the password must be changed at the first sign-in in the window."""

    user: str
    role: Role
    password: str = field(repr=False)


@dataclass(frozen=True)
class UserAdded:
    user: str
    role: Role
    totp_uri: str = field(repr=False)


@dataclass(frozen=True)
class RoleChange:
    user: UserId
    role: Role


@dataclass(frozen=True)
class RoleChanged:
    """`pending` is the id of the request that a second administrator must approve, or ""."""

    user: UserId
    role: Role
    pending: str = ""


@dataclass(frozen=True)
class ApprovalLine:
    """What waits for a second person; `words` come from `approval.<kind>` in the catalogues."""

    id: str
    kind: str
    subject: str
    """The name of the user that it is about, or ""."""
    details: dict[str, str]
    asked_by: str
    asked_at: datetime
    mine: bool
    """Asked by this session's person, who cannot decide it."""
    reason: str = field(default="", repr=False)
    """What the asker typed, where there was something to type."""
    approved: bool = False
    not_before: datetime | None = None
    """Where nobody else may decide: from when who asked may go on alone."""


@dataclass(frozen=True)
class ApprovalsShown:
    """What waits for a decision, and what this session's person asked for and can still carry out."""

    approvals: tuple[ApprovalLine, ...]
    own: tuple[ApprovalLine, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A second person's decision."""

    approval: str
    approve: bool


# --- leaving --------------------------------------------------------------------------


@dataclass(frozen=True)
class OffboardPlan:
    """What leaving will do, shown before it is done."""

    user: UserId
    name: str
    sessions: int
    tasks: int
    drafts: int
    approvals: int
    waiting: int
    """Messages that this person queued and that have not left; they still go."""
    heirs: tuple[tuple[UserId, str], ...]
    """Who can take over tasks and drafts."""
    relays: tuple[str, ...]
    """Relay accounts whose password the person may know."""


@dataclass(frozen=True)
class OffboardRequest:
    user: UserId
    heir: UserId


@dataclass(frozen=True)
class OffboardReport:
    """`left_to_do` are codes of what only people can do (`offboard.<code>`): change relay passwords, ..."""

    name: str
    at: datetime
    sessions_ended: int
    tasks: int
    drafts: int
    approvals: int
    relays: tuple[str, ...]
    left_to_do: tuple[str, ...]
    key_changed: bool
    """The vault key was changed and the database encrypted anew."""
    why: str = ""
    """Where it was not: the code of what stopped it. The person is out all the same; offboard them again."""


# --- the monthly review ---------------------------------------------------------------


@dataclass(frozen=True)
class ReviewShown:
    """Everybody with role, state and last use, what to look at, and when it was last signed off."""

    users: tuple[UserLine, ...]
    remarks: tuple[tuple[UserId, str], ...]
    """User and code (`review.<code>`): unused-for-long, no-recovery-codes, one-administrator, ..."""
    due: date
    last_signed: datetime | None
    last_by: str
    """Name, or "" where it was never done."""


@dataclass(frozen=True)
class ReviewSigned:
    at: datetime
    next_due: date


# --- one's own security ---------------------------------------------------------------


@dataclass(frozen=True)
class KeyShown:
    id: str
    name: str
    added_at: datetime
    last_used: datetime | None


@dataclass(frozen=True)
class SessionShown:
    """A session of this person: in the window (`command` False) or of the command line."""

    id: SessionId
    started: datetime
    command: bool
    this: bool


@dataclass(frozen=True)
class SecurityShown:
    user: str
    role: Role
    codes_left: int
    keys: tuple[KeyShown, ...]
    sessions: tuple[SessionShown, ...]
    quick_pin: bool
    quick_allowed: bool
    must_change: bool
    keyring_share: bool


@dataclass(frozen=True)
class RecoveryCodes:
    """Ten single-use codes, shown once."""

    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class PasswordChange:
    old: str = field(repr=False)
    new: str = field(repr=False)
    key_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class NewFactor:
    """A new authenticator that counts once a code from it was right."""

    totp_uri: str = field(repr=False)


@dataclass(frozen=True)
class FactorProof:
    totp_uri: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True)
class KeyEnrolment:
    """The password (the slot is sealed anew) and the new key's own PIN.

    Beside a key that is enrolled already that one is asked first, with `present_pin`.
    """

    password: str = field(repr=False)
    pin: str = field(repr=False)
    present_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class KeyRemoval:
    """The password and a key that opens, which may be the one that goes; `key_pin` is that key's."""

    id: str
    password: str = field(repr=False)
    key_pin: str = field(default="", repr=False)


# --- notices, policy, drafts -----------------------------------------------------------


@dataclass(frozen=True)
class NoticeLine:
    """What a person must have seen, such as an emergency access; words from `notice.<kind>`."""

    id: str
    kind: str
    at: datetime
    details: dict[str, str]


@dataclass(frozen=True)
class NoticesShown:
    notices: tuple[NoticeLine, ...]


@dataclass(frozen=True)
class SecurityPolicy:
    """What a practice may choose; every choice is at least as strict as the program's own limits."""

    idle_minutes: int = 10
    """1 to 15."""
    strict_lock: bool = False
    """A screen lock closes the database too, and what waits is not sent meanwhile."""
    lock_on_close: bool = False
    """Closing the window closes the practice: what was approved waits for the next sign-in."""
    quick_unlock: bool = True
    """Whether an idle lock may be opened with a PIN or a touch, for at most eight hours."""
    officer: str = ""
    """Name of the security officer (45 CFR 164.308(a)(2))."""
    officer_email: str = ""


@dataclass(frozen=True)
class DraftKept:
    """A letter that is not finished. `id` is "" for a new one; attachments are paths."""

    id: str
    person: PersonId | None
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[str, ...] = ()
    changed_at: datetime | None = None
    label: Label = Label.SENSITIVE
    wanted: Method | None = None
    raise_to: Level | None = None
    """What its writer asked for beyond the label: a letter must not come back with less."""
    conversation: ConversationId | None = None
    turn: int = 0
    about: PersonId | None = None
    name: str = field(default="", repr=False)
    """Whom it is to, in a list of drafts."""
    left: bool = False
    """Its writer leaves off with it: they are not answering any more."""


@dataclass(frozen=True)
class DraftsShown:
    drafts: tuple[DraftKept, ...]

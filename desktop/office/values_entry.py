"""Values of the door about getting in: few, because the sign-in page shows before the rest is loaded."""

from __future__ import annotations

from dataclasses import field

from desktop.frozen import dataclass
from desktop.models.accounts import Session


@dataclass(frozen=True)
class NewPractice:
    """`zone` is an IANA name. The password is never kept; `repr` hides it."""

    practice: str
    zone: str
    user: str
    password: str = field(repr=False)
    language: str = "en"
    sample: bool = False
    """Of invented people: it opens nowhere but in the look around."""


@dataclass(frozen=True)
class PracticeMade:
    """Shown once: the authenticator's address and the recovery key."""

    practice_id: str
    totp_uri: str = field(repr=False)
    recovery_key: str = field(repr=False)
    keyring_share: bool = False


@dataclass(frozen=True)
class Recovery:
    """The printed key, the new password of an administrator, and why the practice is opened this way."""

    user: str
    recovery_key: str = field(repr=False)
    password: str = field(repr=False)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True)
class Recovered:
    """The new recovery key, shown once; the old one opens nothing any more."""

    recovery_key: str = field(repr=False)


@dataclass(frozen=True)
class Credentials:
    """Password and one second factor: `code` of the authenticator, a saved recovery code, or a key's PIN.

    The second factor is asked once per person, computer and day: without any of them the
    answer may be Refused `code-needed`.
    """

    user: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)
    recovery_code: str = field(default="", repr=False)
    key_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class EntryNeeds:
    """What the sign-in or lock page asks for; told before anything is opened, by the name alone.

    The same answer for an unknown name as for one without a security key.
    """

    security_key: bool
    quick: bool
    """A PIN opens this lock: same person, same process, still within its time."""


@dataclass(frozen=True)
class QuickUnlock:
    user: str
    pin: str = field(default="", repr=False)
    """The six-digit PIN; "" for a touch of the security key (`key_pin` where it wants one)."""
    key_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class JoinRequest:
    """The invited person's name and one-time code."""

    user: str
    invitation: str = field(repr=False)


@dataclass(frozen=True)
class JoinStarted:
    """`totp_uri` is "" where the person keeps the authenticator they have (a further computer)."""

    practice: str
    role: str
    totp_uri: str = field(repr=False)
    security_key: bool = False
    """The person has security keys: `join` asks for one, with its PIN."""


@dataclass(frozen=True)
class Join:
    """Own password and a code from the authenticator shown at the start: both are set at once."""

    user: str
    invitation: str = field(repr=False)
    password: str = field(repr=False)
    totp_uri: str = field(repr=False)
    code: str = field(repr=False)
    key_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class Joined:
    """Ten recovery codes, shown once; () where there are some already."""

    recovery_codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class SignedIn:
    """`expires_in` is in seconds; `token` is '' in the window (no session file is written)."""

    session: Session
    expires_in: int
    token: str = field(default="", repr=False)
    must_change: bool = False
    """Somebody else chose the password: the window asks for an own one before anything else."""
    notices: int = 0
    """How many notices this person has not acknowledged."""
    idle_lock: int = 600
    """Idle seconds after which the screen locks: what the practice chose."""
    banners: tuple[str, ...] = ()
    """What stands across the window, as codes (`ui.banner.<code>`): `log-gap`, `witness-stale`."""


@dataclass(frozen=True)
class DutyState:
    """What the lock page says: how many approved messages have not left yet."""

    practice: str
    locked: bool
    vault_open: bool
    due: int
    quick: tuple[str, ...] = ()
    """Names of people whose lock a PIN or a touch would open now."""
    service: bool = False
    """A background service holds the practice: what is due goes on when the window is closed."""
    waits_for_sign_in: bool = False
    """Nothing leaves before somebody has signed in (after a restart of the computer or the service)."""
    reads_mail: bool = False
    paused: str = ""
    """The code of why everything stands still, where it does (`reason.<code>`)."""
    ends_with_window: bool = False
    """The practice chose that nothing goes on once its window is closed."""
    unseen: int = 0
    """Conversations with something that nobody has looked at; a number only."""
    urgent: int = 0
    quiet: bool = False
    """Nothing may be said outside the window now (`Notify`)."""
    backup: str = ""
    """How backups stand (`values_backups.FRESH` and the others); '' where nobody knows it now."""

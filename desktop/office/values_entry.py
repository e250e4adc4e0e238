"""Values of the door about getting in: few, because the sign-in page shows before the rest is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.models.accounts import Session


@dataclass(frozen=True)
class NewPractice:
    """`zone` is an IANA name. The password is never kept; `repr` hides it."""

    practice: str
    zone: str
    user: str
    password: str = field(repr=False)
    language: str = "en"


@dataclass(frozen=True)
class PracticeMade:
    """Shown once: the authenticator's address and the recovery key."""

    practice_id: str
    totp_uri: str = field(repr=False)
    recovery_key: str = field(repr=False)
    keyring_share: bool = False


@dataclass(frozen=True)
class Recovery:
    """The printed key, and the new password of an administrator."""

    user: str
    recovery_key: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class Recovered:
    """The new recovery key, shown once; the old one opens nothing any more."""

    recovery_key: str = field(repr=False)


@dataclass(frozen=True)
class Credentials:
    user: str
    password: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True)
class SignedIn:
    """`expires_in` is in seconds; `token` is '' in the window (no session file is written)."""

    session: Session
    expires_in: int
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class DutyState:
    """What the lock page says: how many approved messages are still going out."""

    practice: str
    locked: bool
    vault_open: bool
    due: int

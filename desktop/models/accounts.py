"""Who may sign in, and who is: apart from the other records, because the sign-in page loads no more."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

from desktop.frozen import dataclass

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)


class Role(StrEnum):
    """What a user may do is in `access/roles.py`."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    FRONT_DESK = "front-desk"
    CLINICIAN = "clinician"
    BILLING = "billing"
    AUDITOR = "auditor"


class UserState(StrEnum):
    """Whether somebody may sign in; only `active` may."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """On leave: key slots stay, nothing opens until an administrator ends it."""
    LEFT = "left"


@dataclass(frozen=True)
class User:
    """`disabled_at` is set while the state is `suspended` or `left`; ids are never used again."""

    id: UserId
    name: str
    role: Role
    disabled_at: datetime | None = None
    state: UserState = UserState.ACTIVE
    added_at: datetime | None = None
    last_seen: datetime | None = None
    must_change: bool = False
    """Somebody else chose the password (a set-up script): it changes at the next sign-in in the window."""


@dataclass(frozen=True)
class Session:
    """Who is signed in; handed to every use case and checked by the guard each time."""

    id: SessionId
    user: UserId
    user_name: str
    role: Role
    started: datetime


class InvitationKind(StrEnum):
    """What the one-time code lets its person do."""

    NEW_USER = "new-user"
    COMPUTER = "computer"
    """A further computer or system account of somebody who is there."""
    FACTOR = "factor"
    """After a lost device, approved by an administrator: a new password and a new second factor."""


@dataclass(frozen=True)
class Invitation:
    """One one-time code, without the code. `outcome` is "" while open, then used, withdrawn or expired."""

    id: str
    user: UserId
    kind: InvitationKind
    made_by: UserId
    made_at: datetime
    until: datetime
    ended_at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True)
class SecurityKey:
    """A FIDO2 key that a person has enrolled. Its salt and the sealed vault key are in `vault.keys`."""

    id: str
    user: UserId
    cred_id: bytes
    rp_id: str
    public_key: bytes
    """COSE key, RFC 9052."""
    name: str
    added_at: datetime
    last_used: datetime | None = None


class ApprovalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    DONE = "done"
    """What was approved has been carried out; it cannot be used twice."""


@dataclass(frozen=True)
class Approval:
    """What one person asked for and another decides.

    `details` holds codes and ids only; `reason` is typed by the person who asks and goes
    into the audit log's own table. `signature` is Ed25519 over the canonical request, by the
    decider's key. `not_before` is for a practice with one approver (a recorded wait).
    """

    id: str
    kind: str
    subject: str
    details: dict[str, str]
    reason: str
    asked_by: UserId
    asked_at: datetime
    not_before: datetime | None = None
    state: ApprovalState = ApprovalState.PENDING
    decided_by: UserId | None = None
    decided_at: datetime | None = None
    signature: bytes | None = None

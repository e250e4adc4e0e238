"""Two people for what one alone must not do: asked by one, decided and signed by another.

A request lapses after seven days and is carried out at most once. The decision is an Ed25519
signature (RFC 8032) by the decider's own key over the canonical request (RFC 8785), with the
public key before it, so that it can be checked after the decider has left. Whose key it was
stands in the audit log.

What is asked for is bound by a hash over everything that matters about it: whoever comes
back with an approval and asks for something else by one character is refused. Where nobody
else may decide, a recorded wait takes the second person's place, so that others can notice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.access.roles import Action, may
from desktop.audit.logkey import is_signed
from desktop.clock import milliseconds
from desktop.config import LIMITS
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import approvals, users
from desktop.models.accounts import Approval, ApprovalState, Role, User, UserId, UserState
from desktop.models.database import Tx
from desktop.models.ids import new_id

ELEVATION = "elevation"
"""Somebody is to become an administrator."""
EXPORT = "export"
"""The log of many people is to be handed out."""
PEOPLE_EXPORT = "people-export"
"""The list of people itself is."""
PURGE = "purge"
"""A closed year of the log is to be destroyed."""
CAMPAIGN = "campaign"
"""Letters are to go to many people."""
NEEDS: Mapping[str, Action] = MappingProxyType(
    {
        ELEVATION: Action.SET_ROLE,
        EXPORT: Action.EXPORT_AUDIT,
        PEOPLE_EXPORT: Action.DECIDE_APPROVAL,
        PURGE: Action.PURGE_YEAR,
        CAMPAIGN: Action.APPROVE_CAMPAIGN,
    }
)
"""Who may do a thing may approve of it, where they decide about others' requests at all."""
VALID = timedelta(days=7)
WAIT = timedelta(seconds=LIMITS.sole_approver_wait)
PUBLIC_BYTES = 32
REQUEST = "request"
"""The detail that binds the rest; it tells people nothing."""
_CONTEXT = b"sealwell/approval/1\n"


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `request` is `request_hash` of all that the approval shall bind.

    `details` are codes, ids and numbers that the approver is shown; `reason` was typed.
    """

    kind: str
    request: str
    reason: str = field(repr=False)
    details: Mapping[str, str] = field(default_factory=dict)


def request_hash(request: Mapping[str, object]) -> str:
    """SHA-256 over the RFC 8785 bytes, 64 hex digits."""
    return hashlib.sha256(rfc8785.dumps(dict(request))).hexdigest()  # type: ignore[arg-type]


def approvers(tx: Tx, kind: str) -> tuple[User, ...]:
    """Everybody who can sign in today and may decide a request of this kind."""
    return tuple(
        user for user in users.listing(tx) if user.state is UserState.ACTIVE and may(user.role, NEEDS[kind])
    )


def ask(tx: Tx, wanted: Wanted, by: UserId, now: datetime) -> Approval:
    """Keep the request; the same person's earlier one for the same ends.

    Where nobody but `by` may decide, it has the end of the wait as `not_before`.
    """
    for before in approvals.pending(tx, wanted.kind):
        if before.asked_by == by and before.details.get(REQUEST) == wanted.request:
            approvals.withdraw(tx, before.id, now)
    asked = Approval(
        id=new_id(),
        kind=wanted.kind,
        subject="",
        details={**wanted.details, REQUEST: wanted.request},
        reason=wanted.reason,
        asked_by=by,
        asked_at=now,
        not_before=now + WAIT if is_alone(tx, wanted.kind, by) else None,
    )
    approvals.add(tx, asked)
    return asked


def use(tx: Tx, id_: str, wanted: Wanted, by: UserId, now: datetime, private: bytes) -> Approval:
    """In the transaction of the work: the request is approved, is this very one, and is now used up.

    After the recorded wait of somebody alone the decision is signed here by `private`, the
    person's own Ed25519 key. Raises Refused "approval-missing" (none of this person for
    exactly this), "approval-over" (refused, used, older than seven days, or altered),
    "approval-pending" (nobody has decided), "approval-too-early".
    """
    asked = approvals.get(tx, id_)
    if asked is None or (asked.kind, asked.asked_by) != (wanted.kind, by):
        raise Refused("approval-missing")
    if (asked.details.get(REQUEST), asked.reason) != (wanted.request, wanted.reason):
        raise Refused("approval-missing")
    if asked.state in (ApprovalState.REFUSED, ApprovalState.DONE) or now >= asked.asked_at + VALID:
        raise Refused("approval-over")
    if asked.state is ApprovalState.PENDING:
        if asked.not_before is None or not is_alone(tx, asked.kind, by):
            raise Refused("approval-pending")
        if now < asked.not_before:
            raise Refused("approval-too-early")
        asked = _decided(tx, asked, ApprovalState.APPROVED, by, now, private)
    if not is_genuine(asked):
        raise Refused("approval-over")
    carried_out(tx, asked)
    return asked


def is_alone(tx: Tx, kind: str, user: UserId) -> bool:
    """Whether nobody else could approve what `user` asks for."""
    return all(one.id == user for one in approvers(tx, kind))


def waiting(tx: Tx, now: datetime) -> list[Approval]:
    """What can still be decided, oldest first."""
    return [asked for asked in approvals.pending(tx) if now < asked.asked_at + VALID]


def usable(tx: Tx, user: UserId, now: datetime) -> list[Approval]:
    """What `user` asked for and carries out themselves once they may (`use`), oldest first."""
    return [
        asked
        for asked in approvals.asked_by(tx, user)
        if asked.kind != ELEVATION and now < asked.asked_at + VALID
    ]


def awaited_roles(tx: Tx, now: datetime) -> dict[str, Role]:
    """Which role whom another administrator has yet to approve for."""
    return {
        asked.subject: Role(asked.details["role"]) for asked in waiting(tx, now) if asked.kind == ELEVATION
    }


def ask_elevation(tx: Tx, user: User, by: UserId, now: datetime) -> Approval:
    """Ask that `user` may become an administrator; what was asked before for them ends."""
    end_elevations(tx, user.id, now)
    asked = Approval(
        id=new_id(),
        kind=ELEVATION,
        subject=user.id,
        details={"role": Role.ADMINISTRATOR.value, "role-before": user.role.value},
        reason="",
        asked_by=by,
        asked_at=now,
    )
    approvals.add(tx, asked)
    return asked


def end_elevations(tx: Tx, user: UserId, now: datetime) -> None:
    """What was asked for `user` is overtaken: they got another role, or they leave."""
    for asked in approvals.pending(tx, ELEVATION):
        if asked.subject == user:
            approvals.withdraw(tx, asked.id, now)


def decide(tx: Tx, id_: str, approve: bool, by: UserId, now: datetime, private: bytes) -> Approval:
    """The request with its signed decision, as kept; `private` is the decider's Ed25519 key.

    An approved request is not carried out yet: the caller does, and says so with `carried_out`
    (`use`). Raises InputError("approval-unknown"); Refused "approval-own" (who asked cannot
    decide), "not-allowed", "approval-over" (decided already, or older than seven days),
    "approval-too-early" (a yes before the end of a recorded wait).
    """
    asked = approvals.get(tx, id_)
    if asked is None:
        raise InputError("approval-unknown")
    if asked.asked_by == by:
        raise Refused("approval-own")
    if all(user.id != by for user in approvers(tx, asked.kind)):
        raise Refused("not-allowed")
    if asked.state is not ApprovalState.PENDING or now >= asked.asked_at + VALID:
        raise Refused("approval-over")
    if approve and asked.not_before is not None and now < asked.not_before:
        raise Refused("approval-too-early")
    state = ApprovalState.APPROVED if approve else ApprovalState.REFUSED
    return _decided(tx, asked, state, by, now, private)


def _decided(
    tx: Tx, asked: Approval, state: ApprovalState, by: UserId, now: datetime, private: bytes
) -> Approval:
    decided = replace(asked, state=state, decided_by=by, decided_at=now)
    decided = replace(decided, signature=_signed(decided, private))
    if not approvals.decide(tx, asked.id, state, by, now, decided.signature):
        raise Refused("approval-over")
    return decided


def carried_out(tx: Tx, decided: Approval) -> None:
    """Before the work of an approved request, in its transaction: a second time is refused."""
    if not approvals.use(tx, decided.id):
        raise Refused("approval-over")


def is_genuine(decided: Approval) -> bool:
    """Whether the request and the decision are those that were signed."""
    signed = decided.signature or b""
    return is_signed(signed[:PUBLIC_BYTES], signed[PUBLIC_BYTES:], _request(decided))


def signer(decided: Approval) -> str:
    """SHA-256 of the public key that signed, 64 hex digits: what the audit record names."""
    return hashlib.sha256((decided.signature or b"")[:PUBLIC_BYTES]).hexdigest()


def _signed(decided: Approval, private: bytes) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(private)
    return key.public_key().public_bytes_raw() + key.sign(_request(decided))


def _request(decided: Approval) -> bytes:
    """What is signed: everything of the request, and who decided what when."""
    approved = decided.state is not ApprovalState.REFUSED
    return _CONTEXT + rfc8785.dumps(
        {
            "id": decided.id,
            "kind": decided.kind,
            "subject": decided.subject,
            "details": dict(decided.details),
            "reason": decided.reason,
            "asked_by": decided.asked_by,
            "asked_at": milliseconds(decided.asked_at),
            "decision": "approved" if approved else "refused",
            "decided_by": decided.decided_by or "",
            "decided_at": milliseconds(decided.decided_at) if decided.decided_at else 0,
        }
    )

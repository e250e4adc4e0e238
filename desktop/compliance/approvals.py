"""Two people for what one alone must not do: asked by one, decided and signed by another.

A request lapses after seven days and is carried out at most once. The decision is an Ed25519
signature (RFC 8032) by the decider's own key over the canonical request (RFC 8785), with the
public key before it, so that it can be checked after the decider has left. Whose key it was
stands in the audit log.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.audit.logkey import is_signed
from desktop.errors import InputError, Refused
from desktop.models import approvals
from desktop.models.accounts import Approval, ApprovalState, Role, User, UserId
from desktop.models.database import Tx
from desktop.models.ids import new_id

ELEVATION = "elevation"
"""Somebody is to become an administrator."""
VALID = timedelta(days=7)
PUBLIC_BYTES = 32
_CONTEXT = b"sealwell/approval/1\n"


def waiting(tx: Tx, now: datetime) -> list[Approval]:
    """What can still be decided, oldest first."""
    return [asked for asked in approvals.pending(tx) if now < asked.asked_at + VALID]


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

    An approved request is not carried out yet: the caller does, and says so with `carried_out`.
    Raises InputError("approval-unknown"); Refused "approval-own" (who asked cannot decide),
    "approval-over" (decided already, or older than seven days), "approval-too-early".
    """
    asked = approvals.get(tx, id_)
    if asked is None:
        raise InputError("approval-unknown")
    if asked.asked_by == by:
        raise Refused("approval-own")
    if asked.state is not ApprovalState.PENDING or now >= asked.asked_at + VALID:
        raise Refused("approval-over")
    if asked.not_before is not None and now < asked.not_before:
        raise Refused("approval-too-early")
    state = ApprovalState.APPROVED if approve else ApprovalState.REFUSED
    decided = replace(asked, state=state, decided_by=by, decided_at=now)
    decided = replace(decided, signature=_signed(decided, private))
    if not approvals.decide(tx, id_, state, by, now, decided.signature):
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
            "asked_at": _milliseconds(decided.asked_at),
            "decision": "approved" if approved else "refused",
            "decided_by": decided.decided_by or "",
            "decided_at": _milliseconds(decided.decided_at) if decided.decided_at else 0,
        }
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

"""Approvals: what one person asked for and another decides, each used at most once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.models.accounts import Approval, ApprovalState, UserId
from desktop.models.lanes import Tx
from desktop.models.tables_access import approval


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        details=row.details,
        reason=row.reason,
        asked_by=UserId(row.asked_by),
        asked_at=row.asked_at,
        not_before=row.not_before,
        state=ApprovalState(row.state),
        decided_by=UserId(row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
        signature=row.signature,
    )


def add(tx: Tx, asked: Approval) -> None:
    tx.connection.execute(
        insert(approval).values(
            id=asked.id,
            kind=asked.kind,
            subject=asked.subject,
            details=asked.details,
            reason=asked.reason,
            asked_by=asked.asked_by,
            asked_at=asked.asked_at,
            not_before=asked.not_before,
            state=asked.state.value,
        )
    )


def get(tx: Tx, id_: str) -> Approval | None:
    row = tx.connection.execute(select(approval).where(approval.c.id == id_)).one_or_none()
    return _approval(row) if row else None


def pending(tx: Tx, kind: str = "") -> list[Approval]:
    """What waits for somebody's decision, oldest first."""
    query = select(approval).where(approval.c.state == ApprovalState.PENDING.value)
    if kind:
        query = query.where(approval.c.kind == kind)
    return [_approval(row) for row in tx.connection.execute(query.order_by(approval.c.asked_at))]


def asked_by(tx: Tx, user: UserId) -> list[Approval]:
    """What this person asked for and nobody has refused or used, oldest first."""
    live = (ApprovalState.PENDING.value, ApprovalState.APPROVED.value)
    query = select(approval).where(approval.c.asked_by == user, approval.c.state.in_(live))
    return [_approval(row) for row in tx.connection.execute(query.order_by(approval.c.asked_at))]


def decide(
    tx: Tx, id_: str, to: ApprovalState, by: UserId, at: datetime, signature: bytes | None = None
) -> bool:
    """Approve or refuse what is pending; False where it was decided already."""
    done = tx.connection.execute(
        update(approval)
        .where(approval.c.id == id_, approval.c.state == ApprovalState.PENDING.value)
        .values(state=to.value, decided_by=by, decided_at=at, signature=signature)
    )
    return done.rowcount == 1


def use(tx: Tx, id_: str) -> bool:
    """Mark an approved request as carried out; False where it is not approved, or used before."""
    done = tx.connection.execute(
        update(approval)
        .where(approval.c.id == id_, approval.c.state == ApprovalState.APPROVED.value)
        .values(state=ApprovalState.DONE.value)
    )
    return done.rowcount == 1


def give_back(tx: Tx, id_: str) -> bool:
    """What was approved could not be carried out after all: it may be used again."""
    done = tx.connection.execute(
        update(approval)
        .where(approval.c.id == id_, approval.c.state == ApprovalState.DONE.value)
        .values(state=ApprovalState.APPROVED.value)
    )
    return done.rowcount == 1


def withdraw(tx: Tx, id_: str, at: datetime) -> bool:
    """End what is pending without anybody's decision: it was overtaken; False where it was over."""
    done = tx.connection.execute(
        update(approval)
        .where(approval.c.id == id_, approval.c.state == ApprovalState.PENDING.value)
        .values(state=ApprovalState.REFUSED.value, decided_at=at)
    )
    return done.rowcount == 1


def end_of(tx: Tx, user: UserId, at: datetime) -> int:
    """Refuse what a person who leaves has asked for; how many there were."""
    done = tx.connection.execute(
        update(approval)
        .where(approval.c.asked_by == user, approval.c.state == ApprovalState.PENDING.value)
        .values(state=ApprovalState.REFUSED.value, decided_at=at)
    )
    return done.rowcount

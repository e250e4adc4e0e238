"""Invitations: who may join with a one-time code, until when. The code itself is kept nowhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.models.accounts import Invitation, InvitationKind, UserId
from desktop.models.lanes import Tx
from desktop.models.tables_access import invitation

_OPEN = invitation.c.outcome == ""


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        row.id,
        UserId(row.user),
        InvitationKind(row.kind),
        UserId(row.made_by),
        row.made_at,
        row.until,
        row.ended_at,
        row.outcome,
    )


def add(tx: Tx, made: Invitation) -> None:
    tx.connection.execute(
        insert(invitation).values(
            id=made.id,
            user=made.user,
            kind=made.kind.value,
            made_by=made.made_by,
            made_at=made.made_at,
            until=made.until,
            ended_at=made.ended_at,
            outcome=made.outcome,
        )
    )


def open_ones(tx: Tx) -> list[Invitation]:
    """Neither used, withdrawn nor expired so far, oldest first."""
    query = select(invitation).where(_OPEN).order_by(invitation.c.made_at)
    return [_invitation(row) for row in tx.connection.execute(query)]


def open_of(tx: Tx, user: UserId) -> Invitation | None:
    """The open invitation of one person; `end` comes before a second one is added."""
    query = select(invitation).where(_OPEN, invitation.c.user == user).order_by(invitation.c.made_at.desc())
    row = tx.connection.execute(query.limit(1)).one_or_none()
    return _invitation(row) if row else None


def end(tx: Tx, user: UserId, outcome: str, at: datetime) -> int:
    """End a person's open invitations as `used`, `withdrawn` or `expired`; how many there were."""
    done = tx.connection.execute(
        update(invitation).where(_OPEN, invitation.c.user == user).values(outcome=outcome, ended_at=at)
    )
    return done.rowcount

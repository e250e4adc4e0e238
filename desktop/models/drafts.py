"""Drafts of letters: kept in the encrypted database through locks and restarts, one owner each."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.tables_mail import draft


@dataclass(frozen=True)
class Draft:
    """`details` is what the page needs to look as before; attachments are paths, not contents."""

    id: str
    owner: UserId
    changed_at: datetime
    person: PersonId | None = None
    subject: str = field(default="", repr=False)
    body: str = field(default="", repr=False)
    details: dict[str, Any] = field(default_factory=dict, repr=False)


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        owner=UserId(row.owner),
        changed_at=row.changed_at,
        person=PersonId(row.person) if row.person else None,
        subject=row.subject,
        body=row.body,
        details=row.details,
    )


def put(tx: Tx, one: Draft) -> None:
    """Keep a draft as it is now."""
    changed = {
        "owner": one.owner,
        "person": one.person,
        "subject": one.subject,
        "body": one.body,
        "details": one.details,
        "changed_at": one.changed_at,
    }
    row = insert(draft).values(id=one.id, **changed)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))


def get(tx: Tx, id_: str) -> Draft | None:
    row = tx.connection.execute(select(draft).where(draft.c.id == id_)).one_or_none()
    return _draft(row) if row else None


def of_owner(tx: Tx, owner: UserId) -> list[Draft]:
    """A person's drafts, the latest first."""
    query = select(draft).where(draft.c.owner == owner).order_by(draft.c.changed_at.desc())
    return [_draft(row) for row in tx.connection.execute(query)]


def count(tx: Tx, owner: UserId) -> int:
    mine = select(func.count()).select_from(draft).where(draft.c.owner == owner)
    return tx.connection.execute(mine).scalar_one()


def remove(tx: Tx, id_: str) -> None:
    """A draft was sent or thrown away."""
    tx.connection.execute(delete(draft).where(draft.c.id == id_))


def hand_over(tx: Tx, frm: UserId, to: UserId) -> int:
    """Somebody leaves: their drafts are `to`'s; how many there were."""
    done = tx.connection.execute(update(draft).where(draft.c.owner == frm).values(owner=to))
    return done.rowcount

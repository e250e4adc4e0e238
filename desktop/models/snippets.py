"""Text blocks: snippets, templates and signatures, of one person or of the whole practice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.accounts import UserId
from desktop.models.correspondence import Snippet, SnippetId
from desktop.models.lanes import Tx
from desktop.models.tables_desk import snippet

SNIPPET, TEMPLATE, SIGNATURE = "snippet", "template", "signature"
KINDS = (SNIPPET, TEMPLATE, SIGNATURE)


def _snippet(row: Row[Any]) -> Snippet:
    return Snippet(
        id=SnippetId(row.id),
        kind=row.kind,
        name=row.name,
        text=row.text,
        subject=row.subject,
        language=row.language,
        owner=UserId(row.owner) if row.owner else None,
        changed_at=row.changed_at,
    )


def put(tx: Tx, one: Snippet, now: datetime) -> None:
    """Keep a text block as it is now; one that was retired stays retired."""
    changed = {
        "kind": one.kind,
        "name": one.name,
        "subject": one.subject,
        "text": one.text,
        "language": one.language,
        "owner": one.owner,
        "changed_at": now,
    }
    row = insert(snippet).values(id=one.id, **changed)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))


def get(tx: Tx, id_: SnippetId) -> Snippet | None:
    """None for one that was retired."""
    query = select(snippet).where(snippet.c.id == id_, snippet.c.retired_at.is_(None))
    row = tx.connection.execute(query).one_or_none()
    return _snippet(row) if row else None


def for_user(tx: Tx, user: UserId) -> list[Snippet]:
    """A person's own and the practice's, by name; their own first where two have one name."""
    theirs = or_(snippet.c.owner == user, snippet.c.owner.is_(None))
    order = (func.lower(snippet.c.name), snippet.c.owner.is_(None), snippet.c.id)
    query = select(snippet).where(snippet.c.retired_at.is_(None), theirs).order_by(*order)
    return [_snippet(row) for row in tx.connection.execute(query)]


def count(tx: Tx, owner: UserId | None) -> int:
    """How many a person has, or with None the practice."""
    mine = select(func.count()).select_from(snippet).where(_of(owner))
    return tx.connection.execute(mine).scalar_one()


def retire(tx: Tx, id_: SnippetId, now: datetime) -> None:
    tx.connection.execute(update(snippet).where(snippet.c.id == id_).values(retired_at=now))


def hand_over(tx: Tx, frm: UserId, to: UserId, now: datetime) -> int:
    """Somebody leaves: their blocks are `to`'s, their signature nobody's; how many went over."""
    signs = snippet.c.kind == SIGNATURE
    tx.connection.execute(update(snippet).where(_of(frm), signs).values(retired_at=now))
    return tx.connection.execute(update(snippet).where(_of(frm)).values(owner=to)).rowcount


def _of(owner: UserId | None) -> ColumnElement[bool]:
    whose = snippet.c.owner.is_(None) if owner is None else snippet.c.owner == owner
    return and_(whose, snippet.c.retired_at.is_(None))

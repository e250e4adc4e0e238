"""Questions by mail whose code comes back in the reply: each code answers once.

The code itself is in the letter alone; here lies a keyed hash of it, so that whoever reads the
database cannot answer for somebody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.records import MessageId, PersonId
from desktop.models.standing import OptInId, Use
from desktop.models.tables_people import opt_in


@dataclass(frozen=True)
class OptIn:
    """`address` is where the question went; only from there an answer counts."""

    id: OptInId
    person: PersonId
    use: Use
    address: str
    code_key: str
    wording: str
    by: str
    asked_at: datetime
    until: datetime
    message: MessageId | None = None
    answered_at: datetime | None = None
    answer: str = ""


def add(tx: Tx, one: OptIn) -> None:
    tx.connection.execute(
        insert(opt_in).values(
            id=one.id,
            person=one.person,
            purpose=one.use.value,
            address=one.address,
            code_key=one.code_key,
            wording=one.wording,
            message=one.message,
            by=one.by,
            asked_at=one.asked_at,
            until=one.until,
        )
    )


def by_code(tx: Tx, code_key: str) -> OptIn | None:
    row = tx.connection.execute(select(opt_in).where(opt_in.c.code_key == code_key)).one_or_none()
    return _opt_in(row) if row is not None else None


def of_person(tx: Tx, person: PersonId) -> list[OptIn]:
    """Newest first."""
    wanted = select(opt_in).where(opt_in.c.person == person).order_by(opt_in.c.asked_at.desc(), opt_in.c.id)
    return [_opt_in(row) for row in tx.connection.execute(wanted)]


def answer(tx: Tx, id_: OptInId, word: str, at: datetime) -> bool:
    """False where it was answered before."""
    open_ = opt_in.c.id == id_, opt_in.c.answered_at.is_(None)
    values = {"answered_at": at, "answer": word}
    return tx.connection.execute(update(opt_in).where(*open_).values(**values)).rowcount == 1


def end_open(tx: Tx, person: PersonId, use: Use, at: datetime) -> int:
    """A newer question, or a word of another kind, ends those that wait; answers how many."""
    open_ = (
        opt_in.c.person == person,
        opt_in.c.purpose == use.value,
        opt_in.c.answered_at.is_(None),
    )
    return tx.connection.execute(update(opt_in).where(*open_).values(answered_at=at, answer="over")).rowcount


def _opt_in(row: Row[Any]) -> OptIn:
    return OptIn(
        id=OptInId(row.id),
        person=PersonId(row.person),
        use=Use(row.purpose),
        address=row.address,
        code_key=row.code_key,
        wording=row.wording,
        by=row.by,
        asked_at=row.asked_at,
        until=row.until,
        message=MessageId(row.message) if row.message else None,
        answered_at=row.answered_at,
        answer=row.answer,
    )

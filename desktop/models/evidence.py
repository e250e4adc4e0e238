"""What was seen of domains and mail services outside: the newest look of each kind is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.engine import Row

from desktop.models.ids import new_id
from desktop.models.lanes import Tx
from desktop.models.observed import Observed
from desktop.models.tables import evidence

_MANY = 500
"""Subjects of one statement; SQLite takes a limited number of values."""


def put(tx: Tx, seen: Observed) -> None:
    """Keep this look in place of the one before of the same subject, kind and source."""
    same = and_(
        evidence.c.subject_kind == seen.subject_kind,
        evidence.c.subject == seen.subject,
        evidence.c.kind == seen.kind,
        evidence.c.source == seen.source,
    )
    tx.connection.execute(delete(evidence).where(same))
    tx.connection.execute(
        insert(evidence).values(
            id=new_id(),
            subject_kind=seen.subject_kind,
            subject=seen.subject,
            kind=seen.kind,
            source=seen.source,
            details=dict(seen.details),
            seen_at=seen.seen_at,
            valid_until=seen.valid_until,
        )
    )


def about(tx: Tx, subject_kind: str, subject: str) -> tuple[Observed, ...]:
    """All that is known about one subject, by kind and source."""
    return about_many(tx, subject_kind, (subject,)).get(subject, ())


def about_many(tx: Tx, subject_kind: str, subjects: Iterable[str]) -> dict[str, tuple[Observed, ...]]:
    """By subject; who is not in it is not known."""
    wanted = sorted(set(subjects))
    found: dict[str, tuple[Observed, ...]] = {}
    for start in range(0, len(wanted), _MANY):
        rows = tx.connection.execute(
            select(evidence)
            .where(
                evidence.c.subject_kind == subject_kind, evidence.c.subject.in_(wanted[start : start + _MANY])
            )
            .order_by(evidence.c.subject, evidence.c.kind, evidence.c.source)
        )
        for row in rows:
            found[row.subject] = (*found.get(row.subject, ()), _observed(row))
    return found


def forget_before(tx: Tx, subject_kind: str, seen_before: datetime) -> int:
    """Remove looks that are older; answers how many."""
    old = and_(evidence.c.subject_kind == subject_kind, evidence.c.seen_at < seen_before)
    return tx.connection.execute(delete(evidence).where(old)).rowcount


def _observed(row: Row[tuple[object, ...]]) -> Observed:
    return Observed(
        subject_kind=row.subject_kind,
        subject=row.subject,
        kind=row.kind,
        source=row.source,
        seen_at=row.seen_at,
        valid_until=row.valid_until,
        details=row.details,
    )

"""Alerts, the practice's own thresholds, and incidents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.lanes import Tx
from desktop.models.tables_mail import incident
from desktop.models.tables_watch import alert, alert_rule

OPEN, CLOSED = "open", "closed"
_ALL = select(alert, incident.c.closed_at).outerjoin(incident, incident.c.id == alert.c.incident)


@dataclass(frozen=True)
class Alert:
    """What one rule said about one subject within a day. `seqs` are the first records behind it."""

    id: str
    rule: str
    severity: str
    subject: str
    first: datetime
    last: datetime
    count: int
    seqs: tuple[int, ...]
    incident: str = ""
    seen_at: datetime | None = None
    settled: bool = False
    """Its incident is closed."""


@dataclass(frozen=True)
class Threshold:
    """What the practice chose instead of a rule's own figures."""

    rule: str
    least: int
    minutes: int
    changed_at: datetime


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        id=row.id,
        rule=row.rule,
        severity=row.severity,
        subject=row.subject,
        first=row.first_at,
        last=row.last_at,
        count=row._mapping["count"],
        seqs=tuple(row.seqs),
        incident=row.incident,
        seen_at=row.seen_at,
        settled=row.closed_at is not None,
    )


def _values(one: Alert) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "severity": one.severity,
        "subject": one.subject,
        "first_at": one.first,
        "last_at": one.last,
        "count": one.count,
        "seqs": list(one.seqs),
    }


def add(tx: Tx, one: Alert) -> None:
    tx.connection.execute(insert(alert).values(id=one.id, **_values(one)))


def go_on(tx: Tx, one: Alert) -> None:
    """More of the same: it wants to be looked at again."""
    again = update(alert).where(alert.c.id == one.id).values(**_values(one), seen_by=None, seen_at=None)
    tx.connection.execute(again)


def get(tx: Tx, id_: str) -> Alert | None:
    row = tx.connection.execute(_ALL.where(alert.c.id == id_)).one_or_none()
    return _alert(row) if row else None


def latest(tx: Tx, rule: str, subject: str) -> Alert | None:
    """The newest of this rule about this subject."""
    mine = _ALL.where(alert.c.rule == rule, alert.c.subject == subject)
    row = tx.connection.execute(mine.order_by(alert.c.last_at.desc()).limit(1)).one_or_none()
    return _alert(row) if row else None


def listing(tx: Tx, limit: int = 200) -> list[Alert]:
    """Those that nobody has looked at first, each part newest first."""
    rows = tx.connection.execute(
        _ALL.order_by(alert.c.seen_at.is_not(None), alert.c.last_at.desc()).limit(limit)
    )
    return [_alert(row) for row in rows]


def count(tx: Tx, since: datetime | None = None, *, unseen: bool = False) -> int:
    query = select(func.count()).select_from(alert)
    if since is not None:
        query = query.where(alert.c.last_at >= since)
    if unseen:
        query = query.where(alert.c.seen_at.is_(None))
    return tx.connection.execute(query).scalar_one()


def see(tx: Tx, id_: str, by: UserId, at: datetime) -> bool:
    """False where somebody else has, or there is none."""
    done = tx.connection.execute(
        update(alert).where(alert.c.id == id_, alert.c.seen_at.is_(None)).values(seen_by=by, seen_at=at)
    )
    return done.rowcount == 1


# --- the practice's own thresholds ------------------------------------------------------------


def thresholds(tx: Tx) -> dict[str, Threshold]:
    rows = tx.connection.execute(select(alert_rule))
    return {row.rule: Threshold(row.rule, row.least, row.minutes, row.changed_at) for row in rows}


def put_threshold(tx: Tx, chosen: Threshold, by: UserId) -> None:
    """Set or replace."""
    changed = {
        "least": chosen.least,
        "minutes": chosen.minutes,
        "changed_by": by,
        "changed_at": chosen.changed_at,
    }
    row = upsert(alert_rule).values(rule=chosen.rule, **changed)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["rule"], set_=changed))


# --- incidents ------------------------------------------------------------------------------


def add_incident(
    tx: Tx, id_: str, one: Alert, at: datetime, details: Mapping[str, str | int], *, source: str = ""
) -> None:
    """An open incident about the alert, and the alert's link to it; `source` is what else it is about."""
    values = {"id": id_, "kind": one.rule, "source": source or one.id, "opened_at": at, "state": OPEN}
    tx.connection.execute(insert(incident).values(**values, details=dict(details)))
    tx.connection.execute(update(alert).where(alert.c.id == one.id).values(incident=id_))


def has_open_incident(tx: Tx, kind: str, source: str) -> bool:
    same = incident.c.kind == kind, incident.c.source == source, incident.c.closed_at.is_(None)
    return tx.connection.execute(select(incident.c.id).where(*same).limit(1)).first() is not None


def close_incident(tx: Tx, id_: str, at: datetime) -> bool:
    """False where it is closed, or there is none."""
    done = tx.connection.execute(
        update(incident)
        .where(incident.c.id == id_, incident.c.closed_at.is_(None))
        .values(state=CLOSED, closed_at=at)
    )
    return done.rowcount == 1


def open_incidents(tx: Tx) -> int:
    """How many are not closed: while there is one, nothing is destroyed."""
    still = incident.c.closed_at.is_(None)
    return tx.connection.execute(select(func.count()).select_from(incident).where(still)).scalar_one()

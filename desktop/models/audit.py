"""Rows of the audit log: added, read, never changed (triggers see to it)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, insert, select

from desktop.models import audit_filing
from desktop.models.lanes import Tx
from desktop.models.records import AuditRecord
from desktop.models.tables_office import audit_ids, audit_reason, audit_record

_CHUNK = 1000
_LAST = "SELECT seq, body, hash FROM audit_record ORDER BY seq DESC LIMIT 1"
_APPEND = "INSERT INTO audit_record (seq, body, hash) VALUES (?, ?, ?)"
"""By the driver: every transaction appends, and building a statement anew costs more than running it."""


def last(tx: Tx) -> AuditRecord | None:
    """The head of the chain."""
    row = tx.driver.execute(_LAST).fetchone()
    return AuditRecord(*row) if row else None


def append(tx: Tx, *records: AuditRecord) -> None:
    """A sequence number that exists already breaks the key: that is a bug."""
    tx.driver.executemany(_APPEND, [(record.seq, record.body, record.hash) for record in records])
    if records:
        audit_filing.file(tx, records[0].seq, records[-1].seq)


def records(tx: Tx, after: int = 0, limit: int | None = None) -> Iterator[AuditRecord]:
    """Oldest first, from the one behind `after`; read in chunks while `tx` lasts."""
    left = limit
    while left is None or left > 0:
        size = _CHUNK if left is None else min(left, _CHUNK)
        rows = tx.connection.execute(
            select(audit_record).where(audit_record.c.seq > after).order_by(audit_record.c.seq).limit(size)
        ).all()
        for row in rows:
            yield AuditRecord(row.seq, row.body, row.hash)
        if len(rows) < size:
            return
        after = rows[-1].seq
        left = None if left is None else left - len(rows)


def page(tx: Tx, before_seq: int | None, limit: int) -> list[AuditRecord]:
    """Newest first, older than `before_seq` (None: from the head)."""
    query = select(audit_record).order_by(audit_record.c.seq.desc()).limit(limit)
    if before_seq is not None:
        query = query.where(audit_record.c.seq < before_seq)
    return [AuditRecord(row.seq, row.body, row.hash) for row in tx.connection.execute(query)]


def count(tx: Tx) -> int:
    return tx.connection.execute(select(func.count()).select_from(audit_record)).scalar_one()


def count_until(tx: Tx, last: int) -> int:
    """How many there are up to the one numbered `last`."""
    query = select(func.count()).select_from(audit_record).where(audit_record.c.seq <= last)
    return tx.connection.execute(query).scalar_one()


def put_reason(tx: Tx, reason: str, text: str) -> None:
    """What a person typed; the record holds the id `reason` and a keyed hash only."""
    tx.connection.execute(insert(audit_reason).values(id=reason, text=text))


def reason(tx: Tx, reason_id: str) -> str | None:
    return tx.connection.execute(
        select(audit_reason.c.text).where(audit_reason.c.id == reason_id)
    ).scalar_one_or_none()


def put_ids(tx: Tx, event_seq: int, sealed: bytes) -> None:
    """Which people a record is about, encrypted by the audit room."""
    tx.connection.execute(insert(audit_ids).values(event_seq=event_seq, sealed=sealed))


def ids(tx: Tx, event_seq: int) -> bytes | None:
    return tx.connection.execute(
        select(audit_ids.c.sealed).where(audit_ids.c.event_seq == event_seq)
    ).scalar_one_or_none()

"""Closed years of the log: what is known of their files, and taking them out of the tables."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, text, update

from desktop.frozen import dataclass
from desktop.models import audit_filing
from desktop.models.lanes import Tx
from desktop.models.sqlite_only import insert_only_trigger
from desktop.models.tables_audit import audit_mac
from desktop.models.tables_office import audit_ids, audit_reason, audit_record, vault_key
from desktop.models.tables_watch import audit_segment

_GUARDED = ("audit_record", "audit_reason", "audit_ids")


@dataclass(frozen=True)
class Segment:
    """`details` holds the cover while it is sealed, and the certificate once it is destroyed."""

    year: int
    first: int
    last: int
    root: str
    file: str
    sha256: str
    sealed_at: datetime
    purged_at: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)


def _segment(row: Row[Any]) -> Segment:
    return Segment(
        year=row.year,
        first=row.first,
        last=row.last,
        root=row.root,
        file=row.file,
        sha256=row.sha256,
        sealed_at=row.sealed_at,
        purged_at=row.purged_at,
        details=row.certificate,
    )


def add(tx: Tx, one: Segment) -> None:
    """A year that is sealed already breaks the key: that is a bug."""
    tx.connection.execute(
        insert(audit_segment).values(
            year=one.year,
            first=one.first,
            last=one.last,
            root=one.root,
            file=one.file,
            sha256=one.sha256,
            sealed_at=one.sealed_at,
            certificate=one.details,
        )
    )


def get(tx: Tx, year: int) -> Segment | None:
    row = tx.connection.execute(select(audit_segment).where(audit_segment.c.year == year)).one_or_none()
    return _segment(row) if row else None


def listing(tx: Tx) -> list[Segment]:
    """By year, the oldest first."""
    rows = tx.connection.execute(select(audit_segment).order_by(audit_segment.c.year))
    return [_segment(row) for row in rows]


def purge(tx: Tx, one: Segment, at: datetime, details: dict[str, Any]) -> int:
    """Take a sealed year out of the tables and forget the key of its file; how many records it were.

    The triggers that forbid it are dropped and made anew in this very transaction: whatever
    goes wrong, they stand again. Signed checkpoints stay: they hold hashes alone.
    """
    for table in _GUARDED:
        tx.connection.exec_driver_sql(f"DROP TRIGGER {table}_no_delete")
    reasons = text(
        "SELECT json_extract(body, '$.det.reason') FROM audit_record "
        "WHERE seq BETWEEN :first AND :last AND json_extract(body, '$.det.reason') IS NOT NULL"
    )
    found = tx.connection.execute(reasons, {"first": one.first, "last": one.last}).scalars().all()
    for reason in found:
        tx.connection.execute(delete(audit_reason).where(audit_reason.c.id == reason))
    tx.connection.execute(delete(audit_ids).where(audit_ids.c.event_seq.between(one.first, one.last)))
    tx.connection.execute(delete(audit_mac).where(audit_mac.c.seq.between(one.first, one.last)))
    audit_filing.forget(tx, one.first, one.last)
    gone = tx.connection.execute(delete(audit_record).where(audit_record.c.seq.between(one.first, one.last)))
    for table in _GUARDED:
        tx.connection.exec_driver_sql(insert_only_trigger(table, "delete"))
    tx.connection.execute(delete(vault_key).where(vault_key.c.name == key_name(one.year)))
    tx.connection.execute(
        update(audit_segment)
        .where(audit_segment.c.year == one.year)
        .values(purged_at=at, certificate=details)
    )
    return gone.rowcount


def key_name(year: int) -> str:
    """The name under which `vaultkeys` keeps the key of a year's file."""
    return f"segment-{year}"

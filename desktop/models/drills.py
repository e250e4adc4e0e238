"""Restore drills: one row each, good or not, with its signed report; rows never change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select

from desktop.models.accounts import UserId
from desktop.models.lanes import Tx
from desktop.models.safekeeping import BackupId, Drill, DrillId, TargetId
from desktop.models.tables_backup import backup, restore_drill

LISTED = 20


def add(tx: Tx, one: Drill) -> None:
    row = {
        "id": one.id,
        "at": one.at,
        "by": one.by,
        "target": one.target,
        "backup": one.backup,
        "ok": int(one.ok),
        "why": one.why,
        "seconds": one.seconds,
        "records": one.records,
        "sampled": one.sampled,
        "key_proven": int(one.key_proven),
        "report": one.report,
    }
    tx.connection.execute(insert(restore_drill).values(**row))


def get(tx: Tx, id_: DrillId) -> Drill | None:
    row = tx.connection.execute(select(restore_drill).where(restore_drill.c.id == id_)).one_or_none()
    return _drill(row) if row else None


def listing(tx: Tx, limit: int = LISTED) -> tuple[Drill, ...]:
    """Newest first."""
    query = select(restore_drill).order_by(restore_drill.c.at.desc(), restore_drill.c.id).limit(limit)
    return tuple(_drill(row) for row in tx.connection.execute(query))


def last_good(tx: Tx) -> datetime | None:
    """When a drill last went well."""
    query = select(restore_drill.c.at).where(restore_drill.c.ok == 1)
    return tx.connection.execute(query.order_by(restore_drill.c.at.desc()).limit(1)).scalar_one_or_none()


def count(tx: Tx) -> int:
    return int(tx.connection.execute(select(func.count()).select_from(restore_drill)).scalar_one())


def first_backup(tx: Tx) -> datetime | None:
    """When this practice first had something to restore."""
    query = select(backup.c.made_at).order_by(backup.c.made_at).limit(1)
    return tx.connection.execute(query).scalar_one_or_none()


def _drill(row: Row[Any]) -> Drill:
    return Drill(
        id=DrillId(row.id),
        at=row.at,
        by=UserId(row.by),
        target=TargetId(row.target) if row.target else None,
        backup=BackupId(row.backup) if row.backup else None,
        ok=bool(row.ok),
        why=row.why,
        seconds=row.seconds,
        records=row.records,
        sampled=row.sampled,
        key_proven=bool(row.key_proven),
        report=row.report,
    )

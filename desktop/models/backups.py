"""Backups that were made and found whole, and the copies of them that lie on targets.

A row is written only after the file was read back. Rows stay when files are thinned out: they
are what was, `removed_at` of a copy is what is no more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.models.lanes import Tx
from desktop.models.safekeeping import Backup, BackupId, Copy, TargetId
from desktop.models.tables_backup import backup, backup_copy, backup_target


def _backup(row: Row[Any]) -> Backup:
    return Backup(
        id=BackupId(row.id),
        name=row.name,
        made_at=row.made_at,
        parent=BackupId(row.parent) if row.parent else None,
        epoch=row.epoch,
        records=row.records,
        root=row.root,
        note=row.note,
        bytes=row.bytes,
        changed=row.changed,
        sha256=row.sha256,
        checked_at=row.checked_at,
    )


def _copy(row: Row[Any]) -> Copy:
    return Copy(BackupId(row.backup), TargetId(row.target), row.put_at, row.removed_at)


def add(tx: Tx, one: Backup) -> None:
    values = {
        "id": one.id,
        "name": one.name,
        "made_at": one.made_at,
        "parent": one.parent,
        "epoch": one.epoch,
        "records": one.records,
        "root": one.root,
        "note": one.note,
        "bytes": one.bytes,
        "changed": one.changed,
        "sha256": one.sha256,
        "checked_at": one.checked_at,
    }
    tx.connection.execute(insert(backup).values(**values))


def get(tx: Tx, id_: BackupId) -> Backup | None:
    row = tx.connection.execute(select(backup).where(backup.c.id == id_)).one_or_none()
    return _backup(row) if row else None


def by_name(tx: Tx, name: str) -> Backup | None:
    """Of a file's name, which carries its time and a part of its id."""
    row = tx.connection.execute(select(backup).where(backup.c.name == name)).first()
    return _backup(row) if row else None


_NEWEST = (backup.c.records.desc(), backup.c.made_at.desc(), backup.c.id)
"""By what is in them: a clock that was set back makes nothing older."""


def newest(tx: Tx) -> Backup | None:
    """The last one that was made here, wherever it lies."""
    row = tx.connection.execute(select(backup).order_by(*_NEWEST).limit(1)).one_or_none()
    return _backup(row) if row else None


def listing(tx: Tx, limit: int = 100) -> list[Backup]:
    """Newest first."""
    rows = tx.connection.execute(select(backup).order_by(*_NEWEST).limit(limit))
    return [_backup(row) for row in rows]


def count_after(tx: Tx, records: int) -> int:
    """How many were made that hold more than the first `records` records."""
    query = select(func.count()).select_from(backup).where(backup.c.records > records)
    return int(tx.connection.execute(query).scalar_one())


def of_target(tx: Tx, target: TargetId) -> list[Backup]:
    """What lies on a target now, newest first; whether each has its chain there is `whole_at`."""
    lies = (backup_copy.c.target == target, backup_copy.c.removed_at.is_(None))
    query = select(backup).join(backup_copy, backup_copy.c.backup == backup.c.id).where(*lies)
    return [_backup(row) for row in tx.connection.execute(query.order_by(*_NEWEST))]


def whole_at(tx: Tx, target: TargetId) -> list[Backup]:
    """Those of `of_target` that a restore from this target alone can use, newest first."""
    there = of_target(tx, target)
    known = {one.id: one for one in there}
    return [one for one in there if _is_whole(one, known)]


def _is_whole(one: Backup, known: dict[BackupId, Backup]) -> bool:
    seen = {one.id}
    at = one
    while at.parent is not None:
        parent = known.get(at.parent)
        if parent is None or parent.id in seen:
            return False
        seen.add(parent.id)
        at = parent
    return True


def good_elsewhere(tx: Tx) -> Backup | None:
    """The newest that a target in use holds whole, with all that it goes on from."""
    live = select(backup_target.c.id).where(backup_target.c.retired_at.is_(None))
    lies = (backup_copy.c.target.in_(live), backup_copy.c.removed_at.is_(None))
    query = select(backup_copy.c.target, backup.c.id, backup.c.parent)
    query = query.join(backup, backup_copy.c.backup == backup.c.id).where(*lies).order_by(*_NEWEST)
    rows = tx.connection.execute(query).all()  # asked every second: no more of each than is needed
    parents = {(row.target, row.id): row.parent for row in rows}
    for target, newest, _ in rows:
        at, left = newest, len(rows)
        while at and (target, at) in parents and left:
            at, left = parents[target, at], left - 1
        if not at:
            return get(tx, BackupId(newest))
    return None


def put_copy(tx: Tx, backup_: BackupId, target: TargetId, at: datetime) -> None:
    """It was read back there and is equal; one that was thinned out may come again."""
    row = upsert(backup_copy).values(backup=backup_, target=target, put_at=at, removed_at=None)
    tx.connection.execute(
        row.on_conflict_do_update(
            index_elements=["backup", "target"], set_={"put_at": at, "removed_at": None}
        )
    )


def remove_copy(tx: Tx, backup_: BackupId, target: TargetId, at: datetime) -> bool:
    """It does not lie there any more; False where it did not."""
    done = tx.connection.execute(
        update(backup_copy)
        .where(
            backup_copy.c.backup == backup_,
            backup_copy.c.target == target,
            backup_copy.c.removed_at.is_(None),
        )
        .values(removed_at=at)
    )
    return done.rowcount == 1


def copies_of(tx: Tx, backup_: BackupId) -> list[Copy]:
    """Every copy there ever was, by target."""
    query = select(backup_copy).where(backup_copy.c.backup == backup_).order_by(backup_copy.c.target)
    return [_copy(row) for row in tx.connection.execute(query)]


def last_put(tx: Tx, target: TargetId) -> datetime | None:
    """When something was last put there."""
    query = select(backup_copy.c.put_at).where(backup_copy.c.target == target)
    return tx.connection.execute(query.order_by(backup_copy.c.put_at.desc()).limit(1)).scalar_one_or_none()

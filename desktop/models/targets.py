"""Targets of backups, with their secret, their agreement and how the last try went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy import update as sql_update

from desktop.models.lanes import Tx
from desktop.models.records import Baa
from desktop.models.safekeeping import Place, Target, TargetId, TargetKind, TargetTry
from desktop.models.tables_backup import backup_target


def _values(one: Target) -> dict[str, Any]:
    baa = one.baa
    return {
        "name": one.name,
        "kind": one.place.kind.value,
        "address": one.place.address,
        "user": one.place.user,
        "host_key": one.place.host_key,
        "ca_file": one.place.ca_file,
        "marker": one.marker,
        "every_hours": one.every_hours,
        "own": int(one.own),
        "baa_counterparty": baa.counterparty if baa else None,
        "baa_signed": baa.signed if baa else None,
        "baa_expires": baa.expires if baa else None,
        "baa_scope": baa.scope if baa else None,
        "baa_reviewed": baa.reviewed if baa else None,
        "made_at": one.made_at,
        "retired_at": one.retired_at,
    }


def _target(row: Row[Any]) -> Target:
    baa = None
    if row.baa_signed is not None:
        baa = Baa(row.baa_counterparty, row.baa_signed, row.baa_expires, row.baa_scope, row.baa_reviewed)
    return Target(
        id=TargetId(row.id),
        name=row.name,
        place=Place(TargetKind(row.kind), row.address, row.user, row.host_key, row.ca_file),
        marker=row.marker,
        made_at=row.made_at,
        every_hours=row.every_hours,
        own=bool(row.own),
        baa=baa,
        retired_at=row.retired_at,
    )


def add(tx: Tx, one: Target, secret: str) -> None:
    tx.connection.execute(insert(backup_target).values(id=one.id, secret=secret, **_values(one)))


def get(tx: Tx, target: TargetId) -> Target | None:
    row = tx.connection.execute(select(backup_target).where(backup_target.c.id == target)).one_or_none()
    return _target(row) if row else None


def secret(tx: Tx, target: TargetId) -> str:
    """Password, key of an account or private key; asked for when it is used, never shown."""
    wanted = select(backup_target.c.secret).where(backup_target.c.id == target)
    return str(tx.connection.execute(wanted).scalar_one())


def set_secret(tx: Tx, target: TargetId, new: str) -> None:
    tx.connection.execute(sql_update(backup_target).where(backup_target.c.id == target).values(secret=new))


def listing(tx: Tx, *, live: bool = False) -> list[Target]:
    """Every target by name; retired ones too, unless only the `live` are asked for."""
    query = select(backup_target).order_by(backup_target.c.name, backup_target.c.id)
    if live:
        query = query.where(backup_target.c.retired_at.is_(None))
    return [_target(row) for row in tx.connection.execute(query)]


def change(tx: Tx, one: Target) -> None:
    """Store a target anew; its secret stays."""
    tx.connection.execute(
        sql_update(backup_target).where(backup_target.c.id == one.id).values(**_values(one))
    )


def retire(tx: Tx, target: TargetId, at: datetime) -> bool:
    """Nothing more goes there, and its secret is forgotten; False where there is no such live target."""
    query = (
        sql_update(backup_target)
        .where(backup_target.c.id == target, backup_target.c.retired_at.is_(None))
        .values(retired_at=at, secret="")
    )
    return tx.connection.execute(query).rowcount == 1


def note_try(tx: Tx, one: TargetTry) -> None:
    """How a try ended; '' as trouble is a good one."""
    tx.connection.execute(
        sql_update(backup_target)
        .where(backup_target.c.id == one.target)
        .values(tried_at=one.at, trouble=one.trouble)
    )


def last_try(tx: Tx, target: TargetId) -> TargetTry | None:
    """None where it was never tried."""
    wanted = select(backup_target.c.tried_at, backup_target.c.trouble).where(backup_target.c.id == target)
    row = tx.connection.execute(wanted).one_or_none()
    return TargetTry(target, row.tried_at, row.trouble) if row and row.tried_at else None

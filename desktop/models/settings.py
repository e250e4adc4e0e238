"""The practice's settings: short texts by name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.tables_office import setting


def get(tx: Tx, key: str) -> str | None:
    return tx.connection.execute(select(setting.c.value).where(setting.c.key == key)).scalar_one_or_none()


def put(tx: Tx, key: str, value: str) -> None:
    """Set or replace."""
    row = insert(setting).values(key=key, value=value)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def zone(tx: Tx) -> ZoneInfo:
    """The practice's own."""
    return ZoneInfo(get(tx, "zone") or "UTC")

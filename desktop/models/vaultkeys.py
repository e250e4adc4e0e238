"""Random keys that live inside the database, so that a new vault key leaves them valid."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.tables_office import vault_key


def get(tx: Tx, name: str) -> bytes | None:
    return tx.connection.execute(
        select(vault_key.c.value).where(vault_key.c.name == name)
    ).scalar_one_or_none()


def put(tx: Tx, name: str, value: bytes) -> None:
    """Set or replace."""
    row = insert(vault_key).values(name=name, value=value)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

"""A database as an earlier program would have left it: the tables of a released one, today's rows in them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from sqlalchemy import Connection

from desktop.models.database import Tx
from desktop.models.keyed import connected
from tests.migrations.corpus import KEY, RELEASED, SALT


def take_back(tx: Tx, revision: str) -> None:
    """Give every table the shape that it had at `revision`; what came since is dropped with its rows."""
    today = tx.connection
    then = _schema_of(revision)
    for kind in ("trigger", "view", "index"):
        for name in _named(today, kind):
            today.exec_driver_sql(f"DROP {kind} {name}")
    today.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for name in _searches(today):
        today.exec_driver_sql(f"DROP TABLE {name}")
    later = _named(today, "table")
    for name in later:
        today.exec_driver_sql(f"ALTER TABLE {name} RENAME TO later_{name}")
    for text in sorted(then.values(), key=lambda text: not text.upper().startswith("CREATE TABLE")):
        today.exec_driver_sql(text)
    for name in later:
        if name in then:
            both = ", ".join(
                column for column in _columns(today, f"later_{name}") if column in _columns(today, name)
            )
            today.exec_driver_sql(f"INSERT INTO {name} ({both}) SELECT {both} FROM later_{name}")
    for name in later:
        today.exec_driver_sql(f"DROP TABLE later_{name}")
    today.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))


def _columns(connection: Connection, table: str) -> list[str]:
    return [f'"{row[1]}"' for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]


def _searches(connection: Connection) -> list[str]:
    """The tables that SQLite keeps in other tables of its own."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")
    return [row.name for row in rows]


def _named(connection: Connection, kind: str) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
        (kind,),
    )
    return [row.name for row in rows]


def _schema_of(revision: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(RELEASED / f"v{revision}.db", folder))
        connection = connected(path, KEY, SALT)
        try:
            virtual = tuple(f"{name}_" for name in _searches(connection))
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            ).all()
        finally:
            connection.close()
    return {row.name: row.sql for row in rows if not row.name.startswith((*virtual, "sqlite_"))}

"""The revisions of the database that this program knows, and making a new one.

A new practice gets today's tables at once; an older database gets there by the
migrations (`migrate.py`). A test proves that both ways end at the same schema.
"""

from __future__ import annotations

from sqlalchemy import Connection

from desktop.models import (
    tables_access,
    tables_audit,
    tables_backup,
    tables_campaigns,
    tables_delivery,
    tables_desk,
    tables_mail,
    tables_office,
    tables_people,
    tables_protection,
    tables_watch,
)
from desktop.models.sqlite_only import STATEMENTS
from desktop.models.tables import metadata

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
"""Oldest first; numbered, so that a newer one is known as newer."""
HEAD = REVISIONS[-1]

GROUPS = (
    tables_access,
    tables_audit,
    tables_backup,
    tables_campaigns,
    tables_delivery,
    tables_desk,
    tables_mail,
    tables_office,
    tables_people,
    tables_protection,
    tables_watch,
)
"""Named so that their tables are part of `metadata`."""


def build(connection: Connection) -> None:
    """Make today's tables in an empty database and mark it as of this revision."""
    metadata.create_all(connection)
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))


def revision(connection: Connection) -> str:
    """The revision that a database is at."""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())

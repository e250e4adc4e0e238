"""Bring an older database to today's schema; handed to `Database.open` by `app.py`.

Apart from `database.py` because Alembic takes a third of a second to import and the
ordinary way of opening does not need it.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from desktop.models.schema import HEAD

SCRIPTS = Path(__file__).resolve().parent / "migrations"


def configuration(connection: Connection) -> Config:
    """Alembic's settings without a file; the keyed connection goes in by hand."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Run the missing migrations inside the caller's transaction."""
    command.upgrade(configuration(connection), to)

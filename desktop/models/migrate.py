"""Bring an older database to today's schema; handed to `Database.open` by `app.py`.

Alembic is loaded here and only for an older database: the ordinary way of opening knows
today's schema by its number.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from desktop.models.schema import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).resolve().parent / "migrations"


def configuration(connection: Connection) -> Config:
    """Alembic's settings without a file; the keyed connection goes in by hand."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Run the missing migrations inside the caller's transaction."""
    from alembic import command

    command.upgrade(configuration(connection), to)

"""Alembic's entry: works on the keyed connection and the transaction that it is handed."""

from __future__ import annotations

from alembic import context

from desktop.models.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

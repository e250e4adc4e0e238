"""A database of its own, with two administrators and somebody at the front desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.models import users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
ANA = User(UserId("a" * 32), "ana", Role.ADMINISTRATOR, added_at=NOW, last_seen=NOW)
BO = User(UserId("b" * 32), "bo", Role.ADMINISTRATOR, added_at=NOW, last_seen=NOW)
CLEO = User(UserId("c" * 32), "cleo", Role.FRONT_DESK, added_at=NOW, last_seen=NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database.create(tmp_path / "practice.db", b"k" * 32, b"s" * 16, b"v" * 16, 1)

    def fill(tx: object) -> None:
        for user in (ANA, BO, CLEO):
            users.add(tx, user, "SECRET")  # type: ignore[arg-type]

    made.write(fill)
    yield made
    made.close()

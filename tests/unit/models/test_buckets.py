"""What was taken of limits comes back after a restart exactly as it was kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from desktop.models import buckets
from desktop.models.database import Database
from tests.support.kept import NOW

EARLIER = NOW - timedelta(minutes=3)


def _write(
    db: Database, name: str, before: dict[datetime | None, int], after: dict[datetime | None, int]
) -> None:
    db.write(lambda tx: buckets.write(tx, name, before, after, NOW))


def test_what_was_taken_is_there_after_the_database_was_closed(vault: Any) -> None:
    first = vault.create()
    kept: dict[datetime | None, int] = {EARLIER: 2000, NOW: 5000, None: 1000}
    _write(first, "relay:a/minute", {}, kept)
    first.close()
    again = vault.open()
    try:
        assert again.read(lambda tx: buckets.read(tx, ["relay:a/minute"])) == {"relay:a/minute": kept}
    finally:
        again.close()


def test_only_what_changed_is_written_and_what_came_back_is_gone(db: Database) -> None:
    before: dict[datetime | None, int] = {EARLIER: 2000, NOW: 5000}
    _write(db, "a", {}, before)
    _write(db, "a", before, {NOW: 6000})
    assert db.read(lambda tx: buckets.read(tx, ["a"])) == {"a": {NOW: 6000}}


def test_a_name_that_begins_like_another_is_another_bucket(db: Database) -> None:
    _write(db, "relay:a", {}, {NOW: 1000})
    _write(db, "relay:a/day", {}, {NOW: 2000})
    _write(db, "relay:ab", {}, {NOW: 3000})
    found = db.read(lambda tx: buckets.read(tx, ["relay:a", "relay:ab", "relay:b"]))
    assert found == {"relay:a": {NOW: 1000}, "relay:ab": {NOW: 3000}, "relay:b": {}}
    assert db.read(buckets.names) == ["relay:a", "relay:a/day", "relay:ab"]

"""Places for backups as rows: what is kept, what is forgotten, how the last try ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from desktop.models import targets
from desktop.models.database import Database
from desktop.models.records import Baa
from desktop.models.safekeeping import Place, Target, TargetId, TargetKind, TargetTry
from tests.servers.practice import BarePractice

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
FAR = Target(
    TargetId("1" * 32),
    "Cloud",
    Place(TargetKind.SFTP, "sftp://host/x", "me", "ssh-ed25519 AAAA", "/ca.pem"),
    "a" * 32,
    NOW,
    every_hours=24,
    own=True,
    baa=Baa("Storage Inc.", date(2026, 1, 1), None, "backups", date(2026, 6, 1)),
)
NEAR = Target(TargetId("2" * 32), "A drive", Place(TargetKind.USB, "/media/red"), "b" * 32, NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with BarePractice(tmp_path) as practice:
        practice.database.write(lambda tx: targets.add(tx, FAR, "secret"))
        practice.database.write(lambda tx: targets.add(tx, NEAR, ""))
        yield practice.database


def test_what_is_added_comes_back_by_name(database: Database) -> None:
    assert database.read(targets.listing) == [NEAR, FAR]
    assert database.read(lambda tx: targets.get(tx, FAR.id)) == FAR
    assert database.read(lambda tx: targets.get(tx, TargetId("3" * 32))) is None
    assert "secret" not in repr(FAR)


def test_a_change_leaves_the_secret_alone(database: Database) -> None:
    changed = replace(FAR, name="Other", baa=None, own=False, every_hours=0)
    database.write(lambda tx: targets.change(tx, changed))
    assert database.read(lambda tx: targets.get(tx, FAR.id)) == changed
    assert database.read(lambda tx: targets.secret(tx, FAR.id)) == "secret"
    database.write(lambda tx: targets.set_secret(tx, FAR.id, "new"))
    assert database.read(lambda tx: targets.secret(tx, FAR.id)) == "new"
    assert database.read(lambda tx: targets.secret(tx, NEAR.id)) == ""


def test_a_retired_one_stays_on_the_list_without_its_secret(database: Database) -> None:
    at = NOW + timedelta(hours=1)
    assert database.write(lambda tx: targets.retire(tx, FAR.id, at))
    assert not database.write(lambda tx: targets.retire(tx, FAR.id, at + timedelta(hours=1)))
    assert database.read(targets.listing) == [NEAR, replace(FAR, retired_at=at)]
    assert database.read(lambda tx: targets.listing(tx, live=True)) == [NEAR]
    assert database.read(lambda tx: targets.secret(tx, FAR.id)) == ""


def test_the_last_try_is_the_last_word(database: Database) -> None:
    assert database.read(lambda tx: targets.last_try(tx, FAR.id)) is None
    for one in (TargetTry(FAR.id, NOW, "target-full"), TargetTry(FAR.id, NOW + timedelta(hours=1))):
        database.write(lambda tx, one=one: targets.note_try(tx, one))  # type: ignore[misc]
        assert database.read(lambda tx: targets.last_try(tx, FAR.id)) == one
    assert database.read(lambda tx: targets.last_try(tx, TargetId("3" * 32))) is None

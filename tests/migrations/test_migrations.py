"""Released databases still open; migrations and tables say the same; a migration is all or nothing."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from desktop.errors import VaultError
from desktop.models import (
    appointments,
    audit,
    consents,
    keys,
    messages,
    migrate,
    people,
    relays,
    schema,
    settings,
    users,
    vaultkeys,
)
from desktop.models import keyed as module
from desktop.models.database import Database, Migrate, Tx
from desktop.models.records import Consent
from desktop.models.tables import metadata
from tests.migrations.corpus import (
    EPOCH,
    KEY,
    MARIA,
    MESSAGE,
    PUBLIC,
    RECORDS,
    RELAY,
    RELEASED,
    SALT,
    USER,
    VAULT,
    VISIT,
    make,
)

FILES = sorted(RELEASED.glob("v*.db"))


def opened(path: Path, step: Migrate | None = migrate.upgrade) -> Database:
    return Database.open(path, KEY, SALT, VAULT, EPOCH, step)


TODAY = schema.REVISIONS


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of one released database."""
    return Path(shutil.copy(request.param, tmp_path / "practice.db"))


def statements(connection: Connection) -> dict[tuple[str, str], Any]:
    """Everything that the schema says; of a table its columns in their order and what they refer to.

    A column that a migration added stands behind the constraints in SQLite's own text, which changes nothing.
    """
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    found: dict[tuple[str, str], Any] = {}
    for row in rows:
        if row.name.startswith("person_search_"):
            continue
        text = "".join(row.sql.split())
        plain = row.type == "table" and text.startswith("CREATETABLE")
        found[row.type, row.name] = _table(connection, row.name) if plain else text
    return found


def _table(connection: Connection, name: str) -> tuple[Any, ...]:
    def ask(pragma: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.exec_driver_sql(f"PRAGMA {pragma}({name})")]

    kind = [row[2:] for row in ask("table_list") if row[1] == name]
    references = sorted(row[2:] for row in ask("foreign_key_list"))
    own_indexes = sorted(str(row[2:4]) for row in ask("index_list") if row[3] != "c")
    return (kind, ask("table_xinfo"), references, own_indexes)


def by(make_schema: Migrate) -> dict[tuple[str, str], Any]:
    """The schema that `make_schema` leaves in an empty database."""
    engine = create_engine("sqlite://", module=driver, poolclass=StaticPool)
    with engine.begin() as connection:
        make_schema(connection)
        found = statements(connection)
    engine.dispose()
    return found


def test_there_is_a_file_of_every_released_schema() -> None:
    assert [path.stem for path in FILES] == [f"v{revision}" for revision in schema.REVISIONS]


def test_a_released_database_opens_and_holds_everything(released: Path) -> None:
    db = opened(released)
    db.integrity()
    given = replace(MARIA, consent=Consent.GIVEN)
    assert db.read(lambda tx: people.get(tx, MARIA.id)) == given
    for text in ("munoz", "maria@example", "5551234567", "a-17"):
        assert db.read(lambda tx, text=text: people.search(tx, text)) == [given]  # type: ignore[misc]
    states = [entry.state for entry in db.read(lambda tx: consents.history(tx, MARIA.id))]
    assert states == [Consent.REFUSED, Consent.GIVEN]
    assert db.read(lambda tx: appointments.by_external(tx, "V1")) == VISIT
    assert db.read(lambda tx: messages.get(tx, MESSAGE.id)) == MESSAGE
    assert db.read(lambda tx: messages.wire(tx, MESSAGE.id)) == b"wire"
    assert len(db.read(lambda tx: messages.attempts(tx, MESSAGE.id))) == 1
    assert db.read(relays.listing) == [RELAY]
    assert db.read(lambda tx: relays.password(tx, RELAY.id)) == "hush"
    assert db.read(users.listing) == [USER]
    assert db.read(lambda tx: keys.live(tx, MARIA.id)) == [PUBLIC]
    assert db.read(lambda tx: vaultkeys.get(tx, "mid")) == b"k" * 32
    assert db.read(lambda tx: settings.get(tx, "practice-name")) == "Harbour Clinic"
    assert db.read(lambda tx: tuple(audit.records(tx))) == RECORDS
    db.close()


def test_a_released_database_ends_at_todays_schema(released: Path) -> None:
    db = opened(released)
    assert db.read(lambda tx: statements(tx.connection)) == by(schema.build)
    db.close()


def test_all_migrations_together_make_todays_tables() -> None:
    assert by(migrate.upgrade) == by(schema.build)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migration_tool_finds_nothing_to_add() -> None:
    engine = create_engine("sqlite://", module=driver, poolclass=StaticPool)
    with engine.begin() as connection:
        migrate.upgrade(connection)
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: not (kind == "table" and "_search" in name)},
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_known_revisions_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(migrate.SCRIPTS))
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == schema.REVISIONS
    assert scripts.get_heads() == [schema.HEAD]


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of today's schema, for a program that is one revision ahead."""
    path = tmp_path / "practice.db"
    make(path)
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "0099"))
    monkeypatch.setattr(schema, "HEAD", "0099")
    return path


def step(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE setting ADD COLUMN later TEXT")
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")


def columns(tx: Tx) -> list[str]:
    return [row.name for row in tx.connection.exec_driver_sql("PRAGMA table_info(setting)")]


def test_the_encrypted_file_is_copied_before_it_is_migrated(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = older.read_bytes()
    db = opened(older, step)
    assert db.read(columns) == ["key", "value", "later"]
    db.close()
    copy = older.with_name("practice.db.before-0099")
    assert copy.read_bytes() == before
    assert copy.stat().st_mode & 0o077 == 0
    opened(older, step).close()
    monkeypatch.undo()
    old = opened(copy, None)
    assert old.read(columns) == ["key", "value"]
    assert old.read(people.count) == 1
    old.close()


def test_a_migration_that_fails_changes_nothing(older: Path) -> None:
    def half(connection: Connection) -> None:
        step(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        opened(older, half)
    with pytest.raises(VaultError, match="database-older"):
        opened(older, None)
    db = opened(older, step)
    assert db.read(columns) == ["key", "value", "later"]
    db.close()


def test_a_database_in_use_elsewhere_is_not_migrated_under_it(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SETTINGS", (*module._SETTINGS, "PRAGMA busy_timeout = 50"))
    with monkeypatch.context() as behind:
        behind.setattr(schema, "REVISIONS", TODAY)
        behind.setattr(schema, "HEAD", TODAY[-1])
        other = opened(older, None)
    reading, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        assert people.count(tx) == 1
        reading.set()
        assert go_on.wait(20)

    thread = threading.Thread(target=other.read, args=(slow,))
    thread.start()
    try:
        assert reading.wait(20)
        other.write(lambda tx: settings.put(tx, "a", "b"))
        with pytest.raises(VaultError, match="database-busy"):
            opened(older, step)
        assert not older.with_name("practice.db.before-0099").exists()
    finally:
        go_on.set()
        thread.join()
        other.close()
    db = opened(older, step)
    assert db.read(lambda tx: settings.get(tx, "a")) == "b"
    db.close()

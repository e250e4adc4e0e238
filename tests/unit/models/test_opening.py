"""The database is opened suspiciously: every wrong file has its own name."""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
import sys
from dataclasses import replace

import pytest

from desktop.errors import VaultError
from desktop.models import schema, settings
from desktop.models.database import PLAIN_HEADER, Database, Tx
from tests.support.kept import a_person
from tests.unit.models.conftest import Vault

PAGE = 4096


def why(vault: Vault) -> str:
    """The code with which opening is refused."""
    with pytest.raises(VaultError) as refused:
        vault.open()
    return refused.value.code


def made(vault: Vault) -> Vault:
    """`vault` with a database that was closed in order."""
    database = vault.create()
    database.write(lambda tx: settings.put(tx, "practice-name", "Canary Clinic"))
    database.close()
    return vault


def test_what_was_stored_is_there_again(vault: Vault) -> None:
    database = made(vault).open()
    assert database.read(lambda tx: settings.get(tx, "practice-name")) == "Canary Clinic"
    database.close()


def test_the_file_begins_with_the_vaults_salt_and_holds_no_readable_word(vault: Vault) -> None:
    data = made(vault).path.read_bytes()
    assert data[:16] == vault.salt != PLAIN_HEADER
    assert b"Canary" not in data
    assert b"practice-name" not in data


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_only_the_owner_may_read_the_files(vault: Vault) -> None:
    database = vault.create()
    database.write(lambda tx: settings.put(tx, "a", "b"))
    modes = {stat.S_IMODE(file.stat().st_mode) for file in vault.path.parent.iterdir()}
    assert len(list(vault.path.parent.iterdir())) == 4
    assert modes == {0o600}
    database.close()


def test_the_standard_library_cannot_read_it(vault: Vault) -> None:
    plain = sqlite3.connect(made(vault).path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        plain.execute("SELECT * FROM sqlite_master")
    plain.close()


def test_a_plain_database_is_refused_by_its_name(vault: Vault) -> None:
    plain = sqlite3.connect(vault.path)
    plain.execute("CREATE TABLE setting (key TEXT, value TEXT)")
    plain.commit()
    plain.close()
    assert why(vault) == "database-plain"


def test_a_missing_file_is_missing_and_is_not_made(vault: Vault) -> None:
    assert why(vault) == "database-missing"
    assert not vault.path.exists()


@pytest.mark.parametrize("size", [0, 15])
def test_a_file_without_a_header_is_damaged(vault: Vault, size: int) -> None:
    vault.path.write_bytes(b"x" * size)
    assert why(vault) == "database-damaged"


def test_another_vaults_key_is_told_from_damage(vault: Vault) -> None:
    made(vault)
    other = replace(vault, key=secrets.token_bytes(32), salt=secrets.token_bytes(16))
    assert why(other) == "database-not-ours"


def test_another_vault_or_epoch_behind_the_same_key_is_not_ours(vault: Vault) -> None:
    made(vault)
    assert why(replace(vault, vault_id=secrets.token_bytes(16))) == "database-not-ours"
    assert why(replace(vault, epoch=2)) == "database-not-ours"


def test_an_encrypted_file_of_another_program_is_not_ours(vault: Vault) -> None:
    database = vault.create()
    database._writing.submit_bare(lambda c: c.exec_driver_sql("PRAGMA application_id = 7")).result()
    database.close()
    assert why(vault) == "database-not-ours"


def test_a_newer_schema_is_refused_and_left_alone(vault: Vault) -> None:
    database = vault.create()
    later = "UPDATE alembic_version SET version_num = '0999'"
    database.write(lambda tx: tx.connection.exec_driver_sql(later))
    database.close()
    before = vault.path.read_bytes()
    assert why(vault) == "database-newer"
    assert vault.path.read_bytes() == before


def test_an_older_schema_without_a_migration_is_said_to_be_older(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(vault)
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "0099"))
    monkeypatch.setattr(schema, "HEAD", "0099")
    assert why(vault) == "database-older"


def test_a_flipped_bit_in_the_first_page_is_damage(vault: Vault) -> None:
    made(vault)
    flip(vault, 100)
    assert why(vault) == "database-damaged"


def test_a_flipped_bit_in_a_page_of_people_is_damage_when_it_is_read(vault: Vault) -> None:
    database = vault.create()

    def fill(tx: Tx) -> None:
        for number in range(400):
            settings.put(tx, f"key-{number}", "x" * 500)

    database.write(fill)
    database.close()
    for page in range(2, vault.path.stat().st_size // PAGE):
        flip(vault, page * PAGE + 1000)
    codes = set()
    try:
        database = vault.open()
        with pytest.raises(VaultError) as refused:
            database.read(lambda tx: [settings.get(tx, f"key-{number}") for number in range(400)])
        codes.add(refused.value.code)
        database.close()
    except VaultError as error:
        codes.add(error.code)
    assert codes == {"database-damaged"}


def test_integrity_finds_one_flipped_bit_that_nobody_has_read_yet(vault: Vault) -> None:
    made(vault)
    database = vault.open()
    database.write(lambda tx: settings.put(tx, "long", "x" * 20_000))  # the last pages are its
    database.integrity()
    database.close()
    flip(vault, vault.path.stat().st_size - 1000)
    database = vault.open()
    with pytest.raises(VaultError, match="database-damaged"):
        database.integrity()
    database.close()


def test_creating_never_overwrites(vault: Vault) -> None:
    made(vault)
    with pytest.raises(FileExistsError):
        vault.create()
    database = vault.open()
    assert database.read(lambda tx: settings.get(tx, "practice-name")) == "Canary Clinic"
    database.close()


def test_what_could_not_be_finished_is_removed(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_connection: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(schema, "build", no_room)
    with pytest.raises(VaultError, match="disk-full"):
        vault.create()
    assert [file.name for file in vault.path.parent.iterdir()] == ["vault.lock"]


def test_every_connection_has_the_strict_settings(db: Database) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "trusted_schema": 0,
        "cipher_memory_security": "0",
    }

    def found(tx: Tx) -> dict[str, object]:
        return {name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}

    assert db.write(found) == wanted
    assert db.read(found) == wanted


def test_extensions_cannot_be_loaded(db: Database) -> None:
    with pytest.raises(Exception, match="not authorized"):
        db.write(lambda tx: tx.connection.exec_driver_sql("SELECT load_extension('/nowhere')").all())


def test_nothing_is_said_on_standard_error(vault: Vault, capfd: pytest.CaptureFixture[str]) -> None:
    made(vault)
    flip(vault, 100)
    assert why(vault) == "database-damaged"
    assert capfd.readouterr() == ("", "")


def test_an_error_does_not_quote_what_was_to_be_stored(db: Database) -> None:
    person = a_person(first_name="Zoraida")
    statement = "INSERT INTO person (id, kind, detail, status, name_key) VALUES (?, ?, ?, ?, ?)"
    values = (person.id, None, "x", "x", person.first_name)
    with pytest.raises(Exception, match="NOT NULL") as broken:
        db.write(lambda tx: tx.connection.exec_driver_sql(statement, values))
    assert "Zoraida" not in str(broken.value)


def flip(vault: Vault, place: int) -> None:
    """Change one bit of the file."""
    with vault.path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))

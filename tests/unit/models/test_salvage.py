"""Real pages are overwritten; what can be read is read, and what cannot is counted."""

from __future__ import annotations

import os
import random
import secrets
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, Text, insert

from desktop.models.database import Database, Tx
from desktop.models.keyed import DriverError, connect_damaged
from desktop.models.salvage import Found, Salvage
from desktop.models.tables import appointment, person, person_mailbox
from desktop.models.tables_office import setting
from tests.unit.models.conftest import Vault

PAGE = 4096
PEOPLE = 2_000
COLUMNS = (appointment.c.id, appointment.c.person, appointment.c.start, appointment.c.provider)


def _fill(tx: Tx) -> None:
    driver = tx.driver
    driver.executemany(
        "INSERT INTO person (id, kind, detail, status, name_key, last_name) VALUES (?, 'patient', 'standard',"
        " 'active', ?, ?)",
        [(f"{n:032x}", f"name {n}", f"Name {n}") for n in range(PEOPLE)],
    )
    driver.executemany(
        "INSERT INTO appointment (id, person, start, zone, start_utc, status, provider) VALUES"
        " (?, ?, '2026-11-24T09:30:00', 'America/New_York', '2026-11-24T14:30:00.000000Z', 'booked', 'Shah')",
        [(secrets.token_hex(16), f"{n:032x}") for n in range(PEOPLE)],
    )
    driver.executemany(
        "INSERT INTO mailbox (id, address, address_key) VALUES (?, ?, ?)",
        [(n + 1, f"p{n}@example.org", f"p{n}@example.org") for n in range(PEOPLE)],
    )
    driver.executemany(
        "INSERT INTO person_mailbox (person, mailbox) VALUES (?, ?)",
        [(f"{n:032x}", n + 1) for n in range(PEOPLE)],
    )
    tx.connection.execute(insert(setting).values(key="zone", value="America/New_York"))


@pytest.fixture
def filled(vault: Vault, db: Database) -> Vault:
    db.write(_fill)
    db.close()
    return vault


@pytest.fixture
def rows_from(vault: Vault, db: Database) -> int:
    """The first page that was made for rows: all that the tables themselves need lies before it."""
    return int(db.read(lambda tx: tx.driver.execute("PRAGMA page_count").fetchone()[0])) + 1


def _salvage(vault: Vault) -> Salvage:
    return Salvage(vault.path, vault.key, vault.salt)


def _overwrite(path: Path, *pages: int) -> None:
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE + random.randrange(16, PAGE - 64))
            file.write(os.urandom(64))


def _root(vault: Vault, name: str) -> int:
    raw = connect_damaged(vault.path, vault.key, vault.salt, immutable=True)
    try:
        return int(raw.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0])
    finally:
        raw.close()


def _is_there(vault: Vault, rowid: int) -> bool:
    raw = connect_damaged(vault.path, vault.key, vault.salt, immutable=True)
    try:
        return bool(
            raw.execute("SELECT last_name FROM person NOT INDEXED WHERE rowid = ?", (rowid,)).fetchone()
        )
    except DriverError:
        return False
    finally:
        raw.close()


def _files(path: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in path.iterdir() if one.is_file()}


def test_a_whole_file_is_read_whole_and_nothing_beside_it_changes(filled: Vault) -> None:
    before = _files(filled.path.parent)
    with _salvage(filled) as salvage:
        assert salvage.readable()
        assert not salvage.is_cut()
        assert salvage.broken_pages() == ()
        visits = salvage.rows(*COLUMNS)
        ties = salvage.rows(person_mailbox.c.person)
    assert (len(visits.rows), visits.lost, len(ties.rows), ties.lost) == (PEOPLE, 0, PEOPLE, 0)
    assert visits.rows[0][2].isoformat() == "2026-11-24T09:30:00"
    assert _files(filled.path.parent) == before


@pytest.mark.parametrize("how_many", [1, 3, 12])
def test_damaged_pages_cost_their_own_rows_and_no_others(
    rows_from: int, filled: Vault, how_many: int
) -> None:
    """Every row is either read or counted; a broken page of about thirty rows does not cost hundreds."""
    whole = filled.path.read_bytes()
    for seed in range(5):
        filled.path.write_bytes(whole)
        chosen = random.Random(seed * 100 + how_many).sample(range(rows_from, len(whole) // PAGE), how_many)
        _overwrite(filled.path, *chosen)
        with _salvage(filled) as salvage:
            assert salvage.broken_pages() == tuple(sorted(chosen))
            for columns in (COLUMNS, (person.c.id, person.c.last_name)):
                found = salvage.rows(*columns)
                assert len(found.rows) + found.lost >= PEOPLE
                assert found.lost <= how_many * 90
                assert len(set(found.rows)) == len(found.rows)


def test_a_damaged_index_loses_nothing(filled: Vault) -> None:
    _overwrite(filled.path, _root(filled, "appointment_by_start"), _root(filled, "person_by_name"))
    with _salvage(filled) as salvage:
        assert len(salvage.broken_pages()) == 2
        assert salvage.rows(*COLUMNS).lost == salvage.rows(person.c.id).lost == 0


def test_a_table_whose_first_page_is_gone_is_counted_by_an_index_and_costs_no_other(filled: Vault) -> None:
    _overwrite(filled.path, _root(filled, "appointment"))
    with _salvage(filled) as salvage:
        visits = salvage.rows(*COLUMNS)
        assert (visits.rows, visits.lost) == ((), PEOPLE)
        assert salvage.rows(person.c.id).lost == 0


def test_a_table_whose_last_page_is_gone_with_its_indexes_gives_the_rest(
    rows_from: int, filled: Vault
) -> None:
    """Where nothing tells how many there were, at least one is said to be lost."""
    roots = [_root(filled, name) for name in ("sqlite_autoindex_person_1", "person_by_name")]
    before = filled.path.read_bytes()
    for page in range(rows_from, len(before) // PAGE):
        filled.path.write_bytes(before)
        _overwrite(filled.path, page)
        if _is_there(filled, 1) and not _is_there(filled, PEOPLE):
            break
    else:
        pytest.fail("no page holds the last person")
    _overwrite(filled.path, *roots)
    with _salvage(filled) as salvage:
        found = salvage.rows(person.c.last_name)
    assert found.lost >= 1
    assert len(found.rows) >= PEOPLE - 90


def test_a_table_without_numbers_is_read_from_both_ends(rows_from: int, filled: Vault) -> None:
    whole = filled.path.read_bytes()
    lost = []
    for page in range(rows_from, len(whole) // PAGE, 7):
        filled.path.write_bytes(whole)
        _overwrite(filled.path, page)
        with _salvage(filled) as salvage:
            found = salvage.rows(person_mailbox.c.person, person_mailbox.c.mailbox)
            assert len(found.rows) + found.lost >= PEOPLE
            lost.append(found.lost)
    assert 0 < max(lost) < 200


def test_a_file_that_ends_too_early_is_read_as_far_as_it_goes(filled: Vault) -> None:
    size = filled.path.stat().st_size
    os.truncate(filled.path, size // 2 // PAGE * PAGE + 100)
    with _salvage(filled) as salvage:
        assert salvage.is_cut()
        assert salvage.broken_pages()
        found = [salvage.rows(*columns) for columns in (COLUMNS, (person.c.id,), (setting.c.key,))]
    assert found[2].rows
    assert any(one.rows for one in found[:2])
    assert any(one.lost for one in found[:2])


def test_without_the_list_of_tables_there_is_nothing_to_read(filled: Vault) -> None:
    _overwrite(filled.path, 1)
    with _salvage(filled) as salvage:
        assert not salvage.readable()
        assert salvage.broken_pages() == (1,)
        assert not salvage.is_cut()


def test_other_first_bytes_are_no_hindrance(filled: Vault) -> None:
    with filled.path.open("r+b") as file:
        file.write(os.urandom(16))
    with _salvage(filled) as salvage:
        assert salvage.readable()
        assert salvage.rows(*COLUMNS).lost == 0


def test_another_key_reads_nothing(filled: Vault) -> None:
    with Salvage(filled.path, secrets.token_bytes(32), filled.salt) as salvage:
        assert not salvage.readable()


def test_a_table_of_another_shape_is_lost(filled: Vault) -> None:
    other = Table("appointment", MetaData(), Column("nothing", Text))
    with _salvage(filled) as salvage:
        assert salvage.rows(other.c.nothing) == Found((), 1)


def test_a_damaged_list_of_tables_gives_what_stands_before_the_damage(filled: Vault) -> None:
    raw = connect_damaged(filled.path, filled.key, filled.salt, immutable=True)
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.close()
    whole, partly = filled.path.read_bytes(), 0
    for page in range(2, min(60, pages)):
        filled.path.write_bytes(whole)
        _overwrite(filled.path, page)
        with _salvage(filled) as salvage:
            assert salvage.readable()
            assert salvage.broken_pages() == (page,)
            partly += salvage.rows(person_mailbox.c.person) == Found((), 1)
    assert partly

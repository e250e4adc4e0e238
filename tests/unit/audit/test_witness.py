"""What the near witness keeps, and what is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.logkey import LogKey
from desktop.audit.merkle import EMPTY_ROOT, root
from desktop.audit.note import Checkpoint, sign_checkpoint
from desktop.audit.proving import make_checkpoint
from desktop.audit.witness import KeyringWitness, Mark, NoteWitness, Place, compare, tree_at
from desktop.errors import InputError, VaultError
from desktop.models import audit, witnesses
from desktop.models.database import Database
from desktop.models.witnesses import GivenMark
from tests.support.clock import ManualClock

VAULT = b"v" * 16
KEY = LogKey(VAULT, bytes(range(32)))
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Store:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def set(self, name: str, value: bytes) -> None:
        self.kept[name] = value

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database.create(tmp_path / "practice.db", b"k" * 32, b"s" * 16, VAULT, 1)
    log, clock = AuditLog("0.1", ManualClock()), ManualClock()
    for _ in range(3):
        made.write(lambda tx: log.record_all(tx, [Event(Act.SESSION_LOCKED)] * 3))
        made.write(lambda tx: make_checkpoint(tx, log, KEY, None, VAULT, clock))
    made.write(lambda tx: log.record(tx, Event(Act.SESSION_LOCKED)))
    yield made
    made.close()


def right_root(database: Database, size: int) -> str:
    leaves = [bytes.fromhex(one.hash) for one in database.read(lambda tx: list(audit.records(tx)))]
    return root(leaves[:size]).hex()


def test_a_mark_comes_back_as_it_was_and_is_small_enough_for_windows() -> None:
    store = Store()
    witness = KeyringWitness(store, VAULT)
    assert witness.known() is None
    mark = Mark(2**40, "ab" * 32, 7, AT, in_use=True)
    witness.publish(mark)
    assert witness.known() == mark
    assert all(len(value) < 960 for value in store.kept.values())


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"v":2,"size":1,"root":"","epoch":1,"at":1,"in_use":0}',
        b'{"v":1,"size":1.5,"root":"' + b"00" * 32 + b'","epoch":1,"at":1,"in_use":0}',
        b'{"v":1,"size":1,"root":"00","epoch":1,"at":1,"in_use":0}',
        b'{"v":1,"size":1,"root":"' + b"00" * 32 + b'","epoch":1,"at":99999999999999999,"in_use":0}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_mark_is_said_to_be_damaged(kept: bytes) -> None:
    store = Store()
    witness = KeyringWitness(store, VAULT)
    witness.publish(Mark(1, "00" * 32, 1, AT))
    store.kept = dict.fromkeys(store.kept, kept)
    with pytest.raises(VaultError, match="mark-damaged"):
        witness.known()


def test_each_folder_has_its_own_place() -> None:
    store = Store()
    Place(store, "/home/ana/practice").keep(VAULT)
    assert Place(store, "/home/ana/practice").known() == VAULT
    assert Place(store, "/home/ana/other").known() is None


@pytest.mark.parametrize("size", range(14))
def test_the_tree_at_any_size_is_that_of_the_records(database: Database, size: int) -> None:
    """Between, at and behind checkpoints (4, 8, 12), from the first record to the last."""
    tree = database.read(lambda tx: tree_at(tx, size))
    assert (tree.stop, tree.root().hex()) == (size, right_root(database, size) if size else EMPTY_ROOT.hex())
    mark = Mark(size, tree.root().hex(), 1, AT)
    assert database.read(lambda tx: compare(tx, mark, "keyring")) is None


def test_a_larger_mark_names_what_is_missing(database: Database) -> None:
    gap = database.read(lambda tx: compare(tx, Mark(20, "00" * 32, 1, AT), "keyring"))
    assert gap is not None
    assert (gap.kind, gap.first, gap.last, gap.since) == ("rolled-back", 14, 20, AT)


def test_another_root_is_a_fork_behind_the_last_checkpoint_before_it(database: Database) -> None:
    gap = database.read(lambda tx: compare(tx, Mark(10, "00" * 32, 1, AT), "keyring"))
    assert gap is not None
    assert (gap.kind, gap.first, gap.last) == ("forked", 9, 10)


def test_a_tail_that_was_cut_leaves_its_checkpoint_behind(database: Database) -> None:
    right = Mark(12, right_root(database, 12), 1, AT)
    for statement in ("DROP TRIGGER audit_record_no_delete", "DELETE FROM audit_record WHERE seq > 10"):
        database.write(lambda tx, said=statement: tx.connection.exec_driver_sql(said))  # type: ignore[misc]
    gap = database.read(lambda tx: compare(tx, right, "keyring"))
    assert gap is not None
    assert (gap.kind, gap.first, gap.last) == ("truncated", 11, 12)


def test_a_note_of_another_log_or_key_is_no_witness(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.txt"
    witness = NoteWitness("backup", path, KEY.vkey)
    for origin, key in (("sealwell.local/other/audit", KEY), ("x", LogKey(VAULT, b"x" * 32))):
        path.write_text(sign_checkpoint(key, Checkpoint(origin, 3, bytes(32))), "utf-8")
        with pytest.raises(InputError, match="checkpoint-forged"):
            witness.known()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="checkpoint-unreadable"):
        witness.known()


def test_the_last_mark_of_each_kind_is_remembered(database: Database) -> None:
    first = GivenMark("paper", 3, "note", AT)
    later = replace(first, size=9)
    for mark in (first, GivenMark("mail", 5, "note", AT), later):
        database.write(lambda tx, mark=mark: witnesses.put(tx, mark))  # type: ignore[misc]
    assert database.read(witnesses.listing) == {"paper": later, "mail": GivenMark("mail", 5, "note", AT)}

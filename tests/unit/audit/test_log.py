from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from desktop.audit.chain import GENESIS, NAMES
from desktop.audit.events import Act, BadEventError, Event
from desktop.audit.log import AuditLog
from desktop.audit.logkey import load_log_key, make_log_key
from desktop.audit.tokens import ids_hash, keep_ids, keep_reason, keyed_hash, read_ids
from desktop.audit.verify import Head, Verdict, verify
from desktop.errors import VaultError
from desktop.models import audit as kept
from desktop.models import settings, vaultkeys
from desktop.models.database import Database, Tx
from desktop.models.records import State

KEY, SALT, VAULT_ID = b"k" * 32, b"s" * 16, b"v" * 16
USER, OTHER = "a" * 32, "b" * 32
TOKEN_KEY, FIELD_KEY = b"t" * 32, b"f" * 32


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 9, 0, 0, 123000, tzinfo=UTC)

    def mono(self) -> float:
        return 12.5

    def boot_id(self) -> str:
        return "boot-one"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database.create(tmp_path / "practice.db", KEY, SALT, VAULT_ID, 1)
    yield made
    made.close()


@pytest.fixture
def log() -> AuditLog:
    return AuditLog("0.1", StoppedClock())


def write(database: Database, log: AuditLog, times: int = 1) -> None:
    for _ in range(times):
        database.write(lambda tx: log.record(tx, Event(Act.SESSION_LOCKED)))


def judge(database: Database, head: Head | None = None) -> Verdict:
    return database.read(lambda tx: verify(kept.records(tx), kept.count(tx), head))


def tampered(database: Database, *statements: str) -> None:
    """As somebody who has the key and takes the guard rails away first."""

    def work(tx: Tx) -> None:
        names = tx.connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'")).scalars()
        for name in [name for name in names if name.startswith("audit")]:
            tx.connection.execute(text(f'DROP TRIGGER "{name}"'))
        for statement in statements:
            tx.connection.execute(text(statement))

    database.write(work)


def test_a_record_holds_the_whole_form_and_links_to_the_one_before(database: Database, log: AuditLog) -> None:
    event = Event(Act.PEOPLE_CHANGED, obj=OTHER, det={"fields": 2, "state": State.QUEUED})
    first = database.write(lambda tx: log.record(tx, event, USER, "manager", "c" * 32))
    second = database.write(lambda tx: log.record(tx, Event(Act.SESSION_LOCKED)))
    body = json.loads(first.body)
    assert body.keys() == NAMES
    assert body == {
        "v": 1,
        "seq": 1,
        "ts": 1795510800123,
        "boot": "boot-one",
        "mono": 12500,
        "actor": USER,
        "role": "manager",
        "sess": "c" * 32,
        "act": "people.changed",
        "obj": OTHER,
        "outcome": "ok",
        "why": "",
        "det": {"fields": 2, "state": "queued"},
        "app": "0.1",
        "prev": GENESIS,
    }
    assert json.loads(second.body)["prev"] == first.hash
    assert judge(database) == Verdict(True, 2, None, "ok")


@pytest.mark.parametrize(
    ("actor", "role", "session"),
    [("Maria", "manager", ""), (USER, "owner", ""), (USER, "manager", "session 1")],
)
def test_actor_role_and_session_are_ids_and_words(
    database: Database, log: AuditLog, actor: str, role: str, session: str
) -> None:
    with pytest.raises(BadEventError):
        database.write(lambda tx: log.record(tx, Event(Act.SESSION_LOCKED), actor, role, session))


def test_work_whose_record_cannot_be_written_is_undone(
    database: Database, log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(tx: Tx) -> None:
        settings.put(tx, "practice-name", "changed")
        log.record(tx, Event(Act.PRACTICE_CHANGED, det={"fields": 1}))

    def full(_tx: Tx, _record: object) -> None:
        raise OSError("disk")

    with monkeypatch.context() as edge:
        edge.setattr(kept, "append", full)
        with pytest.raises(OSError, match="disk"):
            database.write(change)
    assert database.read(lambda tx: settings.get(tx, "practice-name")) is None
    database.write(change)
    assert database.read(lambda tx: settings.get(tx, "practice-name")) == "changed"


def test_work_that_forgets_a_field_is_undone(database: Database, log: AuditLog) -> None:
    def change(tx: Tx) -> None:
        settings.put(tx, "practice-name", "changed")
        log.record(tx, Event(Act.PRACTICE_CHANGED))

    with pytest.raises(BadEventError, match="missing fields"):
        database.write(change)
    assert database.read(lambda tx: settings.get(tx, "practice-name")) is None


def test_undone_work_leaves_no_record_and_no_gap(database: Database, log: AuditLog) -> None:
    def fails(tx: Tx) -> None:
        log.record(tx, Event(Act.SESSION_LOCKED))
        raise ValueError("later")

    write(database, log, 2)
    with pytest.raises(ValueError, match="later"):
        database.write(fails)
    write(database, log)
    assert judge(database) == Verdict(True, 3, None, "ok")


def test_two_openings_of_the_file_do_not_fork_the_chain(
    database: Database, log: AuditLog, tmp_path: Path
) -> None:
    other = Database.open(tmp_path / "practice.db", KEY, SALT, VAULT_ID, 1)
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: write(one, log, 25), (database, other)))
    finally:
        other.close()
    assert judge(database) == Verdict(True, 50, None, "ok")


@pytest.mark.parametrize("statement", ["UPDATE audit_record SET hash='x'", "DELETE FROM audit_record"])
def test_the_guard_rails_stop_a_mistake(database: Database, log: AuditLog, statement: str) -> None:
    write(database, log, 3)
    with pytest.raises(IntegrityError):
        database.write(lambda tx: tx.connection.execute(text(statement)))
    assert judge(database) == Verdict(True, 3, None, "ok")


SWAP = (
    "UPDATE audit_record SET seq=99 WHERE seq=3",
    "UPDATE audit_record SET seq=3 WHERE seq=6",
    "UPDATE audit_record SET seq=6 WHERE seq=99",
)
TAMPERS: list[tuple[tuple[str, ...], int, str]] = [
    (("UPDATE audit_record SET body=replace(body, 'locked', 'ended') WHERE seq=4",), 4, "edited"),
    (("UPDATE audit_record SET body=body||' ' WHERE seq=4",), 4, "edited"),
    (("DELETE FROM audit_record WHERE seq=4",), 4, "missing"),
    (("DELETE FROM audit_record WHERE seq=4", "UPDATE audit_record SET seq=seq-1 WHERE seq>4"), 4, "missing"),
    (("DELETE FROM audit_record WHERE seq>5",), 6, "missing"),
    (SWAP, 3, "reordered"),
    (("INSERT INTO audit_record SELECT 9, body, 'x' FROM audit_record WHERE seq=2",), 9, "edited"),
    (("INSERT INTO audit_record SELECT 0, body, 'x' FROM audit_record WHERE seq=2",), 9, "inserted"),
]


@pytest.mark.parametrize(("statements", "first_bad", "class_"), TAMPERS)
def test_each_way_to_tamper_with_the_rows_is_named(
    database: Database, log: AuditLog, statements: tuple[str, ...], first_bad: int, class_: str
) -> None:
    write(database, log, 8)
    last = database.read(kept.last)
    assert last is not None
    tampered(database, *statements)
    assert judge(database, Head(8, last.hash)) == Verdict(False, first_bad - 1, first_bad, class_)


def test_hashes_are_keyed_and_tell_kinds_apart() -> None:
    one = keyed_hash(TOKEN_KEY, "maria@example.org")
    assert one == keyed_hash(TOKEN_KEY, "maria@example.org", "address")
    assert one != keyed_hash(b"u" * 32, "maria@example.org")
    assert one != keyed_hash(TOKEN_KEY, "maria@example.org", "reason")
    # printf 'address\0maria@example.org' | openssl dgst -sha256 -mac HMAC -macopt key:tttt...
    assert one == "3b5a3f353357a2d334d71a7f43bc1f8da4c52187f1439204a304814a8c934910"


def test_the_ids_of_a_search_are_kept_sealed_and_bound_to_their_event(
    database: Database, log: AuditLog
) -> None:
    ids = [USER, OTHER]

    def search(tx: Tx) -> int:
        det: dict[str, str | int] = {"count": 2, "ids": ids_hash(TOKEN_KEY, ids)}
        record = log.record(tx, Event(Act.PEOPLE_SEARCHED, det=det), USER, "front-desk")
        keep_ids(tx, FIELD_KEY, record.seq, ids)
        return record.seq

    seq = database.write(search)
    sealed = database.read(lambda tx: kept.ids(tx, seq))
    assert sealed is not None
    assert USER.encode() not in sealed
    assert read_ids(FIELD_KEY, seq, sealed) == (USER, OTHER)
    for key, number in ((b"g" * 32, seq), (FIELD_KEY, seq + 1)):
        with pytest.raises(VaultError, match="sealed-damaged"):
            read_ids(key, number, sealed)
    assert ids_hash(TOKEN_KEY, ids) != ids_hash(TOKEN_KEY, reversed(ids))


def test_a_typed_reason_stays_out_of_the_record(database: Database, log: AuditLog) -> None:
    def export(tx: Tx) -> str:
        det = {"format": "csv", "records": 3, **keep_reason(tx, TOKEN_KEY, "Court order, Maria Lopez")}
        return log.record(tx, Event(Act.AUDIT_EXPORTED, det=det), USER, "auditor").body

    body = database.write(export)
    assert "Maria" not in body
    reason = json.loads(body)["det"]["reason"]
    assert database.read(lambda tx: kept.reason(tx, reason)) == "Court order, Maria Lopez"


def test_the_log_key_comes_back_only_with_the_key_that_wraps_it(database: Database) -> None:
    made = database.write(lambda tx: make_log_key(tx, VAULT_ID, b"w" * 32))
    loaded = database.read(lambda tx: load_log_key(tx, VAULT_ID, b"w" * 32))
    assert loaded.vkey == made.vkey

    def loading(key: bytes, vault_id: bytes) -> Callable[[Tx], object]:
        return lambda tx: load_log_key(tx, vault_id, key)

    for wrong in (loading(b"x" * 32, VAULT_ID), loading(b"w" * 32, b"u" * 16)):
        with pytest.raises(VaultError, match="log-key-damaged"):
            database.read(wrong)
    database.write(lambda tx: vaultkeys.put(tx, "log-key-public", b"p" * 32))
    with pytest.raises(VaultError, match="log-key-damaged"):
        database.read(loading(b"w" * 32, VAULT_ID))

"""G19: every use case leaves a record in its own transaction; without the record nothing happens."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Container, Iterator
from typing import Any

import pytest

from desktop.errors import SealwellError, VaultError
from desktop.models import audit
from desktop.models.database import Tx
from desktop.office import api
from desktop.paths import PracticeFolder
from tests.made_practice import MovedClock
from tests.made_rows import CALLS, World, a_world
from tests.made_staff import Keyring, Staff, desk_of

ELSEWHERE = {
    "touch": "moving is no use case: nothing is read or changed",
    "start_sending": "only wakes the dispatcher, whose every step is recorded (tests/unit/sync)",
    "new_authenticator": "makes up a secret and keeps nothing; confirming it is recorded",
    "show_phrase": "the practice's own words: nothing of a patient",
    "read_back": "needs a mailbox that answers (test_delivery_checks.py)",
    "finish_grant": "needs a provider (test_grants.py)",
    "end_grant": "needs what a provider granted (test_grants.py)",
    "own_posture": "asks a name server (test_own_posture.py)",
    "explain_gap": "needs a gap (test_witness.py)",
    "run_drill": "needs a backup on a target (test_drill.py)",
    "check_updates": "needs a server and a key (test_updates.py)",
    "verify_update": "needs a list that a key signed (test_updates.py)",
    "download_update": "needs a server and a key (test_updates.py)",
    "retire_computer": "ends the practice here, record and all (test_retire.py)",
    "seal_year": "needs a year that is over (test_retention.py)",
    "purge_year": "needs a year that is long over (test_retention.py)",
}
BOOKMARKS = {"alerts-looked-to", "keys-looked-at", "pickups-swept"}
"""How far the rules have read the log, when keys were looked at: no use case, and nothing of a patient."""
LAST_LOOK = {"polled_at", "trouble", "uid_validity", "last_uid"}
"""How far a mailbox is read and how that went: the watch writes it between use cases."""
WORKED_OUT = {"evaluated_at", "evaluated_on"}
"""When a group was worked out from its rule last: a cache, as its people are."""
SPLIT = {
    "run_outbox": "each message it sends is a transaction of its own (tests/end2end/test_kill.py)",
}


def of_the_protocol() -> set[str]:
    return {
        name
        for name, method in inspect.getmembers(api.Office, inspect.isfunction)
        if "session" in inspect.signature(method).parameters
    }


@pytest.fixture(scope="module")
def world(staffed: Staff, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One practice for the whole walk; `CALLS` is in its order."""
    folder = tmp_path_factory.mktemp("walk") / "practice"
    shutil.copytree(staffed.folder.root, folder)
    keyring = Keyring()
    keyring.kept.update(staffed.keyring.kept if staffed.keyring is not None else {})
    staff = Staff(PracticeFolder(folder), MovedClock(), keyring, staffed.made, dict(staffed.secrets))
    with pytest.MonkeyPatch.context() as patch:
        for watch in ("logwatch", "backup_watch", "watch"):  # they would write between two looks
            patch.setattr(f"desktop.office.{watch}.LOOK_EVERY", 3600)
        made = a_world(staff, tmp_path_factory.mktemp("papers"))
        yield made
        staff.close()


def everything(world: World) -> dict[str, list[Any]]:
    """Every row of every table, straight from the driver: it is asked twice for each use case."""

    def look(tx: Tx) -> dict[str, list[Any]]:
        cursor = tx.connection.connection.cursor()

        def all_of(name: str, ignored: Container[str] = ()) -> list[dict[str, Any]]:
            cursor.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in cursor.description]
            return [
                {column: value for column, value in zip(columns, row, strict=True) if column not in ignored}
                for row in cursor.fetchall()
            ]

        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [name for (name,) in cursor.fetchall() if not name.startswith(("search", "sqlite_"))]
        rows: dict[str, list[Any]] = {}
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')
            rows[name] = list(cursor.fetchall())
        rules = {row["id"] for row in all_of("segment") if row["kind"] == "rule"}
        return {
            **rows,
            "setting": [row for row in all_of("setting") if row["key"] not in BOOKMARKS],
            "mail_account": all_of("mail_account", LAST_LOOK),
            "segment": all_of("segment", WORKED_OUT),
            "segment_member": [row for row in all_of("segment_member") if row["segment"] not in rules],
            "segment_dirty": [],
        }

    return desk_of(world.office).opened().database.read(look)


def test_g19_no_use_case_is_missing() -> None:
    assert of_the_protocol() == CALLS.keys() | ELSEWHERE.keys()


def test_g19_it_is_recorded_or_it_does_not_happen(
    world: World, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    """One walk, in the order of `CALLS`: its steps build on each other."""
    for name in CALLS:
        with subtests.test(name):
            _recorded_or_nothing(world, name, monkeypatch)


def _recorded_or_nothing(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session = world.proved(world.session)
    database = desk_of(world.office).opened().database
    before = everything(world)

    def full(tx: Tx, *records: object) -> None:
        raise VaultError("disk-full")

    if name not in SPLIT:
        with monkeypatch.context() as broken:
            broken.setattr(audit, "append", full)
            with pytest.raises(SealwellError) as caught:
                CALLS[name](world, session)
            assert caught.value.code in ("disk-full", "file-not-written")
        after = everything(world)
        assert [table for table in before if before[table] != after[table]] == []
        session = world.proved(world.session)
    counted = database.read(audit.count)
    CALLS[name](world, session)
    opened = desk_of(world.office).opened_or_none()
    if opened is not None:  # signing out closes it, after its own record
        assert opened.database.read(audit.count) > counted

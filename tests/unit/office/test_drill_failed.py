"""Drills of backups that are not what they should be: each failed, with its own reason, nothing left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.models.accounts import Role
from desktop.models.database import Tx
from desktop.office.values_access import NewUser, OffboardRequest
from tests.made_practice import Practice
from tests.support.drilled import DAY, Drilled, begin

_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_checkpoint'"


@pytest.fixture
def drilled(practice: Practice, tmp_path: Path) -> Iterator[Drilled]:
    yield begin(practice, tmp_path)
    practice.close()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.97, 0.999999])
def test_a_changed_byte_anywhere_fails_the_drill(drilled: Drilled, share: float) -> None:
    data = bytearray(drilled.file.read_bytes())
    data[int(share * len(data))] ^= 1
    drilled.file.write_bytes(bytes(data))
    assert drilled.why() in ("backup-damaged", "backup-not-one", "backup-cut")


def test_a_cut_file_fails_the_drill(drilled: Drilled) -> None:
    os.truncate(drilled.file, drilled.file.stat().st_size // 2)
    assert drilled.why() in ("backup-cut", "backup-damaged")


def test_a_missing_link_of_the_chain_fails_the_drill(drilled: Drilled) -> None:
    first = drilled.file
    drilled.more()
    first.unlink()
    assert drilled.why() == "backup-chain-broken"


def test_a_backup_that_is_gone_fails_the_drill(drilled: Drilled) -> None:
    drilled.file.unlink()
    assert drilled.why() == "backup-missing"


def test_another_backup_under_its_name_fails_the_drill(drilled: Drilled) -> None:
    first = drilled.file
    drilled.practice.clock.move(8 * DAY)
    drilled.wait(0)
    second = drilled.more()
    assert second.whole
    shutil.copy2(first, drilled.file)
    assert drilled.why() == "drill-other-backup"


def test_a_target_that_is_not_connected_fails_the_drill(drilled: Drilled) -> None:
    root = Path(drilled.target.place.address)
    root.rename(root.with_name("in the drawer"))
    assert drilled.why() == "target-not-connected"
    root.mkdir()
    assert drilled.why() == "target-not-connected", "an empty mount point"


def test_a_backup_from_before_a_new_recovery_key_fails_the_drill(drilled: Drilled) -> None:
    made = drilled.office.renew_recovery_key(drilled.session).recovery_key
    drilled.practice.made = replace(drilled.practice.made, recovery_key=made)
    assert drilled.why() == "drill-other-recovery-key"
    drilled.more()
    assert drilled.run().drill.ok


def test_a_row_that_says_something_else_than_the_backup_fails_the_drill(drilled: Drilled) -> None:
    database = drilled.database

    def lie(tx: Tx) -> None:
        tx.connection.exec_driver_sql("UPDATE backup SET records = records - 1")

    database.write(lie)
    assert drilled.why() == "drill-other-backup"


def test_a_letter_that_does_not_fit_its_hash_fails_the_drill(drilled: Drilled) -> None:
    database = drilled.database

    def spoil(tx: Tx) -> None:
        tx.connection.exec_driver_sql("UPDATE message_body SET wire = x'00'")

    database.write(spoil)
    drilled.more()
    assert drilled.why() == "drill-sample-unreadable"


def test_a_backup_from_before_a_change_of_keys_fails_the_drill(drilled: Drilled) -> None:
    office, session = drilled.office, drilled.session
    office.add_user(session, NewUser("bo", Role.FRONT_DESK, "eleven paper boats at noon"))
    (bo,) = (one.id for one in office.list_users(session).users if one.name == "bo")
    assert office.offboard_user(session, OffboardRequest(bo, session.user)).key_changed
    assert drilled.why() == "drill-old-key"
    drilled.more()
    assert drilled.run().drill.ok, "the recovery key on paper is the same"


def test_words_of_a_card_that_do_not_open_fail_the_drill(drilled: Drilled) -> None:
    def spoil(tx: Tx) -> None:
        tx.connection.exec_driver_sql("UPDATE card_words SET words = zeroblob(48)")

    drilled.database.write(spoil)
    drilled.more()
    assert drilled.why() == "drill-sample-unreadable"


def test_a_log_in_use_that_does_not_go_on_from_the_backup_fails_the_drill(drilled: Drilled) -> None:
    """A checkpoint of the log in use knows another root of the records that came back."""
    drilled.office.make_checkpoint(drilled.session)
    drilled.more()

    def rewrite(tx: Tx) -> None:
        for trigger in tx.connection.exec_driver_sql(_TRIGGERS).scalars().all():
            tx.connection.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
        tx.connection.exec_driver_sql("UPDATE audit_checkpoint SET note = 'another log'")

    drilled.database.write(rewrite)
    assert drilled.why() == "drill-log-broken"

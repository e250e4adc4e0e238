"""What the log of a restored practice lacks, told by who saw more of it; and the computer that remembers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.assembly import build_office
from desktop.audit.witness import CHECKPOINT_FILE, KEYRING, TRUNCATED, Gap
from desktop.crypto.devicekey import DeviceStore
from desktop.crypto.kdf import FLOOR
from desktop.errors import VaultError
from desktop.models import targets
from desktop.models.ids import new_id
from desktop.models.safekeeping import Place, Target, TargetId, TargetKind
from desktop.office import loggap
from desktop.office.values_audit import LogExport, LogFormat
from desktop.office.values_entry import NewPractice
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER
from tests.made_staff import Keyring, Staff, desk_of
from tests.support.backed import (
    NEW_PASSWORD,
    WHY,
    Bare,
    Shelf,
    back_up,
    by_password,
    by_recovery_key,
    lines_of,
)
from tests.support.outsiders import Job, by_python


@pytest.fixture
def lost(staff: Staff, tmp_path: Path) -> Iterator[Bare]:
    """A computer with a key store: its practice went on after the backup and is gone."""
    office, session = staff.at_work()
    back_up(office, staff.folder, staff.clock.now(), tmp_path / "shelf")
    for _ in range(3):
        staff.clock.move(60)
        office.search_people(session, "nobody")
    office.close()
    (file,) = (tmp_path / "shelf").rglob("*.sealwell")
    shelf = Shelf(
        tmp_path / "shelf",
        file.parent,
        (file.name,),
        staff.made.recovery_key,
        staff.secrets[USER],
        at=staff.clock.now(),
    )
    computer = Bare(shelf, tmp_path / "bare")
    yield computer
    computer.close()


def test_the_keyring_saw_more_and_the_gap_is_explained_with_the_typed_reason(
    lost: Bare, staff: Staff
) -> None:
    assert staff.keyring is not None
    done = lost.office(staff.keyring).restore(by_password(lost.shelf.where, lost.to))
    office, session = lost.signed_in(staff.keyring)
    (gap,) = lines_of(office, session, "log.restore-gap")
    (restored,) = lines_of(office, session, "practice.restored")
    assert gap.why == "restored-backup"
    assert gap.details["first"] == done.records + 1
    assert int(gap.details["last"]) > done.records
    assert gap.details["root-before"] not in (gap.details["root"], restored.details["root"])
    assert gap.details["reason"] == restored.details["reason"]
    assert office.log_state(session).gap is None, "it was explained when the practice was restored"
    assert office.verify_audit(session).ok


def test_from_then_on_the_keyring_follows_the_restored_practice(lost: Bare, staff: Staff) -> None:
    lost.office(staff.keyring).restore(by_password(lost.shelf.where, lost.to))
    for _ in range(2):
        office, session = lost.signed_in(staff.keyring)
        state = office.log_state(session)
        assert (state.gap, state.witnesses[0].agrees) == (None, True)
        office.close()


def test_the_old_folder_beside_it_is_noticed_by_who_opens_it(lost: Bare, staff: Staff) -> None:
    """Two practices out of one: whoever goes on in the old one is told that entries are others."""
    lost.office(staff.keyring).restore(by_password(lost.shelf.where, lost.to))
    assert staff.folder.keys.exists()
    staff.clock.move(7200)
    office, session = staff.at_work()
    assert office.log_state(session).gap is not None


def test_a_bare_computer_is_told_by_the_note_beside_the_backups(lost: Bare, staff: Staff) -> None:
    office, _ = staff.at_work()
    later = back_up(office, staff.folder, staff.clock.now(), lost.root / "later", note=True)
    office.close()
    note = next((lost.root / "later").rglob(CHECKPOINT_FILE)).read_text("utf-8")
    (lost.shelf.folder / CHECKPOINT_FILE).write_text(note, "utf-8")
    request = by_recovery_key(lost.shelf.where, lost.to, lost.shelf.recovery_key)
    done = lost.office(Keyring()).restore(request)
    keyring = Keyring()
    again = lost.office(keyring).restore(
        by_recovery_key(lost.shelf.where, lost.root / "again", lost.shelf.recovery_key)
    )
    assert again.records == done.records < later.backup.records
    office, session = lost.signed_in(keyring, NEW_PASSWORD, folder=lost.root / "again")
    (gap,) = lines_of(office, session, "log.restore-gap")
    assert (gap.details["first"], gap.details["last"]) == (done.records + 1, later.backup.records)
    assert gap.details["root-before"] == later.backup.root


def test_a_drive_that_saw_more_is_asked_once_and_raises_no_alarm_afterwards(
    staff: Staff, tmp_path: Path
) -> None:
    """The practice's own place for backups holds the note of the newest one, and an older one is taken."""
    place = Place(TargetKind.USB, str(tmp_path / "drive"))
    (tmp_path / "drive").mkdir()
    office, session = staff.at_work()
    drive = Target(TargetId(new_id()), "Drive", place, "a" * 32, staff.clock.now())
    desk_of(office).opened().database.write(lambda tx: targets.add(tx, drive, ""))
    first = back_up(office, staff.folder, staff.clock.now(), tmp_path / "drive")
    staff.clock.move(60)
    office.log_state(session)
    later = back_up(office, staff.folder, staff.clock.now(), tmp_path / "drive", note=True)
    office.close()
    (folder,) = (tmp_path / "drive").iterdir()
    shelf = Shelf(tmp_path / "drive", folder, (), staff.made.recovery_key, staff.secrets[USER])
    computer, keyring = Bare(replace(shelf, at=staff.clock.now()), tmp_path / "bare"), Keyring()
    request = by_recovery_key(shelf.where, computer.to, shelf.recovery_key, name=first.backup.name)
    computer.office(keyring).restore(request)
    for _ in range(2):
        office, session = computer.signed_in(keyring, NEW_PASSWORD)
        assert office.log_state(session).gap is None
        (gap,) = lines_of(office, session, "log.restore-gap")
        assert (gap.details["first"], gap.details["last"]) == (
            *(first.backup.records + 1, later.backup.records),
        )
        office.close()


@pytest.mark.parametrize("note", ["", "no note", "sealwell.local/00/audit\n7\nAAAA\n\n— x AAAA\n"])
def test_a_note_that_nobody_signed_says_nothing(lost: Bare, note: str) -> None:
    (lost.shelf.folder / CHECKPOINT_FILE).write_text(note, "utf-8")
    keyring = Keyring()
    lost.office(keyring).restore(by_recovery_key(lost.shelf.where, lost.to, lost.shelf.recovery_key))
    office, session = lost.signed_in(keyring, NEW_PASSWORD)
    assert lines_of(office, session, "log.restore-gap") == []


def test_a_folder_where_another_practice_was_is_no_alarm(lost: Bare) -> None:
    keyring = Keyring()
    request = by_recovery_key(lost.shelf.where, lost.to, lost.shelf.recovery_key)
    lost.office(keyring).restore(request)
    shutil.rmtree(lost.to)
    other = lost.office(keyring, lost.to)
    other.create_practice(NewPractice("Oak Street", "America/Denver", USER, password=PASSWORD))
    other.close()
    shutil.rmtree(lost.to)
    lost.office(keyring).restore(request)
    office, session = lost.signed_in(keyring, NEW_PASSWORD)
    assert office.log_state(session).gap is None


def test_outsiders_verify_the_log_of_a_restored_practice(lost: Bare, staff: Staff, tmp_path: Path) -> None:
    lost.office(staff.keyring).restore(by_password(lost.shelf.where, lost.to))
    office, session = lost.signed_in(staff.keyring)
    assert office.verify_audit(session).ok
    office.export_log(session, LogExport(LogFormat.JSONL, str(tmp_path / "log.jsonl"), WHY))
    key = office.make_checkpoint(session).vkey
    (found,) = by_python([Job(str(tmp_path / "log.jsonl"), key)])
    assert found["class"] == "ok"


def test_an_older_gap_that_nobody_explained_still_stands(staff: Staff, tmp_path: Path) -> None:
    """It stood when the backup was made, and the restore does not answer for it."""
    office, _ = staff.at_work()
    gap = Gap(TRUNCATED, 7, 9, KEYRING, staff.clock.now(), "ab" * 32)
    desk_of(office).opened().database.write(lambda tx: loggap.keep(tx, gap))
    back_up(office, staff.folder, staff.clock.now(), tmp_path / "shelf")
    office.close()
    (file,) = (tmp_path / "shelf").rglob("*.sealwell")
    shelf = Shelf(tmp_path / "shelf", file.parent, (file.name,), staff.made.recovery_key, staff.secrets[USER])
    computer, keyring = Bare(replace(shelf, at=staff.clock.now()), tmp_path / "bare"), Keyring()
    computer.office(keyring).restore(by_recovery_key(shelf.where, computer.to, shelf.recovery_key))
    office, session = computer.signed_in(keyring, NEW_PASSWORD)
    stands = office.log_state(session).gap
    assert stands is not None
    assert (stands.first, stands.last) == (7, 9)
    office.close()


def test_a_key_store_that_is_locked_is_said_before_anything_is_fetched(lost: Bare) -> None:
    def locked() -> DeviceStore | None:
        raise VaultError("keyring-locked")

    office = build_office(
        PracticeFolder(lost.root / "nothing"), lost.clock, params=lambda: FLOOR, device_store=locked
    )
    lost.offices.append(office)
    request = by_recovery_key(lost.shelf.where, lost.to, lost.shelf.recovery_key)
    with pytest.raises(VaultError, match="keyring-locked"):
        office.restore(request)
    assert not lost.to.exists()

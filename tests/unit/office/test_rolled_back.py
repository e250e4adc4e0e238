"""G21: 51 databases that were set back; each is noticed before anybody is in."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.audit.witness import BACKUP, CHECKPOINT_FILE
from desktop.errors import Refused
from desktop.models import targets
from desktop.models.ids import new_id
from desktop.models.safekeeping import Place, Target, TargetId, TargetKind
from desktop.office import log_outside
from desktop.office.api import Office
from desktop.office.values_audit import GapExplained
from desktop.office.values_entry import SignedIn
from desktop.paths import PracticeFolder
from desktop.sync.targets.base import vault_tag
from desktop.sync.targets.reach import reach
from tests.made_practice import MovedClock
from tests.made_staff import Keyring, Staff, desk_of, make

TIMES = 17


@dataclass
class History:
    """The practice as it is now, and copies of how it was after each of its first sessions."""

    root: Path
    staff: Staff
    keyrings: list[dict[str, bytes]]

    def was(self, number: int) -> Path:
        return self.root / f"was-{number}"

    def at(self, tmp_path: Path, *, whole: int | None = None) -> Staff:
        """A computer with the practice of now, or set back whole, key store and all."""
        folder = PracticeFolder(tmp_path / "practice")
        shutil.copytree(self.staff.folder.root if whole is None else self.was(whole), folder.root)
        keyring, clock = Keyring(), MovedClock()
        kept = self.staff.keyring.kept if whole is None and self.staff.keyring else self.keyrings[whole or 0]
        keyring.kept.update(kept)
        clock.move(30 * 24 * 3600)
        return Staff(folder, clock, keyring, self.staff.made, dict(self.staff.secrets))


def add_drive(office: Office, drive: Path) -> None:
    opened = desk_of(office).opened()
    place = Place(TargetKind.USB, str(drive))
    marker = reach(place, "", vault_tag(opened.vault.vault_id.hex()), None).claim(new_id())
    one = Target(TargetId(new_id()), "Drive", place, marker, MovedClock().now())
    opened.database.write(lambda tx: targets.add(tx, one, ""))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    root = tmp_path_factory.mktemp("history")
    (root / "drive").mkdir()
    keyring = Keyring()
    staff = make(PracticeFolder(root / "practice"), keyring)
    made = History(root, staff, [])
    for number in range(TIMES + 1):
        office, session = staff.at_work()
        if number == 0:
            add_drive(office, root / "drive")
        office.search_people(session, "zo")
        if number < TIMES:
            made.was(number).mkdir()
            database = staff.folder.database
            shutil.copy(database, made.was(number) / "open.db")
        else:
            assert len(office.create_backup(session).copied) == 1
        office.close()
        if number < TIMES:
            shutil.copytree(staff.folder.root, made.was(number), dirs_exist_ok=True)
            made.keyrings.append(dict(keyring.kept))
    yield made
    staff.close()


def entered(staff: Staff) -> tuple[Office, SignedIn]:
    office = staff.office()
    return office, staff.enter(office, code=staff.code())


def noticed(staff: Staff) -> str:
    """Who told. It is on record before the sign-in is, and across the window with its answer."""
    office, signed_in = entered(staff)
    try:
        assert "log-gap" in signed_in.banners
        acts = [line.act for line in reversed(office.query_log(signed_in.session).lines)]
        assert acts.count("audit.verified") == 1
        last = len(acts) - 1 - acts[::-1].index("signin.ok")
        assert acts.index("audit.verified") < last
        with pytest.raises(Refused) as caught:
            office.create_backup(signed_in.session)
        assert caught.value.code == "log-gap"
        gap = office.log_state(signed_in.session).gap
        assert gap is not None
        return gap.witness
    finally:
        office.close()


@pytest.mark.parametrize("number", range(TIMES))
def test_an_old_copy_of_the_database_alone(history: History, tmp_path: Path, number: int) -> None:
    staff = history.at(tmp_path)
    for suffix in ("-wal", "-shm"):
        staff.folder.database.with_name(staff.folder.database.name + suffix).unlink(missing_ok=True)
    shutil.copy(history.was(number) / "practice.db", staff.folder.database)
    assert noticed(staff)


@pytest.mark.parametrize("number", range(TIMES))
def test_what_was_written_last_lay_in_a_log_that_is_gone(
    history: History, tmp_path: Path, number: int
) -> None:
    staff = history.at(tmp_path)
    for suffix in ("-wal", "-shm"):
        staff.folder.database.with_name(staff.folder.database.name + suffix).unlink(missing_ok=True)
    shutil.copy(history.was(number) / "open.db", staff.folder.database)
    assert noticed(staff)


@pytest.mark.parametrize("number", range(TIMES))
def test_the_whole_computer_key_store_and_all_while_the_drive_saw_more(
    history: History, tmp_path: Path, number: int
) -> None:
    assert noticed(history.at(tmp_path, whole=number)) == BACKUP


def test_a_drive_that_is_not_there_says_nothing_and_comes_back_as_a_witness(
    history: History, tmp_path: Path
) -> None:
    staff = history.at(tmp_path, whole=3)
    away = (history.root / "drive").rename(history.root / "drawer")
    try:
        office, signed_in = entered(staff)
        assert "log-gap" not in signed_in.banners
        office.close()
    finally:
        away.rename(history.root / "drive")
    assert noticed(staff) == BACKUP


def test_what_was_explained_is_no_gap_at_the_next_opening(history: History, tmp_path: Path) -> None:
    staff = history.at(tmp_path, whole=5)
    office, signed_in = entered(staff)
    office.explain_gap(signed_in.session, GapExplained("restored-backup", "The old disk came back"))
    office.search_people(signed_in.session, "zo")
    office.close()
    office, signed_in = entered(staff)
    assert "log-gap" not in signed_in.banners
    office.search_people(signed_in.session, "zo")
    office.close()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"sealwell.local/x/audit\n1\nAA==\n\n- x AAAA\n"])
def test_a_forged_note_on_a_drive_is_no_gap(history: History, tmp_path: Path, content: bytes) -> None:
    (path,) = (history.root / "drive").glob(f"*/{CHECKPOINT_FILE}")
    kept = path.read_bytes()
    try:
        path.write_bytes(content)
        office, signed_in = entered(history.at(tmp_path))
        assert "log-gap" not in signed_in.banners
        office.close()
    finally:
        path.write_bytes(kept)


def test_a_share_that_hangs_does_not_hold_the_sign_in(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = threading.Event()

    def never(*_: object) -> None:
        hung.wait(60)

    monkeypatch.setattr(log_outside, "_known", never)
    began = time.monotonic()
    office, signed_in = entered(history.at(tmp_path))
    assert time.monotonic() - began < 30
    assert "log-gap" not in signed_in.banners
    hung.set()
    office.close()

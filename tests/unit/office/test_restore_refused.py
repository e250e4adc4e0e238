"""What no practice is brought back from, or into: each with its own sentence, and nothing is left behind."""

from __future__ import annotations

import random
import shutil
import stat
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.errors import SealwellError
from desktop.locks import exclusive
from desktop.models import schema
from desktop.models.accounts import Role
from desktop.office.api import Office
from desktop.office.values_access import InviteRequest, OffboardRequest
from desktop.office.values_backups import RestoreRequest
from desktop.office.values_entry import NewPractice
from desktop.paths import PracticeFolder
from desktop.texts import Texts
from tests.made_practice import PASSWORD, USER, Practice
from tests.made_staff import COLLEAGUE, HER_PASSWORD, Staff
from tests.support.backed import (
    Bare,
    Shelf,
    back_up,
    by_password,
    by_recovery_key,
    place_of,
)
from tests.support.colleagues import PASSWORDS, id_of, let_in


def refused(
    bare: Bare,
    request: RestoreRequest,
    code: str,
    office: Office | None = None,
    alike: Collection[str] = (),
) -> SealwellError:
    """With this code, in words, and the disk is as it was."""
    before = everything_in(bare.root)
    with pytest.raises(SealwellError) as caught:
        (office or bare.office()).restore(request)
    assert caught.value.code in {code, *alike}
    code = caught.value.code
    for language in ("en", "es"):
        message, hint = Texts(language).error(code, caught.value.params)
        assert message
        assert hint
        assert not message.startswith("error.")
    assert everything_in(bare.root) == before
    return caught.value


def everything_in(root: Path) -> set[str]:
    """But locks: their files stay on purpose (`desktop/locks.py`)."""
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.name != "vault.lock"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "wrong horse battery staple"}, "restore-password-wrong"),
        ({"user": "nobody"}, "restore-no-slot"),
        ({"reason": " "}, "reason-missing"),
        ({"reason": "x" * 501}, "reason-missing"),
        ({"name": "20261123T170000Z-0123456789ab-whole.sealwell"}, "backup-missing"),
        ({"name": "../../etc/passwd"}, "backup-missing"),
    ],
)
def test_a_password_that_does_not_open_it(bare: Bare, changes: dict[str, str], code: str) -> None:
    refused(bare, by_password(bare.shelf.where, bare.to, **changes), code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recovery_key": "AAAA-BBBB"}, "recovery-key-mistyped"),
        ({"password": "short"}, "password-too-short"),
        ({"user": "nobody"}, "recovery-not-administrator"),
        ({"reason": ""}, "reason-missing"),
    ],
)
def test_a_recovery_key_that_does_not_open_it(bare: Bare, changes: dict[str, Any], code: str) -> None:
    request = by_recovery_key(bare.shelf.where, bare.to, bare.shelf.recovery_key)
    refused(bare, replace(request, **changes), code)


def test_the_recovery_key_of_another_practice(bare: Bare, tmp_path: Path) -> None:
    office = build_office(
        PracticeFolder(tmp_path / "other"), bare.clock, params=lambda: FLOOR, device_store=lambda: None
    )
    other = office.create_practice(NewPractice("Oak Street", "America/Denver", USER, password=PASSWORD))
    office.close()
    request = by_recovery_key(bare.shelf.where, bare.to, other.recovery_key)
    refused(bare, request, "restore-recovery-key-wrong")


def test_who_left_before_it_was_made_does_not_get_in(practice: Practice, tmp_path: Path) -> None:
    """Nor with an invitation, nor from leave."""
    office, ana = practice.signed_in()
    for name, role in (("bo", Role.ADMINISTRATOR), ("cleo", Role.BILLING)):
        let_in(practice, office, ana, name, role)
    back_up(office, practice.folder, practice.clock.now(), tmp_path / "early")
    office.suspend_user(ana, id_of(office, ana, "cleo"))
    office.offboard_user(ana, OffboardRequest(id_of(office, ana, "bo"), ana.user))
    office.invite_user(ana, InviteRequest("dora", Role.FRONT_DESK))
    back_up(office, practice.folder, practice.clock.now(), tmp_path / "late")
    practice.close()
    (late,) = (tmp_path / "late").rglob("*.sealwell")
    (early,) = (tmp_path / "early").rglob("*.sealwell")
    bare = Bare(Shelf(tmp_path / "late", late.parent, (late.name,)), tmp_path / "bare")
    for user, code in (
        ("bo", "restore-no-slot"),
        ("dora", "restore-invitation"),
        ("cleo", "restore-user-inactive"),
    ):
        password = PASSWORDS.get(user, PASSWORD)
        refused(bare, by_password(place_of(late), bare.to, user=user, password=password), code)
    done = bare.office().restore(by_password(place_of(early), bare.to, user="bo", password=PASSWORDS["bo"]))
    assert done.records, "what was made while he was there opens for him, until it is thinned out"


def test_a_password_that_counts_on_its_own_computer_only(staff: Staff, tmp_path: Path) -> None:
    office, session = staff.at_work()
    staff.add(office, session)
    back_up(office, staff.folder, staff.clock.now(), tmp_path / "shelf")
    office.close()
    (file,) = (tmp_path / "shelf").rglob("*.sealwell")
    bare = Bare(Shelf(tmp_path / "shelf", file.parent, (file.name,)), tmp_path / "bare")
    request = by_password(place_of(file), bare.to, user=COLLEAGUE, password=HER_PASSWORD)
    refused(bare, request, "restore-computer-bound")
    done = bare.office(staff.keyring).restore(request)
    assert done.recovery_key == "", "on that computer it does"


def test_a_backup_whose_beginning_is_gone(bare: Bare, tmp_path: Path) -> None:
    shelf = bare.shelf.copy(tmp_path / "cut")
    (shelf.folder / shelf.names[0]).unlink()
    bare = Bare(shelf, tmp_path / "bare")
    refused(bare, by_password(shelf.where, bare.to), "backup-chain-broken")
    refused(bare, by_password(shelf.where, bare.to, name=shelf.names[1]), "backup-chain-broken")
    assert [one.complete for one in bare.office().find_backups(shelf.where).backups] == [False]


def test_a_backup_in_anothers_place(bare: Bare, tmp_path: Path) -> None:
    """Under the name of the whole one lies the other: names prove nothing."""
    shelf = bare.shelf.copy(tmp_path / "changed")
    shutil.copy(shelf.folder / shelf.names[1], shelf.folder / shelf.names[0])
    bare = Bare(shelf, tmp_path / "bare")
    refused(bare, by_password(shelf.where, bare.to), "backup-chain-broken")


def test_an_old_backup_that_is_shown_as_the_newest(bare: Bare, tmp_path: Path) -> None:
    """Whoever keeps the backups gives it a later date: the list would say what is not so."""
    shelf = bare.shelf.copy(tmp_path / "changed")
    later = shelf.names[0].replace(shelf.names[0][:8], "20291231")
    (shelf.folder / shelf.names[0]).rename(shelf.folder / later)
    bare = Bare(shelf, tmp_path / "bare")
    refused(bare, by_password(shelf.where, bare.to), "backup-damaged")


@pytest.mark.parametrize("name", [0, 1])
@pytest.mark.parametrize("part", range(4))
def test_a_cut_or_changed_byte_anywhere(bare: Bare, tmp_path: Path, name: int, part: int) -> None:
    shelf = bare.shelf.copy(tmp_path / "changed")
    file = shelf.folder / shelf.names[name]
    whole = file.read_bytes()
    at = len(whole) * (2 * part + 1) // 8 + 7
    bare = Bare(shelf, tmp_path / "bare")
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    refused(bare, by_password(shelf.where, bare.to), "backup-damaged")
    file.write_bytes(whole[:at])
    refused(bare, by_password(shelf.where, bare.to), "backup-cut")


@pytest.mark.parametrize("called", ["Monday.sealwell", "backup of the practice", "20261121T1.sealwell"])
def test_a_file_that_somebody_renamed_is_known_by_what_it_holds(
    bare: Bare, tmp_path: Path, called: str
) -> None:
    shelf = bare.shelf.copy(tmp_path / "renamed")
    file = (shelf.folder / shelf.names[1]).rename(shelf.folder / called)
    bare = Bare(shelf, tmp_path / "bare")
    request = by_password(place_of(file), bare.to)
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    refused(bare, request, "backup-cut")
    file.write_bytes(whole[: len(whole) // 2] + b"?" + whole[len(whole) // 2 + 1 :])
    refused(bare, request, "backup-damaged")
    file.write_bytes(whole)
    found = bare.office().find_backups(request.where).backups
    assert [(one.name, one.complete) for one in found] == [(name, True) for name in reversed(shelf.names)]
    assert bare.office().restore(request).name == shelf.names[1]


def test_a_file_alone_that_is_cut_is_called_cut_and_not_a_part(bare: Bare, tmp_path: Path) -> None:
    file = tmp_path / "Monday.sealwell"
    whole = (bare.shelf.folder / bare.shelf.names[1]).read_bytes()
    for data, code in ((whole, "backup-chain-broken"), (whole[:-9], "backup-cut"), (whole[:9], "backup-cut")):
        file.write_bytes(data)
        refused(bare, by_password(place_of(file), bare.to), code)


def test_changed_key_slots_are_the_files_damage_and_not_a_wrong_password(bare: Bare, tmp_path: Path) -> None:
    shelf = bare.shelf.copy(tmp_path / "changed")
    file = shelf.folder / shelf.names[0]
    whole = file.read_bytes()
    bare = Bare(shelf, tmp_path / "bare")
    begin = whole.index(b'"keys":"') + 8
    for at in range(begin + 40, whole.index(b'"', begin), 160):
        other = b"B" if whole[at : at + 1] == b"A" else b"A"
        file.write_bytes(whole[:at] + other + whole[at + 1 :])
        refused(bare, by_password(place_of(file), bare.to), "backup-damaged")


@pytest.mark.parametrize("tries", [8, pytest.param(500, marks=pytest.mark.soak)])
def test_any_cut_and_any_changed_byte_of_any_file_is_refused(bare: Bare, tmp_path: Path, tries: int) -> None:
    """G6 through all of a restore, the containers' own test is `test_container.py`."""
    shelf, dice = bare.shelf.copy(tmp_path / "changed"), random.Random(tries)
    bare = Bare(shelf, tmp_path / "bare")
    for number in range(2 * tries):
        file = shelf.folder / shelf.names[number % 2]
        whole = file.read_bytes()
        at = dice.randrange(len(whole))
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << dice.randrange(8)]) + whole[at + 1 :])
        refused(bare, by_password(shelf.where, bare.to), "backup-damaged", alike={"backup-not-one"})
        file.write_bytes(whole[:at])
        refused(bare, by_password(shelf.where, bare.to), "backup-cut", alike={"backup-damaged"})
        file.write_bytes(whole)


def test_files_that_are_no_backup(bare: Bare, tmp_path: Path) -> None:
    other = tmp_path / "letter.sealwell"
    other.write_bytes(b"Dear Sir")
    refused(bare, by_password(place_of(other), bare.to), "backup-not-one")
    other.write_bytes(b"")
    refused(bare, by_password(place_of(other), bare.to), "backup-cut")
    named = tmp_path / bare.shelf.names[0]
    named.write_bytes(b"Dear Sir, this is longer than a header, but none of ours\n")
    refused(bare, by_password(place_of(named), bare.to), "backup-not-one")
    refused(bare, by_password(place_of(tmp_path / "gone.sealwell"), bare.to), "backup-missing")
    refused(bare, by_password(place_of(tmp_path / "gone"), bare.to), "target-not-connected")
    (tmp_path / "empty").mkdir()
    refused(bare, by_password(place_of(tmp_path / "empty"), bare.to), "backup-missing")


def test_a_newer_program_made_it(bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "REVISIONS", schema.REVISIONS[:-1])
    refused(bare, by_password(bare.shelf.where, bare.to), "backup-newer")


def test_backups_of_two_practices_in_one_place(bare: Bare, tmp_path: Path) -> None:
    shelf = bare.shelf.copy(tmp_path / "both")
    shutil.copytree(shelf.folder, shelf.root / "sealwell-01234567")
    bare = Bare(shelf, tmp_path / "bare")
    refused(bare, by_password(shelf.where, bare.to), "restore-several")
    assert bare.office().restore(by_password(shelf.where, bare.to, name=shelf.names[1])).records


# --- where to --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left", ["vault.keys", "vault.keys.2", "practice.db", "practice.db.next", "audit-years"]
)
def test_never_over_a_practice_nor_over_what_is_left_of_one(
    bare: Bare, left: str, practice: Practice
) -> None:
    bare.to.mkdir(parents=True)
    shutil.copy(practice.folder.keys if "keys" in left else practice.folder.database, bare.to / left)
    refused(bare, by_password(bare.shelf.where, bare.to), "restore-in-place")


def test_never_beside_another_restore_or_an_open_practice(bare: Bare) -> None:
    bare.to.mkdir(parents=True)
    lock = exclusive(bare.to / "vault.lock")
    assert lock is not None
    with lock:
        refused(bare, by_password(bare.shelf.where, bare.to), "restore-running")
    bare.office().restore(by_password(bare.shelf.where, bare.to))


def test_a_folder_that_cannot_be_made(bare: Bare, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    refused(bare, by_password(bare.shelf.where, tmp_path / "file" / "practice"), "folder-not-writable")


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes there")
def test_what_lies_there_besides_stays(bare: Bare) -> None:
    bare.to.mkdir(parents=True)
    bare.to.chmod(0o755)
    (bare.to / "sealwell.log").write_text("of a first start")
    refused(bare, by_password(bare.shelf.where, bare.to, password="wrong horse"), "restore-password-wrong")
    assert stat.S_IMODE(bare.to.stat().st_mode) == 0o755
    bare.office().restore(by_password(bare.shelf.where, bare.to))
    assert (bare.to / "sealwell.log").read_text() == "of a first start"
    assert stat.S_IMODE(bare.to.stat().st_mode) == 0o700


def test_too_little_room_is_said_before_anything_is_fetched(
    bare: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(bare.root)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1024 * 1024))
    error = refused(bare, by_password(bare.shelf.where, bare.to), "restore-no-room")
    assert error.params["free"] == 1
    assert int(error.params["needed"]) > 64


# --- cancel ----------------------------------------------------------------------------------


def test_a_cancel_at_any_point_leaves_nothing(bare: Bare) -> None:
    points: list[int] = []

    def counting(done: int, _: int) -> bool:
        points.append(done)
        return True

    bare.office().restore(by_recovery_key(bare.shelf.where, bare.to, bare.shelf.recovery_key), counting)
    shutil.rmtree(bare.to.parent)
    for point in range(0, len(points), max(1, len(points) // 8)):
        left = [point]

        def cancelling(*_: int, left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] >= 0

        with pytest.raises(SealwellError) as caught:
            bare.office().restore(
                by_recovery_key(bare.shelf.where, bare.to, bare.shelf.recovery_key), cancelling
            )
        assert caught.value.code == "cancelled"
        assert everything_in(bare.root) == set()

"""Places for backups at the door: reached and marked before they are kept, and nothing twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.audit.outside import seen
from desktop.errors import InputError, Refused, SealwellError
from desktop.models import audit, targets
from desktop.models.accounts import Session
from desktop.models.backupnames import container_name
from desktop.models.ids import new_id
from desktop.models.records import Baa
from desktop.models.safekeeping import BackupId, Place, TargetId, TargetKind
from desktop.office import targets as module
from desktop.office.api import Office
from desktop.office.targets import stored
from desktop.office.values_backups import TargetRequest
from desktop.sync.targets.base import MARKER_FILE, folder_of, vault_tag
from desktop.sync.targets.reach import reach
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.support.targets import Scene, scene_of

BAA = Baa("Storage Inc.", date(2026, 1, 1), date(2027, 1, 1), "backups")


@pytest.fixture
def desk(practice: Practice) -> tuple[Office, Session]:
    """Nothing is put anywhere by itself here."""
    office, session = practice.signed_in()
    desk_of(office).opened().backups.stop()
    return office, session


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    made = tmp_path / "drive"
    made.mkdir()
    return made


@pytest.fixture(params=["webdav", "sftp", "s3"])
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    with scene_of(request.param, tmp_path) as scene:
        yield scene


def request_for(path: Path, **changes: Any) -> TargetRequest:
    return replace(TargetRequest("Red drive", Place(TargetKind.USB, str(path))), **changes)


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def acts(office: Office) -> list[tuple[str, str]]:
    rows = desk_of(office).opened().database.read(lambda tx: [seen(one) for one in audit.records(tx)])
    return [(row.act, row.outcome) for row in rows if "backup" in row.act]


def ours(office: Office, root: Path) -> Path:
    return root / folder_of(vault_tag(desk_of(office).opened().vault.vault_id.hex()))


def test_a_drive_is_marked_and_kept(desk: tuple[Office, Session], drive: Path) -> None:
    office, session = desk
    line = office.add_target(session, request_for(drive, every_hours=6))
    assert line.target.name == "Red drive"
    assert line.target.every_hours == 6
    assert (line.last, line.trouble, line.baa_problem) == (None, None, None)
    assert (ours(office, drive) / MARKER_FILE).read_text() == f"{line.target.marker}\n"
    assert len(line.target.marker) == 32
    assert office.show_backups(session).targets[0].target == line.target
    assert ("backup-target.added", "ok") in acts(office)


def test_what_cannot_be_reached_is_not_kept(desk: tuple[Office, Session], tmp_path: Path) -> None:
    office, session = desk
    asked = request_for(tmp_path / "not-there")
    assert refused(lambda: office.add_target(session, asked)) == "target-not-connected"
    assert office.show_backups(session).targets == ()
    assert ("backup-target.added", "refused") in acts(office)
    assert not (tmp_path / "not-there").exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"place": Place(TargetKind.FOLDER, "backups")}, "target-address-wrong"),
        ({"place": Place(TargetKind.SFTP, "sftp://me@host/x", "me")}, "target-address-wrong"),
        ({"place": Place(TargetKind.SFTP, "sftp://host/x", "me", "no key")}, "target-host-key-wrong"),
        ({"place": Place(TargetKind.S3, "https://s3.example.com", "me")}, "target-no-bucket"),
        ({"place": Place(TargetKind.WEBDAV, "http://files.example.com/x", "me")}, "target-address-wrong"),
        ({"every_hours": -1}, "target-hours-wrong"),
        ({"every_hours": 24 * 7 + 1}, "target-hours-wrong"),
    ],
)
def test_what_cannot_be_a_place_is_refused_before_anything_is_asked(
    desk: tuple[Office, Session], drive: Path, changes: dict[str, Any], code: str
) -> None:
    office, session = desk
    asked = request_for(drive, **changes)
    assert refused(lambda: office.add_target(session, asked)) == code
    assert refused(lambda: office.test_target(session, asked)) == code
    assert os.listdir(drive) == []


def test_the_practices_own_folder_is_no_place(
    desk: tuple[Office, Session], practice: Practice, drive: Path
) -> None:
    office, session = desk
    inside = practice.folder.root / "more"
    inside.mkdir()
    (drive / "link").symlink_to(practice.folder.root)
    for path in (practice.folder.root, inside, drive / "link"):
        asked = request_for(path)
        assert refused(lambda asked=asked: office.add_target(session, asked)) == "target-inside"  # type: ignore[misc]


def test_one_place_is_one_target_however_it_is_written(desk: tuple[Office, Session], drive: Path) -> None:
    office, session = desk
    line = office.add_target(session, request_for(drive))
    again = f"{drive.parent}/./{drive.name}/../{drive.name}"
    for address in (str(drive), again, str(ours(office, drive))):
        asked = TargetRequest("Other", Place(TargetKind.FOLDER, address))
        assert refused(lambda asked=asked: office.add_target(session, asked)) == "target-already"  # type: ignore[misc]
    office.retire_target(session, line.target.id)
    assert office.add_target(session, request_for(drive)).target.marker == line.target.marker


def test_two_drives_that_take_turns_at_one_address_are_two_targets(
    desk: tuple[Office, Session], drive: Path
) -> None:
    office, session = desk
    one = office.add_target(session, request_for(drive, name="One"))
    os.rename(drive, f"{drive}-at-home")
    drive.mkdir()
    two = office.add_target(session, request_for(drive, name="Two"))
    assert one.target.place == two.target.place
    assert one.target.marker != two.target.marker
    assert refused(lambda: office.list_target(session, one.target.id)) == "target-not-connected"
    assert office.list_target(session, two.target.id) == ()


def test_changing_its_name_and_days_needs_no_drive(desk: tuple[Office, Session], drive: Path) -> None:
    office, session = desk
    line = office.add_target(session, request_for(drive))
    shutil.rmtree(drive)
    changed = office.change_target(
        session, request_for(drive, name="Blue\u202e drive\n", every_hours=24, target=line.target.id)
    )
    assert changed.target == replace(line.target, name="Blue drive", every_hours=24)


def test_a_target_that_moves_is_proven_at_its_new_place(desk: tuple[Office, Session], tmp_path: Path) -> None:
    office, session = desk
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    line = office.add_target(session, request_for(old))
    asked = request_for(new, target=line.target.id)
    assert refused(lambda: office.change_target(session, asked)) == "target-not-connected"
    assert office.show_backups(session).targets[0].target == line.target
    shutil.copytree(old, new)
    moved = office.change_target(session, asked).target
    assert (moved.marker, moved.place.address) == (line.target.marker, str(new))


def test_a_retired_target_is_used_no_more_and_its_secret_is_forgotten(
    desk: tuple[Office, Session], drive: Path
) -> None:
    office, session = desk
    line = office.add_target(session, request_for(drive, secret="s"))
    shown = office.retire_target(session, line.target.id)
    assert shown.targets[0].target.retired_at is not None
    assert (ours(office, drive) / MARKER_FILE).exists()
    database = desk_of(office).opened().database
    assert database.read(lambda tx: targets.secret(tx, line.target.id)) == ""
    for work in (
        lambda: office.retire_target(session, line.target.id),
        lambda: office.list_target(session, line.target.id),
        lambda: office.change_target(session, request_for(drive, target=line.target.id)),
        lambda: office.test_target(session, request_for(drive, target=line.target.id)),
        lambda: office.retire_target(session, TargetId(new_id())),
    ):
        assert refused(work) == "target-unknown"


def test_a_place_with_others_is_tested_added_and_needs_an_agreement(
    desk: tuple[Office, Session], far: Scene
) -> None:
    office, session = desk
    asked = TargetRequest("Far", far.place, far.secret)
    tested = office.test_target(session, asked)
    assert tested.ok
    assert tested.host_key == far.place.host_key
    line = office.add_target(session, asked)
    assert line.baa_problem is not None
    assert line.next_at is None
    own = office.change_target(session, replace(asked, secret="", own=True, target=line.target.id))
    assert own.baa_problem is None
    covered = office.change_target(session, replace(asked, secret="", baa=BAA, target=line.target.id))
    assert (covered.baa_problem, covered.target.baa) == (None, BAA)
    kept = office.test_target(session, replace(asked, secret="", target=line.target.id))
    assert kept.ok
    assert office.list_target(session, line.target.id) == ()


def test_a_wrong_secret_is_not_kept_and_a_kept_one_goes_nowhere_else(
    desk: tuple[Office, Session], far: Scene
) -> None:
    office, session = desk
    asked = TargetRequest("Far", far.place, far.secret, own=True)
    wrong = replace(asked, secret="wrong")
    assert refused(lambda: office.add_target(session, wrong)) == "target-refused"
    line = office.add_target(session, asked)
    kept = replace(asked, secret="", target=line.target.id)
    assert refused(lambda: office.change_target(session, replace(wrong, target=line.target.id))) == (
        "target-refused"
    )
    address = far.place.address.replace("127.0.0.1", "localhost")
    elsewhere = replace(kept, place=replace(far.place, address=address))
    for work in (office.change_target, office.test_target):
        assert refused(lambda work=work: work(session, elsewhere)) == "server-secret-needed"  # type: ignore[misc]
    database = desk_of(office).opened().database
    assert database.read(lambda tx: targets.secret(tx, line.target.id)) == far.secret
    assert office.show_backups(session).targets[0].target == line.target


def test_a_servers_key_is_shown_to_be_confirmed_and_then_stays(
    desk: tuple[Office, Session], tmp_path: Path
) -> None:
    office, session = desk
    with scene_of("sftp", tmp_path) as scene:
        unseen = TargetRequest("Far", replace(scene.place, host_key=""), scene.secret, own=True)
        tested = office.test_target(session, unseen)
        assert not tested.ok
        assert tested.host_key == scene.place.host_key
        assert tested.fingerprint.startswith("SHA256:")
        assert refused(lambda: office.add_target(session, unseen)) == "target-host-key-unknown"
        confirmed = replace(unseen, place=replace(scene.place, host_key=f"{tested.host_key} comment"))
        line = office.add_target(session, confirmed)
        assert line.target.place.host_key == tested.host_key
        again = replace(unseen, secret="", target=line.target.id)
        assert office.test_target(session, again).ok
        assert office.change_target(session, again).target.place == line.target.place


def test_a_place_on_the_practices_own_disk_is_kept_and_it_is_said(
    desk: tuple[Office, Session], drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, session = desk
    tested = office.test_target(session, request_for(drive))
    assert tested.ok
    assert tested.steps[-1].reason.code == "target-same-disk"
    line = office.add_target(session, request_for(drive))
    assert line.same_disk
    monkeypatch.setattr(module, "same_disk", lambda path, folder: False)
    tested = office.test_target(session, request_for(drive, target=line.target.id))
    assert tested.steps[-1].reason.code == "target-step-space"


def test_the_last_try_is_kept_beside_the_target(desk: tuple[Office, Session], drive: Path) -> None:
    office, session = desk
    line = office.add_target(session, request_for(drive))
    os.rename(drive, f"{drive}-away")
    kept = request_for(drive, target=line.target.id)
    tested = office.test_target(session, kept)
    assert not tested.ok
    trouble = office.show_backups(session).targets[0].trouble
    assert trouble is not None
    assert trouble.code == tested.steps[-1].reason.code == "target-not-connected"
    os.rename(f"{drive}-away", drive)
    assert office.test_target(session, kept).ok
    assert office.show_backups(session).targets[0].trouble is None
    assert acts(office).count(("backup-target.tested", "failed")) == 1


def test_what_lies_there_is_listed_by_looking(
    desk: tuple[Office, Session], practice: Practice, drive: Path, tmp_path: Path
) -> None:
    office, session = desk
    line = office.add_target(session, request_for(drive))
    opened, now = desk_of(office).opened(), practice.clock.now()
    one, two, lost = (BackupId(new_id()) for _ in range(3))
    names = [
        container_name(now.replace(hour=1), one, None),
        container_name(now.replace(hour=2), two, one),
        container_name(now.replace(hour=3), BackupId(new_id()), lost),
    ]
    source = tmp_path / "source"
    source.write_bytes(b"x" * 100)
    tag = vault_tag(opened.vault.vault_id.hex())
    with closing(reach(line.target.place, "", tag, line.target.marker)) as reached:
        for name in names:
            reached.put(name, source)
    found = office.list_target(session, line.target.id)
    assert [(row.name, row.whole, row.complete, row.bytes) for row in found] == [
        (names[2], False, False, 100),
        (names[1], False, True, 100),
        (names[0], True, True, 100),
    ]
    shutil.rmtree(ours(office, drive))
    assert refused(lambda: office.list_target(session, line.target.id)) == "target-not-connected"


def test_what_is_no_name_of_ours_is_not_listed() -> None:
    assert stored([("x.sealwell", 1), ("20269999T000000Z-0123456789ab-whole.sealwell", 1)]) == ()


def test_it_asks_for_a_proof(practice: Practice, drive: Path) -> None:
    office, session = practice.signed_in()
    practice.clock.move(600 - 5)
    office.touch(session)
    for work in (office.add_target, office.test_target, office.change_target):
        with pytest.raises(Refused) as caught:
            work(session, request_for(drive))
        assert caught.value.code == "step-up-needed"
    assert os.listdir(drive) == []


def test_an_unknown_one_is_not_changed(desk: tuple[Office, Session], drive: Path) -> None:
    office, session = desk
    with pytest.raises(InputError) as caught:
        office.change_target(session, request_for(drive))
    assert caught.value.code == "target-unknown"

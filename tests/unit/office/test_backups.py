"""Backups made by hand: what is made, where it lands, what is said when it does not."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.audit.witness import BACKUP, CHECKPOINT_FILE
from desktop.compliance.alerts import BACKUP_AT
from desktop.errors import Refused, SealwellError
from desktop.models import backups, settings, targets, witnesses
from desktop.models.ids import new_id
from desktop.models.safekeeping import Place, TargetId, TargetKind
from desktop.office.values import ImportRequest
from desktop.office.values_access import OffboardRequest
from desktop.office.values_backups import TargetRequest, VerifyRequest
from tests.made_practice import PEOPLE, Practice
from tests.made_staff import Staff, desk_of
from tests.support.keeping import Kept
from tests.support.waiting import until


@pytest.fixture
def kept(practice: Practice, tmp_path: Path) -> Kept:
    places = tmp_path / "places"
    places.mkdir()
    return Kept(practice, places)


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.code


def test_one_backup_lies_whole_on_every_target_and_is_fresh_from_then_on(kept: Kept) -> None:
    usb, share = kept.target(), kept.target("share", kind=TargetKind.SHARE)
    assert kept.office.freshness(kept.session).words.code == "backup-first-waits"
    told: list[int] = []

    def progress(done: int, of: int) -> bool:
        assert of == 100
        told.append(done)
        return True

    made = kept.office.create_backup(kept.session, progress)
    assert made.backup is not None
    assert made.backup.whole
    assert set(made.copied) == {usb.id, share.id}
    assert made.failed == ()
    assert told == sorted(told)
    assert told[-1] == 100
    for target in (usb, share):
        assert kept.files(target) == [made.backup.name]
        assert (kept.folder(target) / CHECKPOINT_FILE).read_text() == made.backup.note
    shown = kept.office.show_backups(kept.session)
    assert shown.freshness.state == "fresh"
    assert shown.freshness.last == made.backup.made_at
    assert [line.last for line in shown.targets] == [made.backup, made.backup]
    assert [line.behind for line in shown.targets] == [0, 0]
    assert {copy.target for copy in shown.history[0].copies} == {usb.id, share.id}
    assert shown.here_bytes >= made.backup.bytes
    mark = kept.database.read(witnesses.listing)[BACKUP]
    assert (mark.note, mark.size) == (made.backup.note, made.backup.records)
    assert kept.database.read(lambda tx: settings.get(tx, BACKUP_AT)) is not None
    acts = kept.acts()
    assert (acts.count("backup.made"), acts.count("backup.put")) == (1, 2)


def test_what_comes_next_goes_on_from_it_and_holds_what_changed(kept: Kept) -> None:
    usb = kept.target()
    first = kept.office.create_backup(kept.session).backup
    kept.hour_passes()
    kept.office.import_people(kept.session, ImportRequest("people.csv", data=PEOPLE))
    second = kept.office.create_backup(kept.session).backup
    assert first is not None
    assert second is not None
    assert second.parent == first.id
    assert second.bytes < first.bytes
    assert len(kept.files(usb)) == 2
    for request in (
        VerifyRequest(target=usb.id),
        VerifyRequest(target=usb.id, name=first.name),
        VerifyRequest(file=str(kept.folder(usb) / second.name)),
        VerifyRequest(),
    ):
        found = kept.office.verify_backup(kept.session, request)
        assert (found.ok, found.reason) == (True, None)
    assert found.records == second.records
    assert found.rows > 0


def test_where_nothing_changed_nothing_is_made_and_it_is_on_record(kept: Kept) -> None:
    kept.target()
    assert kept.office.create_backup(kept.session).backup is not None
    before = len(kept.acts())
    again = kept.office.create_backup(kept.session)
    assert (again.backup, again.failed) == (None, ())
    assert len(again.copied) == 1
    assert kept.acts()[before:] == ["backups.shown"]


def test_what_lies_on_the_practices_own_disk_is_said_to_once_it_was_reached(kept: Kept) -> None:
    kept.target()
    (line,) = kept.office.show_backups(kept.session).targets
    assert not line.same_disk
    kept.office.create_backup(kept.session)
    (line,) = kept.office.show_backups(kept.session).targets
    assert line.same_disk


def test_without_any_place_it_is_made_and_checked_here_and_nothing_is_called_fresh(kept: Kept) -> None:
    made = kept.office.create_backup(kept.session)
    assert made.backup is not None
    assert made.copied == ()
    assert kept.office.freshness(kept.session).words.code == "backup-no-place"


def test_a_place_that_is_not_there_keeps_nothing_from_the_others(kept: Kept) -> None:
    gone, there = kept.target("gone"), kept.target("there")
    shutil.rmtree(gone.place.address)
    made = kept.office.create_backup(kept.session)
    assert made.copied == (there.id,)
    assert [(target, why.code) for target, why in made.failed] == [(gone.id, "target-not-connected")]
    (line,) = [one for one in kept.office.show_backups(kept.session).targets if one.target.id == gone.id]
    assert line.trouble is not None
    assert (line.trouble.code, line.last, line.behind) == ("target-not-connected", None, 1)
    kept.office.create_backup(kept.session)
    assert kept.acts().count("backup.failed") == 1, "the same trouble is on record once"


def test_a_target_gets_the_whole_chain_it_lacks(kept: Kept) -> None:
    usb, late = kept.target(), kept.target("late")
    away = Path(late.place.address).rename(kept.places / "away")
    for _ in range(3):
        kept.hour_passes()
        kept.work()
        kept.office.create_backup(kept.session)
    away.rename(late.place.address)
    assert set(kept.office.create_backup(kept.session).copied) == {usb.id, late.id}
    assert kept.files(late) == kept.files(usb)
    assert len(kept.files(late)) == 3
    assert kept.office.show_backups(kept.session).targets[0].behind == 0


def test_a_drive_that_was_emptied_gets_everything_anew(kept: Kept) -> None:
    usb = kept.target()
    kept.office.create_backup(kept.session)
    for path in kept.folder(usb).glob("*.sealwell"):
        path.unlink()
    made = kept.office.create_backup(kept.session)
    assert made.copied == (usb.id,)
    assert len(kept.files(usb)) == 1
    assert kept.acts().count("backup.thinned") == 1
    assert kept.office.verify_backup(kept.session, VerifyRequest(target=usb.id)).ok


def test_what_a_target_gives_back_changed_is_no_backup_there(kept: Kept) -> None:
    usb = kept.target()
    made = kept.office.create_backup(kept.session).backup
    assert made is not None
    path = kept.folder(usb) / made.name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    found = kept.office.verify_backup(kept.session, VerifyRequest(target=usb.id))
    assert not found.ok
    assert found.reason is not None
    assert found.reason.code == "backup-damaged"
    assert kept.database.read(lambda tx: backups.of_target(tx, usb.id)) == [], "it counts no more"
    assert kept.office.freshness(kept.session).words.code == "backup-first-waits"
    again = kept.office.create_backup(kept.session)
    assert [why.code for _, why in again.failed] == ["target-broken"]
    assert kept.files(usb) == [], "what is broken is not left to be taken for a backup"
    assert kept.office.create_backup(kept.session).copied == (usb.id,)


def test_a_file_here_that_rots_before_it_is_carried_is_made_anew(kept: Kept) -> None:
    usb = kept.target()
    away = Path(usb.place.address).rename(kept.places / "away")
    made = kept.office.create_backup(kept.session).backup
    assert made is not None
    path = kept.practice.folder.backups / made.name
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    away.rename(usb.place.address)
    again = kept.office.create_backup(kept.session)
    assert [why.code for _, why in again.failed] == ["backup-chain-broken"]
    assert kept.files(usb) == []
    kept.opened.backups.refresh()
    until(lambda: bool(kept.files(usb)) and not kept.opened.backups.running)
    assert kept.office.verify_backup(kept.session, VerifyRequest(target=usb.id)).ok


def test_a_file_here_that_was_removed_only_means_a_whole_one(kept: Kept) -> None:
    usb = kept.target()
    kept.office.create_backup(kept.session)
    shutil.rmtree(kept.practice.folder.backups)
    kept.hour_passes()
    kept.work()
    made = kept.office.create_backup(kept.session).backup
    assert made is not None
    assert made.whole
    assert len(kept.files(usb)) == 2


def test_of_two_in_one_second_the_later_one_is_called_later(kept: Kept) -> None:
    names = []
    for back in (0, 0, -120, 0, 120):
        kept.practice.clock.sleep(back)  # the clock is put right, with nobody gone
        kept.work()
        made = kept.office.create_backup(kept.session).backup
        assert made is not None
        names.append(made.name)
    assert names == sorted(names), names


def test_a_file_that_no_row_knows_is_never_gone_on_from(kept: Kept) -> None:
    """A crash between the file and its row; or a restored database beside newer files."""
    usb = kept.target()
    kept.office.create_backup(kept.session)
    state = (kept.practice.folder.backups / "state").read_bytes()
    kept.work()
    second = kept.office.create_backup(kept.session).backup
    assert second is not None
    assert not second.whole
    (kept.practice.folder.backups / "state").write_bytes(state)
    kept.work()
    third = kept.office.create_backup(kept.session).backup
    assert third is not None
    assert third.whole
    assert kept.office.verify_backup(kept.session, VerifyRequest(target=usb.id)).ok


@pytest.mark.parametrize("after", [1, 60])
def test_cancelled_nothing_counts_and_the_next_goes_well(kept: Kept, after: int) -> None:
    usb = kept.target()
    code = refused(lambda: kept.office.create_backup(kept.session, lambda done, of: done < after))
    assert code == "cancelled"
    assert kept.database.read(lambda tx: backups.of_target(tx, usb.id)) == []
    made = kept.office.create_backup(kept.session)
    assert made.copied == (usb.id,)
    assert kept.office.verify_backup(kept.session, VerifyRequest(target=usb.id)).ok


def test_with_others_nothing_is_put_without_an_agreement(kept: Kept) -> None:
    usb = kept.target()
    other = replace(
        usb, id=TargetId(new_id()), name="cloud", place=Place(TargetKind.SFTP, "sftp://127.0.0.1:9/x")
    )
    kept.database.write(lambda tx: targets.add(tx, other, ""))
    made = kept.office.create_backup(kept.session)
    assert [(target, why.code) for target, why in made.failed] == [(other.id, "no-baa")]
    (line,) = [one for one in kept.office.show_backups(kept.session).targets if one.target.id == other.id]
    assert line.baa_problem is not None
    assert (line.next_at, line.tried_at) == (None, None)


def test_a_backup_is_looked_into_only_where_there_is_one(kept: Kept) -> None:
    usb = kept.target()
    for request, code in (
        (VerifyRequest(), "backup-missing"),
        (VerifyRequest(target=usb.id), "backup-missing"),
        (VerifyRequest(target=TargetId("f" * 32)), "target-unknown"),
        (VerifyRequest(file=str(kept.places / "none.sealwell")), "file-missing"),
    ):
        with pytest.raises(Exception) as caught:
            kept.office.verify_backup(kept.session, request)
        assert getattr(caught.value, "code", "") == code


def test_a_file_that_somebody_renamed_or_cut_is_looked_into_all_the_same(kept: Kept) -> None:
    made = kept.office.create_backup(kept.session).backup
    assert made is not None
    file = kept.places / "Monday.sealwell"
    data = (kept.practice.folder.backups / made.name).read_bytes()
    for content, code in ((data, ""), (data[:-9], "backup-cut"), (data[:9], "backup-cut"), (b"Dear", "-")):
        file.write_bytes(content)
        found = kept.office.verify_backup(kept.session, VerifyRequest(file=str(file)))
        told = found.reason.code if found.reason else ""
        assert (found.ok, told) == (not code, "backup-not-one" if code == "-" else code)
    assert kept.acts().count("backup.verified") == 4


def test_a_locked_screen_makes_none_and_shows_none(kept: Kept) -> None:
    kept.office.issue_token(kept.session)
    desk_of(kept.office).guard.lock()
    for work in (kept.office.create_backup, kept.office.show_backups, kept.office.freshness):
        assert refused(lambda work=work: work(kept.session)) == "locked"  # type: ignore[misc]


def test_freshness_is_on_record_once_for_each_state(kept: Kept) -> None:
    before = kept.acts().count("backups.shown")
    for _ in range(5):
        kept.office.freshness(kept.session)
    assert kept.acts().count("backups.shown") == before + 1


def test_old_ones_are_thinned_on_the_target_and_rows_say_so(kept: Kept) -> None:
    usb = kept.target()
    for _ in range(4):
        kept.work()
        kept.office.create_backup(kept.session)
        shutil.rmtree(kept.practice.folder.backups)
        kept.practice.clock.move(60)
    assert len(kept.files(usb)) == 1, "of one hour the newest stays"
    assert len(kept.database.read(lambda tx: backups.of_target(tx, usb.id))) == 1
    assert len(kept.office.show_backups(kept.session).history) == 4
    assert kept.office.freshness(kept.session).state == "fresh"


def test_the_vault_closes_behind_a_backup_that_is_under_way(kept: Kept) -> None:
    kept.target()
    seen_at: list[int] = []

    def progress(done: int, of: int) -> bool:
        seen_at.append(done)
        if len(seen_at) == 1:
            kept.office.close()
        return True

    code = refused(lambda: kept.office.create_backup(kept.session, progress))
    assert code in ("cancelled", "locked")
    assert not [name for name in os.listdir(kept.practice.folder.backups) if name.startswith(".making")]


def test_under_a_new_vault_key_a_whole_one_begins(staff: Staff, tmp_path: Path) -> None:
    """Somebody leaves while one is being made: that one ends, and the next holds everything."""
    office, session = staff.at_work()
    (tmp_path / "drive").mkdir()
    place = Place(TargetKind.USB, str(tmp_path / "drive"))
    target = office.add_target(session, TargetRequest("Drive", place)).target.id
    leaving = staff.add(office, session)
    office.create_backup(session)  # unless the watch was quicker
    first = office.show_backups(session).history[0].backup
    office.search_people(session, "")
    codes: list[str] = []
    begun = threading.Event()

    def progress(done: int, of: int) -> bool:
        begun.set()
        return True

    def make() -> None:
        try:
            office.create_backup(session, progress)
        except SealwellError as error:
            codes.append(error.code)

    making = threading.Thread(target=make)
    making.start()
    assert begun.wait(30)
    assert office.offboard_user(session, OffboardRequest(leaving, session.user)).key_changed
    making.join(60)
    assert codes in (["cancelled"], ["locked"], ["signed-out"], [])
    office, session = staff.at_work()
    office.create_backup(session)
    made = office.show_backups(session).history[0].backup
    assert (made.epoch, made.whole) == (first.epoch + 1, True)
    assert office.verify_backup(session, VerifyRequest(target=target)).ok
    old = office.verify_backup(session, VerifyRequest(target=target, name=first.name))
    assert old.reason is not None
    assert old.reason.code in ("backup-wrong-key", "backup-missing")

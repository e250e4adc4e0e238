"""G24 and G26: backups by themselves, on a moved clock; what keeps them from being made."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.audit.log import AuditLog
from desktop.audit.witness import Gap
from desktop.compliance.freshness import BACKUP_OLD, refuse_campaign
from desktop.errors import Refused, VaultError
from desktop.models import backups, sendingrules, tasks
from desktop.models.safekeeping import Backup, Place
from desktop.office import duty
from desktop.office.backup_watch import AGAIN, CLOSING_MOST, BackupWatch
from desktop.office.values_access import SecurityPolicy
from desktop.office.values_entry import QuickUnlock
from desktop.sync import backup_run
from desktop.sync.targets.base import Reached, TargetError
from desktop.sync.targets.reach import reach
from tests.made_practice import USER, Practice
from tests.made_staff import desk_of
from tests.support.keeping import Kept

HOUR = 3600


@pytest.fixture
def kept(practice: Practice, tmp_path: Path) -> Kept:
    return Kept(practice, made(tmp_path))


@pytest.fixture
def service(practice: Practice, tmp_path: Path) -> Kept:
    """A background service with somebody at work."""
    return Kept(practice, made(tmp_path), service=True)


def made(tmp_path: Path) -> Path:
    places = tmp_path / "places"
    places.mkdir()
    return places


def all_of(kept: Kept) -> list[Backup]:
    return kept.database.read(lambda tx: backups.listing(tx))


def look(kept: Kept) -> int:
    """How many were made by one look of the watch."""
    before = len(all_of(kept))
    kept.opened.backups.look()
    return len(all_of(kept)) - before


def state(kept: Kept) -> str:
    return kept.office.freshness(kept.session).state


def closes(kept: Kept) -> bool:
    end = time.monotonic() + 40
    while not kept.office.at_rest() and time.monotonic() < end:
        time.sleep(0.05)
    return kept.office.at_rest()


# --- every four hours of use ----------------------------------------------------------------


def test_without_a_place_nothing_is_made_by_itself(kept: Kept) -> None:
    assert look(kept) == 0


def test_the_first_at_once_then_four_hours_after_a_change(kept: Kept) -> None:
    usb = kept.target()
    assert look(kept) == 1
    assert kept.files(usb)
    for _ in range(5):
        kept.hour_passes()
    assert look(kept) == 0, "nothing had changed"
    kept.work()
    assert look(kept) == 1, "somebody is at work for longer than four hours"
    kept.work()
    for _ in range(3):
        kept.hour_passes()
        assert look(kept) == 0
    kept.hour_passes()
    assert look(kept) == 1


def test_g24_no_change_of_a_long_day_waits_longer_than_four_hours_and_a_half(kept: Kept) -> None:
    kept.target()
    worked = []
    for _ in range(11 * 2):
        for _ in range(4):
            kept.practice.clock.move(450)
            kept.office.touch(kept.session)
        worked.append(kept.practice.clock.now())
        kept.work()
        look(kept)
        assert state(kept) == "fresh"
    times = [one.made_at for one in reversed(all_of(kept))]
    assert len(times) >= len(worked) // 10
    for at in worked:
        later = [made for made in times if made >= at]
        if later:
            assert later[0] - at <= timedelta(hours=4, minutes=30)


# --- freshness --------------------------------------------------------------------------------


def test_g26_a_drive_in_a_drawer_warns_at_a_day_locks_campaigns_at_two_and_is_well_once_back(
    kept: Kept,
) -> None:
    usb = kept.target()
    look(kept)
    away = Path(usb.place.address).rename(kept.places / "drawer")
    kept.work()
    clock, database = kept.practice.clock, kept.database

    def open_tasks() -> int:
        return len(database.read(lambda tx: tasks.open_ones(tx, BACKUP_OLD)))

    def campaign() -> None:
        database.read(lambda tx: refuse_campaign(tx, clock.now()))

    for hours, expected, task in ((23, "fresh", 0), (24, "stale", 1), (47, "stale", 1), (48, "locked", 1)):
        began = all_of(kept)[-1].made_at
        clock.move((began + timedelta(hours=hours, minutes=1) - clock.now()).total_seconds())
        look(kept)
        assert kept.office.duty().backup == expected
        assert open_tasks() == task
        if expected != "locked":
            campaign()
    with pytest.raises(Refused) as caught:
        campaign()
    assert caught.value.code == "backup-too-old"
    assert len(kept.database.read(lambda tx: backups.of_target(tx, usb.id))) == 1
    away.rename(usb.place.address)
    clock.move(61)
    look(kept)
    assert kept.office.duty().backup == "fresh"
    assert open_tasks() == 0
    campaign()


# --- trouble, schedules -----------------------------------------------------------------------


class Broken:
    """A place that cannot be reached until it is mended."""

    def __init__(self) -> None:
        self.tries, self.mended = 0, False

    def __call__(self, place: Place, secret: str, tag: str, marker: str | None) -> Reached:
        self.tries += 1
        if not self.mended:
            raise TargetError("target-unreachable")
        return reach(place, secret, tag, marker)


@pytest.fixture
def broken() -> Broken:
    return Broken()


@pytest.fixture
def watch(kept: Kept, broken: Broken) -> Iterator[BackupWatch]:
    """Over a place in trouble."""
    opened, desk = kept.opened, kept.practice
    made = BackupWatch(desk.folder, opened.vault, opened.database, _log_of(kept), desk.clock, reach=broken)
    yield made
    made.stop()


def _log_of(kept: Kept) -> AuditLog:
    return desk_of(kept.office).audit


def test_trouble_is_tried_again_after_ten_minutes_with_growing_pauses(
    kept: Kept, watch: BackupWatch, broken: Broken
) -> None:
    usb = kept.target()
    tried_at: list[float] = []
    began = kept.practice.clock.mono()
    for _ in range(150):
        before = broken.tries
        watch.look()
        if broken.tries > before:
            tried_at.append(kept.practice.clock.mono() - began)
        kept.practice.clock.move(60)
    assert tried_at == [0, AGAIN, 3 * AGAIN, 7 * AGAIN]
    assert watch.next_at(usb.id) is not None
    broken.mended = True
    watch.refresh()
    watch.look()
    assert len(kept.files(usb)) == 1
    assert watch.next_at(usb.id) is None


def test_what_cannot_be_made_is_not_tried_at_every_look(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.target()
    kept.office.create_backup(kept.session)
    (kept.practice.folder.backups / "state").unlink()
    away = kept.target("late")
    tries: list[int] = []

    def full(*_: object) -> None:
        tries.append(1)
        raise VaultError("disk-full")

    monkeypatch.setattr(backup_run, "make", full)
    for _ in range(3):
        with contextlib.suppress(VaultError):
            kept.opened.backups.look()
    assert len(tries) == 1
    monkeypatch.undo()
    kept.practice.clock.move(AGAIN)
    look(kept)
    assert kept.files(away)


def test_a_place_has_its_own_schedule_and_then_gets_all_it_lacks(kept: Kept) -> None:
    often, daily = kept.target("often"), kept.target("daily", every_hours=24)
    for _ in range(6):
        kept.session = kept.office.sign_in(kept.practice.credentials()).session
        kept.work()
        look(kept)
        for _ in range(5):
            kept.hour_passes()
    assert len(kept.files(often)) == 6
    assert len(kept.files(daily)) >= 6, "after a day it has the whole chain"
    lines = {line.target.id: line for line in kept.office.show_backups(kept.session).targets}
    assert lines[daily.id].behind == 0


def test_where_entries_of_the_log_are_missing_nothing_is_made(kept: Kept) -> None:
    kept.target()
    log_watch = desk_of(kept.office).log_watch
    assert log_watch is not None
    log_watch.gap = Gap("rolled-back", 1, 2, "keyring")
    assert look(kept) == 0


def test_one_at_a_time_and_who_asks_meanwhile_waits_or_goes(kept: Kept) -> None:
    kept.target()
    watch = kept.opened.backups
    with watch._turn:
        assert kept.office.show_backups(kept.session).running
        assert look(kept) == 0
        with pytest.raises(Refused) as caught:
            kept.office.create_backup(kept.session, lambda done, of: False)
        assert caught.value.code == "cancelled"
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.append(kept.office.create_backup(kept.session)))
        asking.start()
        time.sleep(0.3)
        assert answers == []
    asking.join(60)
    assert len(answers) == 1


# --- when the last person leaves --------------------------------------------------------------


def test_at_close_a_backup_is_made_and_the_vault_closes_behind_it(service: Kept) -> None:
    usb = service.target()
    service.work()
    service.office.sign_out(service.session)
    assert not service.office.at_rest()
    assert closes(service)
    assert len(list(Path(usb.place.address).glob("*/*.sealwell"))) == 1
    again = Kept(service.practice, service.places)
    (one,) = all_of(again)
    assert state(again) == "fresh"
    assert one.whole


def test_who_leaves_after_closing_time_leaves_a_backup_behind(service: Kept) -> None:
    usb = service.target()
    service.work()
    service.database.write(
        lambda tx: sendingrules.put(tx, replace(sendingrules.get(tx), closing=clock_time(0, 0)))
    )
    service.office.sign_out(service.session)
    assert closes(service)
    assert len(list(Path(usb.place.address).glob("*/*.sealwell"))) == 1


def test_mail_that_is_read_on_keeps_no_backup_from_being_made_at_close(
    service: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    usb = service.target()
    service.work()
    monkeypatch.setattr(duty, "is_wanted", lambda tx: True)
    service.office.lock()
    end = time.monotonic() + 40
    while not service.files(usb) and time.monotonic() < end:
        time.sleep(0.05)
    assert len(service.files(usb)) == 1
    assert not service.office.at_rest()


def test_where_nothing_changed_it_closes_at_once(service: Kept) -> None:
    service.target()
    service.office.create_backup(service.session)
    service.office.sign_out(service.session)
    assert service.office.at_rest()


def test_without_a_place_it_closes_at_once(service: Kept) -> None:
    service.work()
    service.office.lock()
    assert service.office.at_rest()


@pytest.mark.parametrize("how", ["sign-out", "lock"])
def test_strict_waits_for_no_backup(service: Kept, how: str) -> None:
    usb = service.target()
    service.office.set_policy(service.session, replace(SecurityPolicy(), strict_lock=True))
    service.work()
    service.office.sign_out(service.session) if how == "sign-out" else service.office.lock()
    assert service.office.at_rest()
    assert not list(Path(usb.place.address).glob("*/*.sealwell"))


def test_half_an_hour_later_nobody_waits_any_longer(service: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    service.target()
    service.work()
    hangs, watch = threading.Event(), service.opened.backups
    monkeypatch.setattr(watch, "_work", lambda closing: hangs.wait(60))
    service.office.lock()
    assert not service.office.at_rest()
    service.practice.clock.move(CLOSING_MOST - 1)
    time.sleep(2.5)
    assert not service.office.at_rest()
    service.practice.clock.move(2)
    assert closes(service)
    hangs.set()


def test_somebody_who_comes_back_meanwhile_finds_it_open(service: Kept) -> None:
    usb = service.target()
    service.work()
    service.office.lock()
    assert not service.office.at_rest()
    session = service.office.sign_in(service.practice.credentials()).session
    end = time.monotonic() + 40
    while not service.files(usb) and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(2.5)
    assert not service.office.at_rest()
    assert service.office.freshness(session).state == "fresh"


def test_behind_a_lock_that_a_pin_opened_nothing_was_made_by_itself(kept: Kept) -> None:
    """The database was opened anew, and what is done while it is open has to begin anew too."""
    kept.office.set_quick_pin(kept.session, "830274")
    kept.office.lock()
    assert kept.office.at_rest()
    kept.office.quick_unlock(QuickUnlock(USER, "830274"))
    assert any(thread.name == "backup-watch" for thread in threading.enumerate())

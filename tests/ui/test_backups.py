"""Backups in the window: how things stand in words, a backup now, and who sees which button."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.models.accounts import Role
from desktop.models.correspondence import TaskId
from desktop.models.records import Reason
from desktop.models.safekeeping import Place, TargetId, TargetKind
from desktop.office.values_backups import (
    FRESH,
    LOCKED,
    STALE,
    BackupMade,
    BackupsShown,
    Freshness,
    TargetLine,
    TargetRequest,
)
from desktop.office.values_messages import TaskLine, TaskRequest
from desktop.ui.backups.banner import BackupBanner
from desktop.ui.backups.history import HistoryDialog
from desktop.ui.backups.page import BackupsPage, BackupsSection
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.reminders.page import TodayPage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.workspace import Workspace
from tests.made_practice import Practice
from tests.support.colleagues import let_in
from tests.support.pages import texts_of
from tests.ui.conftest import HOLD, AtWork, Screen


def add_place(at_work: AtWork, folder: Path, name: str = "Second disk") -> TargetLine:
    folder.mkdir(exist_ok=True)
    request = TargetRequest(name, Place(TargetKind.FOLDER, str(folder)))
    return at_work.office.add_target(at_work.session, request)


def section(at_work: AtWork) -> BackupsSection:
    """As an administrator opens it."""
    at_work.workspace.backups()
    at_work.screen.settle()
    settings = at_work.workspace.pages["settings"]
    assert isinstance(settings, SettingsPage)
    found = settings.sections.pages["backups"]
    assert isinstance(found, BackupsSection)
    return found


def quiet(at_work: AtWork, page: BackupsSection) -> None:
    """Until the backup that a new place gets by itself is over, and the page knows it."""

    def over() -> bool:
        return not at_work.office.show_backups(at_work.session).running

    at_work.screen.qtbot.waitUntil(over, timeout=60_000)
    page.refresh()
    at_work.screen.settle()


def back_up(at_work: AtWork, page: BackupsSection) -> None:
    """Something has changed, and somebody presses the button."""
    quiet(at_work, page)
    at_work.office.add_task(at_work.session, TaskRequest("Order paper"))
    page.make_button.click()
    at_work.screen.qtbot.waitUntil(lambda: page._task is None, timeout=60_000)
    at_work.screen.settle()


def stands(page: BackupsSection, **changes: object) -> BackupsShown:
    """What the page shows, a little different."""
    assert page._shown is not None
    return replace(page._shown, **changes)  # type: ignore[arg-type]


# --- how things stand ----------------------------------------------------------------------------


def test_without_a_place_the_next_step_is_to_add_one(at_work: AtWork) -> None:
    page = section(at_work)
    assert page.state.sentence.text() == "Nothing is backed up yet."
    assert not page.make_button.isEnabled()
    assert page.add_button.objectName() == "primary"
    assert not page.history.check_button.isEnabled()
    assert not page.emergency.drill_button.isEnabled()


def test_a_backup_is_made_and_said_in_words(at_work: AtWork, tmp_path: Path) -> None:
    add_place(at_work, tmp_path / "disk")
    page = section(at_work)
    assert page.make_button.objectName() == "primary"
    assert page.add_button.objectName() == ""
    back_up(at_work, page)
    assert page.notice.property("kind") == "ok", page.notice.words
    assert "in 1 place" in page.notice.words
    assert "saved in 1 place" in page.state.sentence.text()
    words = " ".join(texts_of(page.cards[0]))
    assert "Second disk" in words
    assert "Up to date" in words
    assert "today" in words
    assert list((tmp_path / "disk").rglob("*.sealwell"))
    assert any("Second disk" in text for text in texts_of(page.history))
    assert "Backed up" in at_work.workspace.status.backup.text()
    assert "second place" in page.state.below.text()


def test_nothing_new_is_said_as_such(at_work: AtWork) -> None:
    page = section(at_work)
    page._made(BackupMade(None))
    assert page.notice.words == at_work.screen.words("ui.backups.nothing-new")
    at_work.screen.settle()


def test_a_place_that_fails_is_named_with_what_to_do(at_work: AtWork, tmp_path: Path) -> None:
    add_place(at_work, tmp_path / "disk")
    add_place(at_work, tmp_path / "drive", "Blue drive")
    page = section(at_work)
    quiet(at_work, page)
    shutil.rmtree(tmp_path / "drive")
    back_up(at_work, page)
    assert page.notice.property("kind") == "warn", page.notice.words
    assert "Blue drive" in page.notice.words
    assert "reason." not in page.notice.words
    assert "error." not in page.notice.words
    card = next(one for one in page.cards if one.line.target.name == "Blue drive")
    assert "Not connected" in texts_of(card)


def test_a_backup_is_cancelled(at_work: AtWork, tmp_path: Path) -> None:
    add_place(at_work, tmp_path / "disk")
    page = section(at_work)
    quiet(at_work, page)
    before = sorted((tmp_path / "disk").rglob("*.sealwell"))
    at_work.office.add_task(at_work.session, TaskRequest("Order paper"))
    page.make()
    assert page.state.going.isVisible()
    assert at_work.workspace.focusWidget() is page.state.going.cancel
    page.state.going.cancel.click()
    assert not page.state.going.cancel.isEnabled()
    at_work.screen.qtbot.waitUntil(lambda: page._task is None, timeout=60_000)
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.backups.stopped")
    assert page.make_button.isEnabled()
    assert sorted((tmp_path / "disk").rglob("*.sealwell")) == before


def test_a_backup_that_runs_by_itself_is_said_and_looked_at_again(at_work: AtWork, tmp_path: Path) -> None:
    add_place(at_work, tmp_path / "disk")
    page = section(at_work)
    quiet(at_work, page)
    page.show_backups(stands(page, running=True))
    assert page.state.elsewhere.isVisible()
    assert not page.make_button.isEnabled()
    assert page._again.isActive()
    page._look_again()
    at_work.screen.settle()
    assert page.state.elsewhere.isHidden()


# --- old backups -----------------------------------------------------------------------------------


def test_an_old_backup_names_the_drive_to_plug_in(at_work: AtWork, tmp_path: Path) -> None:
    line = add_place(at_work, tmp_path / "drive", "Blue drive")
    page = section(at_work)
    now = at_work.practice.clock.now()
    usb = replace(line.target, place=replace(line.target.place, kind=TargetKind.USB))
    away = replace(line, target=usb, trouble=Reason("target-not-connected"))
    old = Freshness(LOCKED, now - timedelta(days=3), now - timedelta(days=4), Reason("backup-locked"))
    page.show_backups(stands(page, freshness=old, targets=(away,)))
    assert page.state.sentence.text() == "Nothing has been saved since Friday."
    assert "Plug in the USB drive “Blue drive”" in page.state.below.text()
    assert "Campaigns are locked" in page.state.below.text()


@pytest.mark.parametrize(
    ("role", "leads", "told"),
    [
        (Role.ADMINISTRATOR, True, "Nothing has been saved since yesterday."),
        (Role.MANAGER, True, "Nothing has been saved since yesterday."),
        (Role.FRONT_DESK, False, "Please tell your manager or administrator."),
    ],
)
def test_the_banner_leads_those_who_can_do_something(
    at_work: AtWork, role: Role, leads: bool, told: str
) -> None:
    pressed: list[bool] = []
    session = replace(at_work.session, role=role)
    banner = at_work.screen.show(BackupBanner(at_work.screen.ui, session, lambda: pressed.append(True)))
    now = at_work.practice.clock.now()
    stale = Freshness(STALE, now - timedelta(hours=26), now - timedelta(hours=30), Reason("backup-stale"))
    banner.show_freshness(stale)
    assert banner.strip.property("kind") == "warn"
    assert told in banner.strip.words
    buttons = banner.findChildren(QPushButton)
    assert bool(buttons) is leads
    for one in buttons:
        one.click()
    assert bool(pressed) is leads
    banner.show_freshness(replace(stale, state=LOCKED))
    assert banner.strip.property("kind") == "error"
    assert ("Campaigns are locked" in banner.strip.words) is leads
    banner.show_freshness(replace(stale, state=FRESH))
    assert banner.isHidden()


def test_the_foot_of_the_window_opens_backups(at_work: AtWork) -> None:
    status = at_work.workspace.status
    assert status.backup.text() == "No backup yet."
    status.backup.setFocus()
    QTest.keyClick(status.backup, Qt.Key.Key_Space)
    at_work.screen.settle()
    settings = at_work.workspace.pages["settings"]
    assert isinstance(settings, SettingsPage)
    assert settings.sections.current == "backups"


def test_a_new_state_of_backups_is_asked_for_at_once(at_work: AtWork) -> None:
    """The word comes without a session; what it means is asked with one."""
    heard: list[Freshness] = []
    banner = at_work.workspace.backup_banner
    banner.known.connect(heard.append)
    duty = at_work.office.duty()
    assert duty.backup == FRESH
    banner.hear(duty)
    banner.hear(duty)
    at_work.screen.settle()
    assert heard == []
    at_work.practice.clock.move(3 * 86400)
    banner.hear(replace(duty, backup=LOCKED))
    at_work.screen.settle()
    assert banner._state == LOCKED


def test_a_task_about_old_backups_leads_there(at_work: AtWork) -> None:
    page = at_work.page("today", TodayPage)
    at = at_work.practice.clock.now()
    task = TaskLine(TaskId("1"), "backup-old", "system", Reason("task-backup-old"), at, step="backups")
    page.tasks.take_step(task)
    at_work.screen.settle()
    settings = at_work.workspace.pages["settings"]
    assert isinstance(settings, SettingsPage)
    assert settings.sections.current == "backups"


# --- who sees what ----------------------------------------------------------------------------------


def test_a_manager_sees_everything_and_changes_nothing(
    practice: Practice, make_screen: Callable[..., Screen], at_work: AtWork, tmp_path: Path
) -> None:
    add_place(at_work, tmp_path / "disk")
    _, session = let_in(practice, at_work.office, at_work.session, "bo", Role.MANAGER).signed_in(
        practice, at_work.office
    )
    screen = make_screen(at_work.office, practice.clock)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    workspace.status.backup.click()
    screen.settle()
    page = workspace.pages["backups"]
    assert isinstance(page, BackupsPage)
    assert workspace.rail.buttons["today"].isChecked()
    assert page.add_button.isHidden()
    assert page.emergency.isHidden()
    assert set(page.cards[0].acts) == {"check"}
    quiet(at_work, page)
    screen.settle()
    page.make_button.click()
    screen.qtbot.waitUntil(lambda: page._task is None, timeout=60_000)
    screen.settle()
    assert page.notice.property("kind") == "ok", page.notice.words
    page.back.click()
    screen.settle()
    assert workspace.stack.currentWidget() is workspace.pages["today"]


def test_the_front_desk_reads_the_state_and_cannot_press_it(
    practice: Practice, make_screen: Callable[..., Screen], at_work: AtWork
) -> None:
    _, session = let_in(practice, at_work.office, at_work.session, "bo").signed_in(practice, at_work.office)
    screen = make_screen(at_work.office, practice.clock)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    assert workspace.status.backup.text() == "No backup yet."
    assert not workspace.status.backup.isEnabled()
    workspace.backups()
    screen.settle()
    assert "backups" not in workspace.pages


# --- retiring and history -----------------------------------------------------------------------------


def test_a_place_is_no_longer_used_after_a_question(at_work: AtWork, tmp_path: Path) -> None:
    line = add_place(at_work, tmp_path / "disk")
    page = section(at_work)
    page.cards[0].acts["retire"].click()
    page.findChildren(ConfirmDialog)[-1].reject()
    at_work.screen.settle()
    assert kept(at_work) == [line.target.id]
    page.cards[0].acts["retire"].click()
    page.findChildren(ConfirmDialog)[-1].go_button.click()
    at_work.screen.settle()
    assert kept(at_work) == []
    assert page.cards == []
    assert page.add_button.objectName() == "primary"


def kept(at_work: AtWork) -> list[TargetId]:
    shown = at_work.office.show_backups(at_work.session)
    return [one.target.id for one in shown.targets if one.target.retired_at is None]


def test_every_backup_stands_in_the_history(at_work: AtWork, tmp_path: Path) -> None:
    add_place(at_work, tmp_path / "disk")
    page = section(at_work)
    back_up(at_work, page)
    page.show_history()
    dialog = page.findChildren(HistoryDialog)[-1]
    words = texts_of(dialog.view)
    assert "everything" in words
    assert "Second disk" in words


def test_it_reads_well_in_spanish(
    practice: Practice, make_screen: Callable[..., Screen], at_work: AtWork, tmp_path: Path
) -> None:
    add_place(at_work, tmp_path / "disk", "Disco")
    back_up(at_work, section(at_work))
    screen = make_screen(at_work.office, practice.clock, "es")
    page = screen.show(BackupsSection(screen.ui, at_work.session, at_work.workspace))
    page.refresh()
    screen.settle()
    assert page.state.sentence.text().startswith("Todo ")
    assert "en 1 lugar" in page.state.sentence.text()

"""A lock in the middle: of a restore that is tried, of a new recovery key, of a computer's end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from desktop.config import LIMITS
from desktop.office.values_backups import BackupVerified
from desktop.ui.backups.check import CheckDialog
from desktop.ui.backups.kit import NewKeyDialog
from desktop.ui.gate.lock import LockPage
from tests.ui.conftest import AtWork, Opened
from tests.ui.test_backups import add_place, back_up, section


def at_work_of(opened: Opened) -> AtWork:
    workspace = opened.sign_in()
    return AtWork(opened.screen, opened.office, workspace.session, workspace, opened.practice)


def test_a_new_key_that_nobody_wrote_down_is_said_on_the_lock_page(opened: Opened) -> None:
    page = section(at_work_of(opened))
    page._show_key(opened.practice.made.recovery_key)
    assert page.findChildren(NewKeyDialog)
    opened.window.lock()
    locked = opened.window.centralWidget()
    assert isinstance(locked, LockPage)
    assert locked.notice.words == opened.screen.words("ui.kit.key-lost")
    opened.screen.settle()
    assert locked.notice.words == opened.screen.words("ui.kit.key-lost"), "the office's answer leaves it"


def test_a_new_key_that_was_written_down_is_not_said_to_be_lost(opened: Opened) -> None:
    page = section(at_work_of(opened))
    page._show_key(opened.practice.made.recovery_key)
    (dialog,) = page.findChildren(NewKeyDialog)
    dialog.accept()
    opened.window.lock()
    locked = opened.window.centralWidget()
    assert isinstance(locked, LockPage)
    assert locked.notice.words == ""
    opened.screen.settle()


def test_what_a_dialog_waited_for_ends_with_a_lock(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = at_work_of(opened)
    add_place(work, tmp_path / "disk")
    page = section(work)
    back_up(work, page)
    asked: list[bool] = []

    def verify(_: object, __: object, progress: object) -> BackupVerified:
        assert callable(progress)
        end = time.monotonic() + 20
        while progress(1, 2) and time.monotonic() < end:
            time.sleep(0.02)
        asked.append(time.monotonic() < end)
        return BackupVerified(False, "", None)

    monkeypatch.setattr(opened.office, "verify_backup", verify)
    page.check(None)
    dialog = page.findChildren(CheckDialog)[-1]
    opened.screen.settle()
    dialog.start()
    opened.window.lock()
    opened.screen.settle()
    assert asked == [True]


def test_nobody_is_locked_out_of_a_computers_end(opened: Opened) -> None:
    workspace = opened.sign_in()
    workspace.ending = True
    opened.practice.clock.move(LIMITS.idle_lock + 1)
    opened.window._idle.check()
    assert opened.window.centralWidget() is workspace
    workspace.ending = False
    opened.practice.clock.move(LIMITS.idle_lock + 1)
    opened.window._idle.check()
    assert opened.window.locked
    opened.screen.settle()

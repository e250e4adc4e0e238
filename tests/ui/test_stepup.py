"""Acts that want a fresh proof: the dialog asks, and the act goes on by itself, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.config import LIMITS
from desktop.ui.audit.export import ExportDialog
from desktop.ui.audit.page import AuditPageView
from desktop.ui.stepup import StepUpDialog
from tests.made_practice import PASSWORD
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


@pytest.fixture
def audit(at_work: AtWork) -> ExportDialog:
    """The whole log, as one file that can be checked."""
    page = at_work.page("audit", AuditPageView)
    dialog = ExportDialog(at_work.screen.ui, at_work.session, page)
    dialog.open()
    dialog.more.click()
    dialog.form.hidePopup()
    dialog.form.setCurrentIndex(dialog.form.findData("jsonl"))
    dialog.reason.input.setText("inspection")
    return dialog


def asked(at_work: AtWork, page: ExportDialog) -> StepUpDialog:
    """The dialog that came up; the person has been there for longer than five minutes."""
    dialogs = page.findChildren(StepUpDialog)
    assert len(dialogs) == 1
    return dialogs[0]


def wait_longer_than_a_proof_lasts(at_work: AtWork) -> None:
    """As somebody who works on: the idle clock starts anew meanwhile."""
    at_work.practice.clock.move(LIMITS.step_up / 2)
    at_work.office.touch(at_work.session)
    at_work.practice.clock.move(LIMITS.step_up / 2 + 1)
    at_work.office.touch(at_work.session)


def test_within_five_minutes_of_the_sign_in_nothing_is_asked(
    at_work: AtWork, audit: ExportDialog, tmp_path: Path
) -> None:
    audit.start(tmp_path / "log.jsonl")
    at_work.screen.settle()
    assert audit.findChildren(StepUpDialog) == []
    assert (tmp_path / "log.jsonl").exists()


def test_later_the_password_is_asked_and_the_export_goes_on_by_itself(
    at_work: AtWork, audit: ExportDialog, tmp_path: Path
) -> None:
    wait_longer_than_a_proof_lasts(at_work)
    audit.start(tmp_path / "log.jsonl")
    at_work.screen.settle()
    assert not (tmp_path / "log.jsonl").exists()
    dialog = asked(at_work, audit)
    assert at_work.screen.words("ui.stepup.export") in texts_of(dialog)
    QTest.keyClicks(dialog.password.input, PASSWORD)
    QTest.keyClick(dialog.password.input, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert (tmp_path / "log.jsonl").exists()
    assert audit.notice.property("kind") == "ok"


def test_a_wrong_password_stays_in_the_dialog_and_exports_nothing(
    at_work: AtWork, audit: ExportDialog, tmp_path: Path
) -> None:
    wait_longer_than_a_proof_lasts(at_work)
    audit.start(tmp_path / "log.jsonl")
    at_work.screen.settle()
    dialog = asked(at_work, audit)
    dialog.password.input.setText("not the password at all")
    dialog.go_on()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.password.text == ""
    assert dialog.go.isEnabled()
    assert dialog.notice.words.startswith(at_work.screen.words("error.wrong-password"))
    assert not (tmp_path / "log.jsonl").exists()


def test_cancelling_the_dialog_leaves_everything_as_it_was_and_says_why(
    at_work: AtWork, audit: ExportDialog, tmp_path: Path
) -> None:
    wait_longer_than_a_proof_lasts(at_work)
    audit.start(tmp_path / "log.jsonl")
    at_work.screen.settle()
    asked(at_work, audit).reject()
    at_work.screen.settle()
    assert not (tmp_path / "log.jsonl").exists()
    assert audit.notice.words.startswith(at_work.screen.words("error.step-up-needed"))


def test_an_empty_password_asks_nobody(at_work: AtWork, audit: ExportDialog, tmp_path: Path) -> None:
    wait_longer_than_a_proof_lasts(at_work)
    audit.start(tmp_path / "log.jsonl")
    at_work.screen.settle()
    dialog = asked(at_work, audit)
    dialog.go_on()
    assert not at_work.screen.bridge.busy
    assert dialog.password.input.property("wrong")

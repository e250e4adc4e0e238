"""Acts that want a fresh proof: the dialog asks, and the act goes on by itself, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.config import LIMITS
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_entry import QuickUnlock
from desktop.ui.account.page import AccountPage
from desktop.ui.audit.export import ExportDialog
from desktop.ui.audit.page import AuditPageView
from desktop.ui.gate.second import CODE, NONE
from desktop.ui.stepup import StepUpDialog
from tests.made_practice import PASSWORD, USER
from tests.made_staff import desk_of
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


# --- one's own security ------------------------------------------------------------------------


def came_back_by_pin(at_work: AtWork) -> tuple[Session, tuple[str, ...]]:
    """A session that nobody gave a code in, and the saved codes of its person."""
    codes = at_work.office.new_recovery_codes(at_work.session).codes
    at_work.office.set_quick_pin(at_work.session, "408216")
    desk_of(at_work.office).guard.lock()
    return at_work.office.quick_unlock(QuickUnlock(USER, "408216")).session, codes


def test_where_a_pin_let_in_a_code_or_a_saved_code_is_asked_for_as_well(at_work: AtWork) -> None:
    page = at_work.page("account", AccountPage)
    session, codes = came_back_by_pin(at_work)
    dialog = StepUpDialog(at_work.screen.ui, session, Purpose.OWN_SECURITY, page)
    dialog.open()
    at_work.screen.settle()
    assert dialog.second.isHidden()
    assert dialog.second.mode == NONE
    dialog.password.input.setText(PASSWORD)
    dialog.go_on()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert (dialog.second.isHidden(), dialog.second.mode) == (False, CODE)
    assert dialog.password.text == PASSWORD, "typed once"
    assert not dialog.second.to_saved.isHidden()
    dialog.second.to_saved.click()
    dialog.second.saved_code.input.setText(codes[0])
    dialog.go_on()
    at_work.screen.settle()
    assert page.findChildren(StepUpDialog) == [], "done and gone"
    assert at_work.office.show_security(session).codes_left == 9
    assert len(at_work.office.new_recovery_codes(session).codes) == 10


def test_a_wrong_saved_code_stays_in_the_dialog_and_proves_nothing(at_work: AtWork) -> None:
    page = at_work.page("account", AccountPage)
    session, _ = came_back_by_pin(at_work)
    dialog = StepUpDialog(at_work.screen.ui, session, Purpose.OWN_SECURITY, page)
    dialog.open()
    at_work.screen.settle()
    dialog.password.input.setText(PASSWORD)
    dialog.go_on()
    at_work.screen.settle()
    dialog.second.to_saved.click()
    dialog.second.saved_code.input.setText("1111-2222-3333-4444-5555")
    dialog.go_on()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.notice.words.startswith(at_work.screen.words("error.recovery-code-wrong"))
    assert not desk_of(at_work.office).guard.second_given(session)

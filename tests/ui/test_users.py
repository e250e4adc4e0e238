"""Users in the settings: who is there, what can be done about each, and how somebody leaves."""

from __future__ import annotations

from typing import TypeVar

import pytest
from PySide6.QtWidgets import QWidget

from desktop.access.roles import MATRIX, Action
from desktop.models.accounts import Role, UserState
from desktop.office.values_access import ApprovalLine, InviteRequest, UserLine
from desktop.ui.base import Page
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.policy import PolicySection
from desktop.ui.users.dialogs import ConfirmDialog, InvitedDialog, InviteDialog, RoleDialog
from desktop.ui.users.matrix import MatrixSection
from desktop.ui.users.offboarding import OffboardDialog
from desktop.ui.users.page import UsersSection
from desktop.ui.users.review import ReviewSection
from tests.made_practice import USER
from tests.support.pages import texts_of
from tests.support.second_user import BEN, BENS_PASSWORD, add_ben
from tests.ui.conftest import AtWork

P = TypeVar("P", bound=Page)
D = TypeVar("D", bound=QWidget)


def section(at_work: AtWork, code: str, kind: type[P]) -> P:
    page = at_work.page("settings", SettingsPage).sections.open(code)
    at_work.screen.settle()
    assert isinstance(page, kind)
    return page


def latest(page: QWidget, kind: type[D]) -> D:
    return page.findChildren(kind)[-1]


@pytest.fixture
def users(at_work: AtWork) -> UsersSection:
    """Ana, the administrator, and ben at the front desk."""
    add_ben(at_work.office, at_work.session, at_work.practice.clock)
    return section(at_work, "users", UsersSection)


def line_of(users: UsersSection, name: str) -> UserLine:
    return next(one for one in users.rows.rows if one.name == name)


def choose(users: UsersSection, name: str) -> UserLine:
    at = next(at for at, one in enumerate(users.rows.rows) if one.name == name)
    users.list.selectRow(at)
    line = users.detail.line
    assert line is not None
    assert line.name == name
    return line


def confirm(at_work: AtWork, users: UsersSection) -> None:
    latest(users, ConfirmDialog).go.click()
    at_work.screen.settle()


def test_everybody_stands_in_the_list_with_role_state_and_last_use(
    at_work: AtWork, users: UsersSection
) -> None:
    said = texts_of(users.list)
    for words in (USER, BEN, "Administrator", "Front desk", "Active", "Signed in now", "Never"):
        assert words in said


def test_the_filter_finds_by_name_and_by_role(users: UsersSection) -> None:
    users.filter.setText("BE")
    assert [one.name for one in users.rows.rows] == [BEN]
    users.filter.setText("administr")
    assert [one.name for one in users.rows.rows] == [USER]
    users.filter.setText("nobody")
    assert users.rows.rows == []
    assert not users.detail.isVisible()


def test_nobody_is_offered_to_end_or_suspend_themselves(users: UsersSection) -> None:
    choose(users, USER)
    for act in (users.detail.suspend, users.detail.leaves, users.detail.role):
        assert act.isHidden()
    choose(users, BEN)
    for act in (users.detail.suspend, users.detail.leaves, users.detail.role):
        assert not act.isHidden()


def test_an_invitation_shows_its_code_once_and_the_person_stands_in_the_list(
    at_work: AtWork, users: UsersSection
) -> None:
    users.invite_button.click()
    dialog = latest(users, InviteDialog)
    dialog.make()
    assert dialog.user.input.property("wrong")
    dialog.user.input.setText("chris")
    dialog.role.box.setCurrentIndex(dialog.role.box.findData(Role.MANAGER.value))
    dialog.make()
    at_work.screen.settle()
    shown = latest(users, InvitedDialog)
    assert len(shown.code.text()) > 12
    shown.reject()
    at_work.screen.settle()
    line = line_of(users, "chris")
    assert (line.role, line.state) == (Role.MANAGER, UserState.INVITED)
    choose(users, "chris")
    users.detail.withdraw.click()
    confirm(at_work, users)
    over = choose(users, "chris")
    assert over.invited_until is None
    assert users.detail.withdraw.isHidden()
    assert at_work.screen.words("ui.users.invitation-over") in texts_of(users.list)
    users.detail.again.click()
    at_work.screen.settle()
    latest(users, InvitedDialog).reject()
    assert line_of(users, "chris").invited_until is not None


def test_a_name_that_is_taken_is_said_in_the_dialog(at_work: AtWork, users: UsersSection) -> None:
    users.invite_button.click()
    dialog = latest(users, InviteDialog)
    dialog.user.input.setText(BEN)
    dialog.make()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.notice.property("kind") == "error"
    assert dialog.go.isEnabled()


def test_a_role_is_changed_and_more_roles_are_folded(at_work: AtWork, users: UsersSection) -> None:
    choose(users, BEN)
    users.detail.role.click()
    dialog = latest(users, RoleDialog)
    assert dialog.role.box.count() == 3
    dialog.role.more.setChecked(True)
    assert dialog.role.box.count() == len(Role)
    dialog.role.box.setCurrentIndex(dialog.role.box.findData(Role.BILLING.value))
    dialog.save()
    at_work.screen.settle()
    assert line_of(users, BEN).role is Role.BILLING
    assert users.notice.words == at_work.screen.words("ui.users.role-changed")


def test_leave_and_back_again_each_asks_first(at_work: AtWork, users: UsersSection) -> None:
    choose(users, BEN)
    users.detail.suspend.click()
    latest(users, ConfirmDialog).reject()
    at_work.screen.settle()
    assert line_of(users, BEN).state is UserState.ACTIVE
    users.detail.suspend.click()
    confirm(at_work, users)
    assert line_of(users, BEN).state is UserState.SUSPENDED
    choose(users, BEN)
    assert users.detail.suspend.isHidden()
    users.detail.reinstate.click()
    confirm(at_work, users)
    assert line_of(users, BEN).state is UserState.ACTIVE


def test_a_lost_phone_gets_a_one_time_code(at_work: AtWork, users: UsersSection) -> None:
    choose(users, BEN)
    users.detail.factor.click()
    at_work.screen.settle()
    shown = latest(users, InvitedDialog)
    assert at_work.screen.words("ui.invited.factor", name=BEN) in texts_of(shown)


# --- leaving ------------------------------------------------------------------------------


def test_somebody_leaves_in_one_dialog(at_work: AtWork, users: UsersSection) -> None:
    choose(users, BEN)
    users.detail.leaves.click()
    at_work.screen.settle()
    dialog = latest(users, OffboardDialog)
    assert dialog.plan is not None
    assert at_work.screen.words("ui.offboard.anew") in " ".join(texts_of(dialog.what))
    dialog.go.click()
    assert dialog.pages.currentWidget() is dialog.heir_page
    assert dialog.heir.currentText() == USER
    dialog.go.click()
    at_work.screen.settle()
    assert dialog.pages.currentWidget() is dialog.done_page, dialog.notice.words
    report = dialog.report
    assert report is not None
    assert report.key_changed
    assert report.left_to_do
    said = texts_of(dialog.done_page)
    assert not [text for text in said if "offboard." in text]
    dialog.go.click()
    at_work.screen.settle()
    assert all(one.name != BEN or one.state is UserState.LEFT for one in users.rows.rows)
    assert BENS_PASSWORD not in " ".join(said)


def test_leaving_can_be_called_off_before_it_begins(at_work: AtWork, users: UsersSection) -> None:
    choose(users, BEN)
    users.detail.leaves.click()
    at_work.screen.settle()
    dialog = latest(users, OffboardDialog)
    dialog.go.click()
    dialog.cancel.click()
    at_work.screen.settle()
    assert line_of(users, BEN).state is UserState.ACTIVE


def test_while_it_is_done_it_can_be_stopped_until_all_is_copied(at_work: AtWork, users: UsersSection) -> None:
    choose(users, BEN)
    users.detail.leaves.click()
    at_work.screen.settle()
    dialog = latest(users, OffboardDialog)
    dialog.go.click()
    dialog.go.click()
    assert dialog.go.isHidden()
    dialog.reject()
    assert dialog.isVisible(), "Escape does not close over work that goes on"
    dialog._progress(1, 2)
    assert dialog.cancel.isEnabled()
    dialog._progress(2, 2)
    assert not dialog.cancel.isEnabled()
    assert dialog.step.text() == at_work.screen.words("ui.offboard.no-return")
    at_work.screen.settle()
    dialog.accept()
    at_work.screen.settle()


# --- approvals, matrix, review, rules ---------------------------------------------------------


def test_what_one_asked_for_oneself_is_anothers_to_decide(at_work: AtWork, users: UsersSection) -> None:
    now = at_work.practice.clock.now()
    asked = [
        ApprovalLine(str(at), "elevation", BEN, {}, USER, now, mine=mine)
        for at, mine in enumerate((True, False))
    ]
    assert not users.approvals.isVisible()
    users.approvals.show_lines(tuple(asked))
    assert users.approvals.isVisible()
    said = texts_of(users.approvals)
    assert said.count(at_work.screen.words("ui.approvals.approve")) == 1
    assert at_work.screen.words("ui.approvals.mine") in said


def test_every_cell_of_the_matrix_is_shown_in_words(at_work: AtWork) -> None:
    matrix = section(at_work, "roles", MatrixSection)
    assert matrix.view.isColumnHidden(5)
    matrix.more.setChecked(True)
    assert not matrix.view.isColumnHidden(5)
    said = texts_of(matrix.view)
    assert not [text for text in said if text.startswith(("ui.", "action."))]
    lines = {line.words: line for line in matrix.rows.rows}
    assert len(lines) >= len(Action)
    export = next(
        line for words, line in lines.items() if at_work.screen.words("ui.action.audit.export") in words
    )
    assert set(export.roles) == {role for role in Role if Action.EXPORT_AUDIT in MATRIX[role]}


def test_the_review_names_what_to_look_at_and_is_signed_off(at_work: AtWork) -> None:
    at_work.office.invite_user(at_work.session, InviteRequest("chris", Role.MANAGER))
    review = section(at_work, "review", ReviewSection)
    said = texts_of(review.view)
    assert not [text for text in said if text.startswith("review.")]
    assert "chris" in said
    review.sign_button.click()
    at_work.screen.settle()
    assert review.notice.property("kind") == "ok"
    assert USER in review.lead.text()


def test_rules_are_kept_and_count(at_work: AtWork) -> None:
    policy = section(at_work, "policy", PolicySection)
    policy.minutes.setCurrentIndex(policy.minutes.findData(3))
    policy.strict.setChecked(True)
    policy.officer.input.setText("Ana Ruiz")
    policy.email.input.setText("ana@elmstreet.example.com")
    policy.save_button.click()
    at_work.screen.settle()
    assert policy.notice.property("kind") == "ok"
    kept = at_work.office.show_policy(at_work.session)
    assert (kept.idle_minutes, kept.strict_lock, kept.officer) == (3, True, "Ana Ruiz")


def test_an_address_that_is_none_keeps_nothing(at_work: AtWork) -> None:
    policy = section(at_work, "policy", PolicySection)
    policy.email.input.setText("nobody")
    policy.save_button.click()
    at_work.screen.settle()
    assert policy.notice.property("kind") == "error"
    assert policy.save_button.isEnabled()
    assert at_work.office.show_policy(at_work.session).officer_email == ""

"""One's own security: password, authenticator, saved codes, PIN, sessions, security keys."""

from __future__ import annotations

from typing import TypeVar

import pytest
from PySide6.QtWidgets import QWidget

from desktop.config import LIMITS
from desktop.ui.account.dialogs import (
    AuthenticatorDialog,
    CodesDialog,
    KeyDialog,
    PasswordDialog,
    PinDialog,
)
from desktop.ui.account.page import AccountPage
from desktop.ui.stepup import StepUpDialog
from tests.made_practice import PASSWORD
from tests.support.pages import texts_of
from tests.support.second_user import code_of
from tests.ui.conftest import AtWork

D = TypeVar("D", bound=QWidget)
NEW = "a different lantern for each pier"


@pytest.fixture
def account(at_work: AtWork) -> AccountPage:
    return at_work.page("account", AccountPage)


def latest(page: QWidget, kind: type[D]) -> D:
    return page.findChildren(kind)[-1]


def change(at_work: AtWork, account: AccountPage, old: str, new: str) -> PasswordDialog:
    account.password_button.click()
    dialog = latest(account, PasswordDialog)
    dialog.old.input.setText(old)
    dialog.passwords.password.input.setText(new)
    dialog.passwords.again.input.setText(new)
    dialog.submit()
    at_work.screen.settle()
    return dialog


def test_the_password_is_changed_with_the_old_one(at_work: AtWork, account: AccountPage) -> None:
    change(at_work, account, PASSWORD, NEW)
    assert account.notice.words == at_work.screen.words("ui.account.password-changed")
    assert account.findChildren(PasswordDialog) == [] or not latest(account, PasswordDialog).isVisible()


@pytest.mark.parametrize(("old", "new"), [("not the old one at all", NEW), (PASSWORD, "password12345678")])
def test_a_wrong_old_one_or_a_bad_new_one_changes_nothing(
    at_work: AtWork, account: AccountPage, old: str, new: str
) -> None:
    dialog = change(at_work, account, old, new)
    assert dialog.isVisible()
    assert dialog.notice.property("kind") == "error"
    assert dialog.old.text == ""
    assert dialog.go.isEnabled()


def test_ten_new_saved_codes_are_shown_once(at_work: AtWork, account: AccountPage) -> None:
    assert at_work.office.show_security(at_work.session).codes_left == 0
    account.codes_button.click()
    at_work.screen.settle()
    dialog = latest(account, CodesDialog)
    codes = dialog.view.codes
    assert all(code in texts_of(dialog) for code in codes)
    dialog.go.click()
    at_work.screen.settle()
    assert at_work.screen.ui.texts.count("ui.account.codes-left", 10) in texts_of(account)
    assert not [text for text in texts_of(account) if text in codes]


def test_the_app_is_replaced_once_its_code_was_right(at_work: AtWork, account: AccountPage) -> None:
    account.app_button.click()
    at_work.screen.settle()
    dialog = latest(account, AuthenticatorDialog)
    assert dialog.view is not None
    dialog.view.code.input.setText("000000")
    dialog.submit()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.view.code.input.property("wrong")
    dialog.view.code.input.setText(code_of(dialog._uri, at_work.practice.clock))
    dialog.submit()
    at_work.screen.settle()
    assert account.notice.words == at_work.screen.words("ui.account.app-replaced")


def test_a_pin_is_set_and_forgotten(at_work: AtWork, account: AccountPage) -> None:
    account.pin_button.click()
    dialog = latest(account, PinDialog)
    dialog.pin.input.setText("4082")
    dialog.submit()
    assert dialog.pin.input.property("wrong")
    dialog.pin.input.setText("408216")
    dialog.again.input.setText("408217")
    dialog.submit()
    assert dialog.again.input.property("wrong")
    dialog.again.input.setText("408216")
    dialog.submit()
    at_work.screen.settle()
    assert at_work.office.show_security(at_work.session).quick_pin
    account.forget_button.click()
    at_work.screen.settle()
    assert not at_work.office.show_security(at_work.session).quick_pin


def test_a_pin_that_is_too_easy_is_said_in_words(at_work: AtWork, account: AccountPage) -> None:
    account.pin_button.click()
    dialog = latest(account, PinDialog)
    for field in (dialog.pin, dialog.again):
        field.input.setText("123456")
    dialog.submit()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.notice.words.startswith(at_work.screen.words("error.pin-too-easy"))


def test_a_security_key_that_is_not_there_is_said_in_words(at_work: AtWork, account: AccountPage) -> None:
    account.key_button.click()
    dialog = latest(account, KeyDialog)
    dialog.submit()
    assert dialog.password.input.property("wrong")
    dialog.password.input.setText(PASSWORD)
    dialog.key_pin.input.setText("12345678")
    dialog.submit()
    assert dialog.notice.words == at_work.screen.words("ui.second.touch")
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.notice.property("kind") == "error"
    assert not dialog.notice.words.startswith("error.")
    assert dialog.go.isEnabled()


def test_other_sessions_are_listed_and_can_be_ended(at_work: AtWork, account: AccountPage) -> None:
    other = at_work.practice.office()
    session = other.sign_in(at_work.practice.credentials()).session
    other.issue_token(session)
    account.refresh()
    at_work.screen.settle()
    shown = at_work.office.show_security(at_work.session).sessions
    assert [one.this for one in shown].count(True) == 1
    commands = [one for one in shown if one.command]
    assert len(commands) == 1
    account.end_session(commands[0])
    at_work.screen.settle()
    assert not [one for one in at_work.office.show_security(at_work.session).sessions if one.command]


def test_later_in_the_day_new_codes_want_the_password_first(at_work: AtWork, account: AccountPage) -> None:
    at_work.practice.clock.move(LIMITS.step_up + 1)
    at_work.office.touch(at_work.session)
    account.codes_button.click()
    at_work.screen.settle()
    dialog = latest(account, StepUpDialog)
    dialog.reject()
    at_work.screen.settle()
    assert account.findChildren(CodesDialog) == []
    assert at_work.office.show_security(at_work.session).codes_left == 0


def test_a_pin_chosen_later_in_the_day_wants_the_password_first(
    at_work: AtWork, account: AccountPage
) -> None:
    """Whoever walks up to an unlocked window sets none to come back with."""
    at_work.practice.clock.move(LIMITS.step_up + 1)
    at_work.office.touch(at_work.session)
    account.pin_button.click()
    pin = latest(account, PinDialog)
    pin.pin.input.setText("408216")
    pin.again.input.setText("408216")
    pin.submit()
    at_work.screen.settle()
    assert not at_work.office.show_security(at_work.session).quick_pin
    dialog = latest(account, StepUpDialog)
    dialog.password.input.setText(PASSWORD)
    dialog.go_on()
    at_work.screen.settle()
    assert at_work.office.show_security(at_work.session).quick_pin

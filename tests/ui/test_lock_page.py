"""The lock page: whose it is, the short way back, and the change of person in two actions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.errors import VaultError
from desktop.office.values_entry import DutyState, EntryNeeds
from desktop.ui.gate.lock import CHANGE_PERSON, LockPage
from desktop.ui.workspace import Workspace
from tests.made_practice import USER
from tests.support.second_user import BEN, BENS_PASSWORD, add_ben, code_of
from tests.ui.conftest import Opened

PIN = "408216"


def locked(opened: Opened) -> LockPage:
    opened.window.lock()
    opened.screen.settle()
    page = opened.window.centralWidget()
    assert isinstance(page, LockPage)
    return page


def with_pin(opened: Opened) -> LockPage:
    session = opened.sign_in().session
    opened.office.set_quick_pin(session, PIN)
    return locked(opened)


def test_it_says_whose_window_it_is_and_asks_for_the_password_alone(opened: Opened) -> None:
    opened.sign_in()
    page = locked(opened)
    assert page.who.text() == opened.screen.words("ui.lock.who", name=USER)
    assert page.user.isHidden()
    assert page.pin.isHidden()
    assert page.password.isVisible()
    assert page.code.isHidden()
    assert page.go.text() == opened.screen.words("ui.lock.go")


def test_six_digits_bring_the_same_person_back(opened: Opened) -> None:
    page = with_pin(opened)
    assert page.pin.isVisible()
    assert page.password.isHidden()
    QTest.keyClicks(page.pin.input, PIN)
    opened.screen.settle()
    assert isinstance(opened.window.centralWidget(), Workspace)


def test_a_wrong_pin_says_how_many_tries_are_left_and_then_the_password_is_asked(opened: Opened) -> None:
    page = with_pin(opened)
    said = []
    for _ in range(5):
        opened.practice.clock.move(61)
        QTest.keyClicks(page.pin.input, "111222")
        opened.screen.settle()
        said.append(page.notice.words)
        assert page.pin.text == ""
    assert opened.window.locked
    assert len(set(said[:4])) == 4, "each answer names another number of tries"
    assert page.pin.isHidden()
    assert page.password.isVisible()
    opened.sign_in()


def test_the_password_stays_possible_beside_the_pin(opened: Opened) -> None:
    page = with_pin(opened)
    page.to_password.click()
    assert page.pin.isHidden()
    assert page.password.isVisible()
    opened.sign_in()


def test_a_pin_of_five_digits_asks_nobody(opened: Opened) -> None:
    page = with_pin(opened)
    QTest.keyClicks(page.pin.input, "40821")
    assert not opened.screen.bridge.busy
    assert opened.window.locked


def test_where_the_practice_forbids_it_no_pin_is_asked(opened: Opened) -> None:
    page = LockPage(opened.screen.ui, USER, DutyState("", locked=True, vault_open=True, due=0))
    opened.screen.show(page)
    assert page.pin.isHidden()
    assert page.password.isVisible()


def test_a_touch_is_offered_to_whoever_has_a_security_key(opened: Opened) -> None:
    duty = DutyState("", locked=True, vault_open=True, due=0, quick=(USER,))
    page = LockPage(opened.screen.ui, USER, duty)
    opened.screen.show(page)
    assert page.touch.isHidden()
    page.show_needs(EntryNeeds(security_key=True, quick=True))
    assert page.touch.isVisible()
    page.touch.click()
    assert page.key_pin.isVisible()
    assert page.pin.isHidden()
    page.unlock_quickly()
    assert page.key_pin.input.property("wrong")


@pytest.mark.parametrize("by_keyboard", [True, False])
def test_somebody_else_takes_over_with_two_actions(opened: Opened, by_keyboard: bool) -> None:
    shown = opened.sign_in()
    uri = add_ben(opened.office, shown.session, opened.practice.clock)
    if by_keyboard:
        opened.window.activateWindow()
        opened.screen.qtbot.waitUntil(opened.window.isActiveWindow)
        shown.setFocus()
        QTest.keyClick(
            shown,
            Qt.Key.Key_L,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
        )
    else:
        locked(opened).somebody.click()
    opened.screen.settle()
    page = opened.page()
    assert isinstance(page, LockPage)
    assert page.user.isVisible()
    assert page.user.text == ""
    assert page.who.isHidden()
    assert CHANGE_PERSON
    opened.practice.clock.move(30)
    opened.fill(user=BEN, password=BENS_PASSWORD, code=code_of(uri, opened.practice.clock), wait=0)
    theirs = opened.window.centralWidget()
    assert isinstance(theirs, Workspace)
    assert theirs.session.user_name == BEN


def test_whose_pin_counts_here_is_offered_by_name(opened: Opened) -> None:
    duty = DutyState("", locked=True, vault_open=True, due=0, quick=(USER, BEN))
    page = LockPage(opened.screen.ui, USER, duty)
    opened.screen.show(page)
    (ben,) = page._names
    assert ben.text() == opened.screen.words("ui.lock.i-am", name=BEN)
    ben.click()
    assert page.name == BEN
    assert page.pin.isVisible()
    assert page.user.isHidden()
    opened.screen.settle()


@pytest.mark.parametrize(
    ("duty", "words"),
    [
        (DutyState("", True, True, due=12), "12 messages wait to go out."),
        (DutyState("", True, True, due=0, reads_mail=True), "The mailbox is still being read."),
        (DutyState("", True, True, due=3, paused="too-many-bounces"), "Sending is paused."),
        (
            DutyState("", True, False, due=0, waits_for_sign_in=True),
            "Nothing leaves until somebody signs in.",
        ),
        (DutyState("", True, False, due=0), "Nothing is waiting to go out."),
    ],
)
def test_it_says_what_goes_on_behind_it(opened: Opened, duty: DutyState, words: str) -> None:
    page = LockPage(opened.screen.ui, USER, duty)
    opened.screen.show(page)
    assert page.lead.text().startswith(words)


def test_when_the_service_dies_the_page_claims_no_more_that_something_goes_out(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = LockPage(opened.screen.ui, USER, DutyState("", True, True, due=12))
    opened.screen.show(page)
    for code, begins in (("database-busy", "12 messages"), ("service-gone", "Nothing leaves until")):

        def gone(code: str = code) -> DutyState:
            raise VaultError(code)

        monkeypatch.setattr(opened.office, "duty", gone)
        page.look()
        opened.screen.settle()
        assert page.lead.text().startswith(begins)


def test_it_looks_again_while_nobody_is_here_and_leaves_what_is_typed(opened: Opened) -> None:
    page = LockPage(opened.screen.ui, USER, DutyState("", True, True, due=12))
    opened.screen.show(page)
    page.password.input.setText("half a pass")
    page.look()
    opened.screen.settle()
    assert page.lead.text() == "Nothing is waiting to go out."
    assert page.password.text == "half a pass"

"""Sign-in asks for the second factor only where it is needed, and forgets what was typed."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.office.values_entry import Credentials, EntryNeeds, SignedIn
from desktop.ui.gate.emergency import EmergencyPages
from desktop.ui.gate.join import JoinPages
from desktop.ui.gate.second import KEY, SAVED
from desktop.ui.gate.signin import SignInPage
from desktop.ui.workspace import Workspace
from tests.made_practice import PASSWORD, USER
from tests.ui.conftest import Opened


def begin(opened: Opened) -> SignInPage:
    """Name and password, Enter."""
    opened.practice.clock.move(30)
    page = opened.page()
    page.user.input.setText(USER)
    page.password.input.setText(PASSWORD)
    QTest.keyClick(page.password.input, Qt.Key.Key_Return)
    opened.screen.settle()
    return page


def test_the_code_is_asked_for_after_the_password_and_without_blame(opened: Opened) -> None:
    page = opened.page()
    assert page.code.isHidden()
    begin(opened)
    assert page.code.isVisible()
    assert page.code.input.hasFocus() or not opened.window.isActiveWindow()
    assert page.notice.words == ""
    assert page.password.text == PASSWORD, "it waits for its code"


def test_tab_leads_from_the_code_to_the_saved_codes_and_on(opened: Opened) -> None:
    page = begin(opened)
    order: list[QWidget] = []
    here: QWidget | None = page.password.input
    while here is not None and here is not page.go:
        here = here.nextInFocusChain()
        if here is not None and here.isVisible() and here.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(here)
    assert order == [page.code.input, page.second.to_saved, page.go]


def test_a_wrong_code_keeps_the_password_and_asks_again(opened: Opened) -> None:
    page = begin(opened)
    page.code.input.setText("000000")
    page.submit()
    opened.screen.settle()
    assert page.code.isVisible()
    assert page.code.text == ""
    assert page.password.text == PASSWORD
    opened.practice.clock.move(30)
    page.code.input.setText(opened.practice.code())
    page.submit()
    opened.screen.settle()
    assert isinstance(opened.window.centralWidget(), Workspace)


def test_a_password_that_waits_for_its_code_is_forgotten_after_a_while(opened: Opened) -> None:
    page = begin(opened)
    assert page._forget.isActive()
    page._forget.timeout.emit()
    assert page.password.text == ""


def test_a_saved_code_opens_once(opened: Opened) -> None:
    session = opened.sign_in().session
    codes = opened.office.new_recovery_codes(session).codes
    opened.window.lock()
    opened.screen.settle()
    for usable in (True, False):
        page = opened.page()
        page.user.input.setText(USER)
        page.password.input.setText(PASSWORD)
        page.second.to_saved.click()
        assert page.second.mode == SAVED
        page.second.saved_code.input.setText(codes[0])
        page.submit()
        opened.screen.settle()
        assert opened.window.locked != usable
        if usable:
            opened.window.lock()
            opened.screen.settle()
    assert page.notice.words.startswith(opened.screen.words("error.recovery-code-wrong"))
    assert page.second.saved_code.isVisible()


def test_whoever_has_a_security_key_is_asked_for_its_pin_at_once(opened: Opened) -> None:
    page = opened.page()
    page.show_needs(EntryNeeds(security_key=True, quick=False))
    assert page.second.mode == KEY
    assert page.second.key_pin.isVisible()
    assert page.second.to_saved.isHidden(), "without the key nothing opens"
    page.user.input.setText(USER)
    page.password.input.setText(PASSWORD)
    page.submit()
    assert page.second.key_pin.input.property("wrong")
    page.show_needs(EntryNeeds(security_key=False, quick=False))
    assert page.second.key_pin.isHidden()


def test_the_name_alone_asks_what_is_needed(opened: Opened) -> None:
    page = opened.page()
    page.user.input.setText(USER)
    page.user.input.editingFinished.emit()
    opened.screen.settle()
    assert page.second.key_pin.isHidden()
    page.user.input.editingFinished.emit()
    assert not opened.screen.bridge.busy, "asked once a name"


def test_quiet_links_lead_to_the_other_ways_in_and_back(opened: Opened) -> None:
    opened.page().invited.click()
    page = opened.window.centralWidget()
    assert isinstance(page, JoinPages)
    page.invitation.back.click()
    opened.page().emergency.click()
    page = opened.window.centralWidget()
    assert isinstance(page, EmergencyPages)
    page.access.back.click()
    assert not opened.page().user.isHidden()


def test_nobody_walks_away_from_a_sign_in_that_may_still_let_them_in(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, go = opened.page(), threading.Event()
    sign_in = opened.office.sign_in

    def slow(given: Credentials) -> SignedIn:
        go.wait(10)
        return sign_in(given)

    monkeypatch.setattr(opened.office, "sign_in", slow)
    page.user.input.setText(USER)
    page.password.input.setText("not the password at all")
    page.submit()
    page.invited.click()
    page.emergency.click()
    assert opened.window.centralWidget() is page
    go.set()
    opened.screen.settle()
    page.invited.click()
    assert isinstance(opened.window.centralWidget(), JoinPages)

"""Locks and the pages before the work, on a clock that tests move."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.config import LIMITS
from desktop.office.values_entry import Credentials, DutyState
from desktop.ui.gate.lock import LockPage
from desktop.ui.people.page import PeoplePage
from tests.made_practice import USER, import_visits
from tests.support.pages import texts_of
from tests.ui.conftest import Opened


def test_signing_in_opens_the_first_page_of_the_role(opened: Opened) -> None:
    assert opened.window.locked
    assert list(opened.sign_in().pages) == ["today"]
    assert not opened.window.locked


def test_the_title_names_the_program_and_nobody(opened: Opened) -> None:
    opened.sign_in()
    assert opened.window.windowTitle() == "Sealwell"


def test_a_wrong_password_and_a_wrong_code_have_different_words(opened: Opened) -> None:
    page = opened.fill(password="not the password at all")
    wrong_password = page.notice.words
    assert wrong_password == opened.screen.ui.say("error.wrong-password") + " " + opened.screen.ui.say(
        "error.wrong-password.hint"
    )
    page = opened.fill(code="000000")
    assert page.notice.words.startswith(opened.screen.ui.say("error.code-wrong"))
    assert page.notice.words != wrong_password
    assert opened.window.locked


def test_nothing_typed_stays_in_the_secret_fields_after_a_refusal(opened: Opened) -> None:
    page = opened.fill(password="not the password at all")
    assert (page.password.text, page.code.text) == ("", "")
    assert page.user.text == USER
    assert page.go.isEnabled()


def test_missing_fields_are_named_beside_them_and_nobody_is_asked(opened: Opened) -> None:
    page = opened.page()
    page.submit()
    missing = opened.screen.ui.say("ui.form.missing")
    assert texts_of(page).count(missing) == 2
    assert not opened.screen.bridge.busy


def test_too_many_wrong_passwords_say_how_long_to_wait(opened: Opened) -> None:
    for _ in range(LIMITS.slow_after_tries + 2):
        page = opened.fill(password="not the password at all", wait=0)
    assert page.notice.words != opened.screen.ui.say("error.wrong-password")
    hint = opened.screen.ui.say("error.too-many-tries.hint")
    assert page.notice.words.endswith(hint)


def test_ten_idle_minutes_lock_before_the_next_event_reaches_a_page(opened: Opened) -> None:
    shown = opened.sign_in()
    pressed: list[bool] = []
    button = shown.rail.buttons["people"]
    button.clicked.connect(lambda: pressed.append(True))
    opened.practice.clock.move(LIMITS.idle_lock)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == []
    assert opened.window.locked
    assert isinstance(opened.window.centralWidget(), LockPage)
    opened.screen.settle()


def test_somebody_who_moves_is_not_locked_out(opened: Opened) -> None:
    shown = opened.sign_in()
    for _ in range(3):
        opened.practice.clock.move(LIMITS.idle_lock - 30)
        QTest.keyClick(shown, Qt.Key.Key_Shift)
        opened.window._idle.check()
        opened.screen.settle()
    assert not opened.window.locked


def test_the_timer_locks_without_any_event(opened: Opened) -> None:
    opened.sign_in()
    opened.practice.clock.move(LIMITS.idle_lock + 1)
    opened.window._idle.check()
    assert opened.window.locked
    opened.screen.settle()


def test_a_computer_that_slept_is_locked_although_its_monotonic_clock_stood_still(opened: Opened) -> None:
    opened.sign_in()
    opened.practice.clock.sleep(8 * 3600)
    opened.window._idle.check()
    assert opened.window.locked
    opened.screen.settle()


def test_a_lock_leaves_no_name_on_the_screen(opened: Opened) -> None:
    shown = opened.sign_in()
    shown.open("people")
    opened.screen.settle()
    people = shown.pages["people"]
    assert isinstance(people, PeoplePage)
    assert "Canaryfield" in " ".join(texts_of(opened.window))
    QTest.keyClick(opened.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    opened.screen.qtbot.waitUntil(lambda: not shiboken6.isValid(people))
    opened.screen.settle()
    everything = " ".join(text for one in QApplication.topLevelWidgets() for text in texts_of(one))
    assert "Canaryfield" not in everything
    assert "zoraida" not in everything


def test_an_open_dialog_goes_with_the_lock(opened: Opened) -> None:
    shown = opened.sign_in()
    shown.open("people")
    opened.screen.settle()
    people = shown.pages["people"]
    assert isinstance(people, PeoplePage)
    people.detail._edit()
    opened.window.lock()
    opened.screen.qtbot.waitUntil(lambda: not shiboken6.isValid(people))
    opened.screen.settle()
    assert QApplication.activeModalWidget() is None
    assert "Canaryfield" not in " ".join(t for one in QApplication.topLevelWidgets() for t in texts_of(one))


def test_a_locked_session_may_do_nothing(opened: Opened) -> None:
    session = opened.sign_in().session
    opened.window.lock()
    opened.screen.settle()
    with pytest.raises(Exception, match=r"locked|signed-out") as caught:
        opened.office.search_people(session, "")
    assert getattr(caught.value, "code", "") in ("locked", "signed-out")


def test_coming_back_needs_password_and_code_again(opened: Opened) -> None:
    opened.sign_in()
    opened.window.lock()
    opened.screen.settle()
    assert opened.page().user.text == USER
    opened.fill(password="not the password at all")
    assert opened.window.locked
    opened.sign_in()
    assert not opened.window.locked


def test_the_lock_page_says_what_is_still_going_out(opened: Opened) -> None:
    session = opened.sign_in().session
    import_visits(opened.office, session, opened.practice.clock)
    assert len(opened.office.send_reminders(session).messages) == 2
    opened.window.lock()
    opened.screen.settle()
    page = opened.page()
    assert isinstance(page, LockPage)
    assert page.lead.text() == opened.screen.ui.texts.count("ui.lock.going-out", 2)


def test_the_lock_page_says_when_nothing_goes_on(opened: Opened) -> None:
    page = LockPage(opened.screen.ui, USER, DutyState("", locked=True, vault_open=False, due=0))
    opened.screen.show(page)
    assert page.lead.text() == opened.screen.ui.say("ui.lock.nothing")


def test_closing_the_window_signs_nobody_in_again(opened: Opened) -> None:
    opened.sign_in()
    opened.window.close()
    assert opened.window.locked
    opened.office.close()
    with pytest.raises(Exception, match=r".") as caught:
        opened.office.unlock(Credentials(USER, password="x" * 20, code="000000"))
    assert getattr(caught.value, "code", "") == "wrong-password"

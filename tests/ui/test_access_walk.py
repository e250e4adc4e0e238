"""The whole way with the keyboard alone: sign-in, invitation, step-up, lock, unlock, and somebody leaves."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from desktop.config import LIMITS
from desktop.models.accounts import UserState
from desktop.office.values_access import UserLine
from desktop.ui.users.offboarding import OffboardDialog
from desktop.ui.workspace import Workspace
from tests.made_practice import PASSWORD, USER
from tests.support.pages import texts_of
from tests.support.second_user import BEN, add_ben
from tests.ui.conftest import Opened

_STEPS = 80
"""More Tabs than any page has stops."""


class Keyboard:
    """Presses keys where the focus is; there is no mouse."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        opened.window.activateWindow()
        opened.screen.qtbot.waitUntil(opened.window.isActiveWindow)

    @property
    def focus(self) -> QWidget:
        if QApplication.activeWindow() is None:  # Qt's offscreen platform forgets it when a page goes
            self._opened.window.activateWindow()
            self._opened.screen.qtbot.waitUntil(self._opened.window.isActiveWindow)
        focused = QApplication.focusWidget()
        assert focused is not None, "the focus is nowhere"
        return focused

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifier)
        self._opened.screen.settle()
        self._opened.screen.qtbot.wait(20)

    def write(self, text: str) -> None:
        assert isinstance(self.focus, QLineEdit), f"nothing to type into: {type(self.focus).__name__}"
        QTest.keyClicks(self.focus, text)

    def to(self, words: str) -> None:
        """Tab until the control with this name or text has the focus."""
        seen = []
        for _ in range(_STEPS):
            if words in self.names:
                return
            seen.append(self.names)
            QTest.keyClick(self.focus, Qt.Key.Key_Tab)
        raise AssertionError(f"{words!r} is not reached with Tab: {seen}")

    @property
    def names(self) -> tuple[str, ...]:
        focused = self.focus
        text = focused.text() if isinstance(focused, QAbstractButton) else ""
        return (focused.accessibleName(), text)

    def button(self, words: str) -> None:
        self.to(words)
        self.press(Qt.Key.Key_Space)


@pytest.fixture
def keys(opened: Opened) -> Keyboard:
    return Keyboard(opened)


def sign_in(opened: Opened, keys: Keyboard, user: str = "") -> Workspace:
    """From the field that has the focus."""
    opened.practice.clock.move(30)
    if user:
        keys.write(user)
        keys.press(Qt.Key.Key_Tab)
    keys.write(PASSWORD)
    keys.press(Qt.Key.Key_Return)
    if opened.window.locked:
        keys.write(opened.practice.code())
        keys.press(Qt.Key.Key_Return)
    shown = opened.window.centralWidget()
    assert isinstance(shown, Workspace)
    return shown


def line_of(opened: Opened, shown: Workspace, name: str) -> UserLine:
    return next(one for one in opened.office.list_users(shown.session).users if one.name == name)


def later(opened: Opened, shown: Workspace) -> None:
    """More than five minutes after the last proof, and not idle."""
    for _ in range(2):
        opened.practice.clock.move(LIMITS.step_up / 2 + 1)
        opened.office.touch(shown.session)


def to_users(opened: Opened, keys: Keyboard) -> None:
    """Ctrl and the number of the page; in the list of sections the arrows move."""
    say = opened.screen.words
    keys.press(Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
    keys.to(say("ui.settings.relay"))
    sections = (
        "mailbox",
        "sending",
        "times",
        "after-hours",
        "practice",
        "fields",
        "blocks",
        "storage",
        "health",
    )
    for section in (*sections, "posture", "keys", "backups", "computer", "updates", "users"):
        keys.press(Qt.Key.Key_Down)
        assert keys.names == ("", say(f"ui.settings.{section}"))
    keys.press(Qt.Key.Key_Space)


def test_sign_in_lock_unlock_and_change_of_person(opened: Opened, keys: Keyboard) -> None:
    shown = sign_in(opened, keys, USER)
    assert list(shown.pages) == ["today"]
    keys.press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert opened.window.locked
    shown = sign_in(opened, keys)
    assert shown.session.user_name == USER
    keys.press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert opened.window.locked
    assert sign_in(opened, keys, USER).session.user_name == USER


def test_invitation_with_step_up(opened: Opened, keys: Keyboard) -> None:
    say = opened.screen.words
    shown = sign_in(opened, keys, USER)
    later(opened, shown)
    to_users(opened, keys)
    keys.button(say("ui.users.invite"))
    keys.write("chris")
    keys.button(say("ui.invite.go"))
    keys.to(say("ui.signin.password"))
    keys.write(PASSWORD)
    keys.press(Qt.Key.Key_Return)
    modal = QApplication.activeModalWidget()
    assert modal is not None
    codes = [one.text() for one in modal.findChildren(QLabel) if one.objectName() == "mono"]
    assert len(codes) == 1
    assert line_of(opened, shown, "chris").state is UserState.INVITED
    keys.press(Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None
    assert codes[0] not in " ".join(texts_of(opened.window))


def test_somebody_leaves_the_practice(opened: Opened, keys: Keyboard) -> None:
    say = opened.screen.words
    shown = sign_in(opened, keys, USER)
    add_ben(opened.office, shown.session, opened.practice.clock)
    later(opened, shown)
    to_users(opened, keys)
    keys.to(say("ui.users.list"))
    keys.press(Qt.Key.Key_Down)
    keys.button(say("ui.users.leaves"))
    assert isinstance(QApplication.activeModalWidget(), OffboardDialog)
    keys.button(say("ui.next"))
    assert isinstance(keys.focus, QComboBox)
    keys.button(say("ui.offboard.go"))
    keys.to(say("ui.signin.password"))
    keys.write(PASSWORD)
    keys.press(Qt.Key.Key_Return)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, OffboardDialog)
    assert dialog.report is not None
    assert dialog.report.name == BEN
    keys.button(say("ui.close"))
    assert QApplication.activeModalWidget() is None
    kept = opened.office.list_users(shown.session).users
    assert all(one.name != BEN or one.state is UserState.LEFT for one in kept)

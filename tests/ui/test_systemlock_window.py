"""G9: the system's signal locks the real window before the next event, and no name stays visible."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from ctypes import wintypes

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication, QWidget

from desktop.ui.people.page import PeoplePage
from desktop.ui.systemlock_linux import LinuxLock
from desktop.ui.systemlock_macos import MacLock
from desktop.ui.systemlock_windows import WindowsLock
from desktop.ui.window import MainWindow
from tests.made_practice import PEOPLE, Practice
from tests.support.pages import texts_of
from tests.ui.conftest import Opened, Screen


def linux(window: MainWindow) -> None:
    LinuxLock(window, window.lock).began(True)


def windows(window: MainWindow) -> None:
    told = wintypes.MSG(message=0x02B1, wParam=0x7)
    listener = WindowsLock(window, window.lock)
    listener.nativeEventFilter(QByteArray(b"windows_generic_MSG"), ctypes.addressof(told))
    listener.stop()


def macos(window: MainWindow) -> None:
    locked: Mapping[str, bool] = {"CGSSessionScreenIsLocked": True}
    listener = MacLock(window, window.lock, lambda: locked)
    listener.look()
    listener.stop()


def visible_texts() -> str:
    shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
    inner = [child for one in shown for child in one.findChildren(QWidget) if child.isVisible()]
    return " ".join(text for one in (*shown, *inner) for text in texts_of(one))


@pytest.mark.parametrize("signal", [linux, windows, macos])
def test_g9_the_systems_signal_locks_before_the_next_event(
    signal: Callable[[MainWindow], None], practice: Practice, make_screen: Callable[..., Screen]
) -> None:
    assert b"Canaryfield" in PEOPLE
    opened = Opened(practice, make_screen)
    shown = opened.sign_in()
    shown.open("people")
    opened.screen.settle()
    assert isinstance(shown.pages["people"], PeoplePage)
    assert "Canaryfield" in visible_texts()
    before = opened.window.locked
    signal(opened.window)
    assert (before, opened.window.locked) == (False, True)
    central = opened.window.centralWidget()
    assert central is not None
    assert "Canaryfield" not in " ".join(texts_of(central))
    assert not shown.isVisible()
    opened.screen.settle()
    assert "Canaryfield" not in visible_texts()

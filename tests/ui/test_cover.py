"""Secrets that are shown once are covered when nobody is there, and come back for whoever is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.config import LIMITS
from desktop.ui.base import plain_label
from desktop.ui.codes import CodesView
from desktop.ui.cover import Cover
from desktop.ui.gate.recovery import RecoveryPage
from tests.made_practice import Practice
from tests.ui.conftest import Screen

KEY = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789"


@pytest.fixture
def screen(practice: Practice, make_screen: Callable[..., Screen]) -> Screen:
    return make_screen(practice.office(), practice.clock)


def test_the_recovery_key_is_covered_after_ten_idle_minutes_and_shown_again_on_request(
    screen: Screen,
) -> None:
    page = screen.show(RecoveryPage(screen.ui, KEY, lambda: None))
    assert page.shown.isVisible()
    screen.clock.move(LIMITS.idle_lock)
    page.cover.watch.check()
    assert page.cover.covered
    assert not page.shown.isVisible()
    assert page.cover.again.isVisible()
    page.cover.again.click()
    assert page.shown.isVisible()
    screen.clock.move(LIMITS.idle_lock)
    page.cover.watch.check()
    assert page.cover.covered, "it is covered a second time too"


def test_whoever_moves_keeps_it_and_is_heard(screen: Screen) -> None:
    lives: list[bool] = []
    cover = Cover(screen.ui, plain_label("secret"), lambda: lives.append(True))
    screen.show(cover)
    for _ in range(3):
        screen.clock.move(LIMITS.idle_lock - 30)
        QTest.keyClick(cover, Qt.Key.Key_Shift)
        cover.watch.check()
    assert not cover.covered
    assert len(lives) == 3


def test_saved_codes_are_gone_from_the_page_once_they_are_kept(screen: Screen) -> None:
    view = CodesView(screen.ui, "ben", ("AAAA-1111", "BBBB-2222"))
    screen.show(view)
    view.forget()
    assert view.codes == ()
    assert not view.isVisible()

"""The window and screenshots."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.access.computer import system_probe
from desktop.ui.capture import block_capture, exclude


@pytest.mark.parametrize(
    ("grants", "asked", "blocked"),
    [({0x11, 0x1}, [0x11], True), ({0x1}, [0x11, 0x1], True), (set[int](), [0x11, 0x1], False)],
    ids=["left out", "an older Windows blackens it", "refused"],
)
def test_windows_is_asked_for_the_best_first(grants: set[int], asked: list[int], blocked: bool) -> None:
    seen: list[int] = []

    def set_affinity(affinity: int) -> bool:
        seen.append(affinity)
        return affinity in grants

    assert exclude(set_affinity) is blocked
    assert seen == asked


def test_what_the_doctor_says_about_screenshots_is_what_the_window_does(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    blocked = block_capture(window)
    if sys.platform == "linux":
        assert blocked is system_probe().hides_window() is False

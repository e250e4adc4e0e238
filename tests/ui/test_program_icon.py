"""The program's mark in the window's title and the bar of open programs."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from desktop.ui.icons import program_icon


def test_the_mark_is_there_in_the_sizes_that_windows_ask_for(qapp: QApplication) -> None:
    mark = program_icon()
    assert {size.width() for size in mark.availableSizes()} == {16, 32, 48, 64}
    picture = mark.pixmap(QSize(64, 64)).toImage()
    assert picture.pixelColor(32, 8).name() == "#0b6e75"
    assert picture.pixelColor(0, 0).alpha() == 0

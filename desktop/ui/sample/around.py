"""Puts the look around into the window: first its making, then the banner over every page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from desktop.office.values_entry import SignedIn
from desktop.office.values_sample import Guide
from desktop.ui.files import mark_files
from desktop.ui.sample.banner import SampleBanner
from desktop.ui.sample.making import MakingPage
from desktop.ui.window import MainWindow

MARK = "SAMPLE"
"""In no language: whoever finds a file or a window later knows it by this."""


def look_around(window: MainWindow, guide: Callable[[], Guide]) -> MakingPage:
    """`guide` waits until the practice can be made; only called off the window's thread."""
    window.setWindowTitle(f"{window.windowTitle()} {MARK}")
    mark_files(MARK)
    page = MakingPage(window.ui, guide)

    def made(answer: SignedIn) -> None:
        window.setMenuWidget(
            SampleBanner(window.ui, guide(), window.lock, window.arrive, window.show_error, window.close)
        )
        window.arrive(answer)

    page.made.connect(made)
    page.left.connect(QApplication.quit)
    window.begin_with(page)
    return page

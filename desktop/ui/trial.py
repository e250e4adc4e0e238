"""The window's part of the self-test, in a process of its own: where Qt cannot start, it ends the process.

The first page is built as at every start and drawn; letters are drawn with the program's own fonts.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCollator, QLocale, QSize
from PySide6.QtGui import QColor, QFont, QFontInfo, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from desktop.clock import SystemClock
from desktop.config import LIMITS
from desktop.texts import LANGUAGES, Texts
from desktop.ui.base import Ui
from desktop.ui.bridge import Bridge
from desktop.ui.gate.gate import LatePages
from desktop.ui.gate.signin import SignInPage
from desktop.ui.theme import Theme
from desktop.ui.window import SIZE, MainWindow

if TYPE_CHECKING:
    from desktop.office.api import Office

FAMILY = "Inter"
_LETTERS = "AÁñß"
_SAMPLE = QSize(64, 64)
_COLOURS = 8
"""A page that was drawn has more of them: letters have soft edges."""


def work(pipe: Connection[Any, Any]) -> None:
    """The process: what it drew, as one document, or nothing where it could not."""
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"} & set(os.environ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # nobody sits here: drawn in memory
    application = QApplication(["sealwell"])
    theme = Theme(application)
    drawn = {
        "fonts": fonts_drawn(),
        "sorting": spanish_sorted(),
        "window": all(page_drawn(theme, each) for each in LANGUAGES),
    }
    pipe.send_bytes(json.dumps({**drawn, "screen": application.platformName()}).encode("ascii"))


def fonts_drawn() -> bool:
    """Whether each letter comes out of our own font, and looks like no other."""
    font = QFont(FAMILY)
    font.setPixelSize(40)
    pictures = [_letter(font, letter) for letter in _LETTERS]
    return QFontInfo(font).family() == FAMILY and all(
        one != other for at, one in enumerate(pictures) for other in pictures[:at]
    )


def spanish_sorted() -> bool:
    """Whether Qt has the data of the language: its ñ stands between n and o, and nowhere else does it."""
    spanish = QCollator(QLocale("es"))
    return spanish.compare("nz", "ñandú") < 0 and spanish.compare("ñandú", "oca") < 0


def page_drawn(theme: Theme, language: str) -> bool:
    """Whether the page on which people sign in can be built and drawn in this language."""
    office: Future[Office] = Future()
    bridge = Bridge(lambda _: None)
    application = QApplication.instance()
    if application is None:
        raise TypeError("a page needs a QApplication")
    ui = Ui(office.result, bridge, Texts(language), theme, SystemClock())
    window = MainWindow(ui, application, LIMITS, _no_pages(), practice_exists=True)
    try:
        window.resize(*SIZE)
        picture = window.grab().toImage()
        return window.findChild(SignInPage) is not None and len(_colours(picture)) > _COLOURS
    finally:
        office.cancel()
        bridge.stop()
        window.close()


def _no_pages() -> LatePages:
    def none(*_: object) -> QWidget:
        raise NotImplementedError

    return LatePages(none, none, none, none, none, none, none, none)


def _letter(font: QFont, letter: str) -> QImage:
    picture = QImage(_SAMPLE, QImage.Format.Format_Grayscale8)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    painter.setFont(font)
    painter.drawText(picture.rect(), letter)
    painter.end()
    return picture


def _colours(picture: QImage) -> set[int]:
    """Of every fifth point: a page is not blank."""
    return {
        picture.pixel(across, down)
        for across in range(0, picture.width(), 5)
        for down in range(0, picture.height(), 5)
    }

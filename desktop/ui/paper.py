"""Papers as PDF, by Qt, with or without a window.

A `QPdfWriter` needs fonts, and fonts need a `QGuiApplication`: where none exists (the
command line), one is made on the `offscreen` platform, which needs no display. Words are
laid out once into lines on sheets, so that the number of pages is known before the first
is painted. The same document gives the same bytes apart from its date.
"""

from __future__ import annotations

import os
import uuid
from functools import lru_cache

from PySide6.QtCore import QBuffer, QIODevice, QLocale, QMarginsF, QUuid
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter

from desktop.models.documents import Document, Progress, Size
from desktop.paths import resource
from desktop.ui.paper_flow import DPI, Flow, Mark, Steps
from desktop.ui.theme import FONTS

_SHEETS = {Size.A4: QPageSize.PageSizeId.A4, Size.LETTER: QPageSize.PageSizeId.Letter}
_LETTER = frozenset(
    {
        *(QLocale.Country.Belize, QLocale.Country.Canada, QLocale.Country.Chile, QLocale.Country.Colombia),
        *(QLocale.Country.CostaRica, QLocale.Country.ElSalvador, QLocale.Country.Guatemala),
        *(QLocale.Country.Mexico, QLocale.Country.Nicaragua, QLocale.Country.Panama),
        *(QLocale.Country.Philippines, QLocale.Country.PuertoRico, QLocale.Country.UnitedStates),
        QLocale.Country.Venezuela,
    }
)
"""Where Letter is usual (CLDR, `paperSize` "US-Letter"); everywhere else it is A4."""


class OffscreenPrinter:
    """The `Printer` of the program; `locale` says which sheet is usual."""

    def __init__(self, locale: QLocale | None = None) -> None:
        self._locale = locale

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        _ensure_application()
        _load_fonts()
        steps = Steps(document, progress)
        size = document.size or usual_size(self._locale or QLocale.system())
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(DPI)
        writer.setTitle(document.title)
        writer.setCreator("Sealwell")
        writer.setDocumentId(QUuid(str(uuid.uuid5(uuid.NAMESPACE_OID, repr(document)))))
        writer.setPageLayout(
            QPageLayout(QPageSize(_SHEETS[size]), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
        )
        pages = Flow(writer, steps).lay(document)
        _paint(writer, pages, steps)
        return bytes(buffer.data().data())


def usual_size(locale: QLocale) -> Size:
    return Size.LETTER if locale.territory() in _LETTER else Size.A4


def _ensure_application() -> None:
    """Set the platform only where nobody has made an application yet."""
    if QGuiApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        _own_application()


@lru_cache(maxsize=1)
def _own_application() -> QGuiApplication:
    """Kept for the life of the process: Qt allows one."""
    return QGuiApplication(["sealwell"])


@lru_cache(maxsize=1)
def _load_fonts() -> None:
    for name in FONTS:
        QFontDatabase.addApplicationFont(str(resource(f"fonts/{name}")))


def _paint(writer: QPdfWriter, pages: list[list[Mark]], steps: Steps) -> None:
    painter = QPainter(writer)
    try:
        for number, marks in enumerate(pages, 1):
            if number > 1:
                writer.newPage()
            for mark in marks:
                mark.paint(painter)
            steps.painted(number, len(pages))
    finally:
        painter.end()

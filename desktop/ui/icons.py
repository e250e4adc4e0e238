"""Icons drawn from vendored outlines (Lucide, ISC licence) in the colour that the place needs."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop.paths import resource

_SCALE = 3
"""Drawn at three times the size, so that it stays sharp on dense screens."""


def pixmap(name: str, colour: str, size: int = 22) -> QPixmap:
    """The outline `resources/icons/<name>.svg` in one colour; `size` in logical pixels.

    Drawn once: Qt keeps it, and lets it go with the application.
    """
    key, kept = f"icon:{name}:{colour}:{size}", QPixmap()
    if QPixmapCache.find(key, kept):
        return kept
    drawing = resource(f"icons/{name}.svg").read_bytes().replace(b"currentColor", colour.encode("ascii"))
    made = QPixmap(size * _SCALE, size * _SCALE)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(drawing)).render(painter)
    painter.end()
    made.setDevicePixelRatio(_SCALE)
    QPixmapCache.insert(key, made)
    return made


def icon(name: str, colour: str, size: int = 22) -> QIcon:
    return QIcon(pixmap(name, colour, size))


def program_icon() -> QIcon:
    """The program's own mark, for the window's title and the bar of open programs.

    macOS takes it from the application, with the room round it that is usual there.
    """
    made = QIcon()
    for name, size in (("sealwell-small", 16), ("sealwell-small", 32), ("sealwell", 48), ("sealwell", 64)):
        drawn = QPixmap(size, size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        QSvgRenderer(QByteArray(resource(f"icons/{name}.svg").read_bytes())).render(painter)
        painter.end()
        made.addPixmap(drawn)
    return made

"""Icons drawn from vendored outlines (Lucide, ISC licence) in the colour that the place needs."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.paths import resource

_SCALE = 3
"""Drawn at three times the size, so that it stays sharp on dense screens."""


def pixmap(name: str, colour: str, size: int = 22) -> QPixmap:
    """The outline `resources/icons/<name>.svg` in one colour; `size` in logical pixels."""
    drawing = resource(f"icons/{name}.svg").read_bytes().replace(b"currentColor", colour.encode("ascii"))
    made = QPixmap(size * _SCALE, size * _SCALE)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(drawing)).render(painter)
    painter.end()
    made.setDevicePixelRatio(_SCALE)
    return made


def icon(name: str, colour: str, size: int = 22) -> QIcon:
    return QIcon(pixmap(name, colour, size))

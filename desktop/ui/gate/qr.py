"""A QR code as a picture; dark on light in both themes, because scanners need it so."""

from __future__ import annotations

import io

import segno
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel

_SCALE = 4


def qr_label(content: str, description: str) -> QLabel:
    """`description` is what a screen reader says."""
    drawn = io.BytesIO()
    segno.make(content, error="m").save(
        drawn, kind="png", scale=_SCALE, border=3, dark="#000000", light="#ffffff"
    )
    picture = QPixmap()
    picture.loadFromData(drawn.getvalue())
    label = QLabel()
    label.setPixmap(picture)
    label.setAccessibleName(description)
    return label

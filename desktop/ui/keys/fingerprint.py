"""A fingerprint as people compare it: big groups of four, and a QR code for a phone's camera."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_protection import QrShown
from desktop.ui.base import Ui, emptied, plain_label
from desktop.ui.dialog import FormDialog

_SIDE = 148
_SCALE = 2
_LONG = 10
"""More groups than these stand four to a row, fewer five."""


class FingerprintView(QWidget):
    """Asks the office for both forms; selectable by screen readers as one line."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        holder = QWidget()
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        row.addWidget(holder, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        side = QVBoxLayout()
        side.setSpacing(4)
        self.picture = QLabel()
        self.picture.setFixedSize(_SIDE, _SIDE)
        self.picture.setAccessibleName(ui.say("ui.key.qr"))
        side.addWidget(self.picture)
        note = plain_label(ui.say("ui.key.qr-note"), "muted", wrap=True)
        note.setFixedWidth(_SIDE)
        note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        side.addWidget(note)
        row.addLayout(side)
        self.words = ""

    def show_fingerprint(self, fingerprint: str) -> None:
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.show_fingerprint(self._session, fingerprint),
            self._show,
            lambda _: None,
        )

    def _show(self, shown: QrShown) -> None:
        self.words = shown.words
        self.setAccessibleName(shown.words)
        emptied(self._grid)
        groups = shown.words.split()
        columns = 4 if len(groups) > _LONG else 5
        for at, group in enumerate(groups):
            label = plain_label(group, "fingerprint")
            self._grid.addWidget(label, at // columns, at % columns)
        self.picture.setPixmap(_drawn(shown.svg))


class FingerprintDialog(FormDialog):
    """The practice's own fingerprint, for whoever wants to compare it."""

    def __init__(self, ui: Ui, session: Session, fingerprint: str, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.keys.fingerprint-title"), parent)
        self.setMinimumWidth(560)
        self.content.addWidget(plain_label(ui.say("ui.keys.fingerprint-lead"), "muted", wrap=True))
        self.view = FingerprintView(ui, session)
        self.content.addWidget(self.view)
        self.cancel.setText(ui.say("ui.keys.close"))
        self.view.show_fingerprint(fingerprint)


def _drawn(svg: str) -> QPixmap:
    """Dark on light in both themes, because scanners need it so."""
    made = QPixmap(_SIDE * _SCALE, _SIDE * _SCALE)
    made.fill(Qt.GlobalColor.white)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(svg.encode("utf-8"))).render(painter)
    painter.end()
    made.setDevicePixelRatio(_SCALE)
    return made

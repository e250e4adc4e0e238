"""What kind of place: three that everybody knows first, storage at a provider below them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.models.safekeeping import TargetKind
from desktop.ui.backups.words import PICTURES
from desktop.ui.base import Ui, plain_label
from desktop.ui.icons import pixmap
from desktop.ui.rowbutton import RowButton

NEAR = (TargetKind.USB, TargetKind.FOLDER, TargetKind.SHARE)
FAR = (TargetKind.SFTP, TargetKind.WEBDAV, TargetKind.S3)


class KindRow(RowButton):
    """A picture, a name, and what it is good for."""

    def __init__(self, ui: Ui, kind: TargetKind, on_press: Callable[[TargetKind], None]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(14)
        picture = QLabel()
        picture.setPixmap(pixmap(PICTURES[kind], ui.theme.tokens.accent, 24))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        name, about = ui.say(f"ui.target.kind-{kind.value}"), ui.say(f"ui.target.about-{kind.value}")
        words.addWidget(plain_label(name, "label"))
        words.addWidget(plain_label(about, "muted", wrap=True))
        row.addLayout(words, 1)
        more = QLabel()
        more.setPixmap(pixmap("chevron-right", ui.theme.tokens.muted, 16))
        row.addWidget(more)
        self.press_through()
        self.setAccessibleName(f"{name}. {about}")
        self.clicked.connect(lambda: on_press(kind))


class KindList(QWidget):
    def __init__(self, ui: Ui, on_press: Callable[[TargetKind], None]) -> None:
        super().__init__()
        self.rows: dict[TargetKind, KindRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(plain_label(ui.say("ui.target.lead"), "muted", wrap=True))
        column.addSpacing(8)
        for kind in NEAR:
            column.addWidget(self._row(ui, kind, on_press))
        column.addSpacing(10)
        column.addWidget(plain_label(ui.say("ui.target.at-provider"), "label"))
        for kind in FAR:
            column.addWidget(self._row(ui, kind, on_press))

    def _row(self, ui: Ui, kind: TargetKind, on_press: Callable[[TargetKind], None]) -> KindRow:
        self.rows[kind] = KindRow(ui, kind, on_press)
        return self.rows[kind]

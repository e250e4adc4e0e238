"""Which place, as a box to choose from; '' where it does not matter."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from desktop.models.safekeeping import TargetId
from desktop.office.values_backups import BackupsShown, TargetLine
from desktop.ui.backups.words import live, name_of
from desktop.ui.base import Ui

FILE = "file"


def place_box(
    ui: Ui,
    shown: BackupsShown,
    name: str,
    first: str,
    chosen: TargetLine | None = None,
    *,
    files: bool = False,
) -> QComboBox:
    """`first` says what is meant where no place is chosen; `files` adds one file of this computer."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.addItem(first, "")
    for line in live(shown):
        box.addItem(name_of(line), str(line.target.id))
    if files:
        box.addItem(ui.say("ui.backups.a-file"), FILE)
    if chosen is not None:
        box.setCurrentIndex(max(0, box.findData(str(chosen.target.id))))
    return box


def target_of(box: QComboBox) -> TargetId | None:
    code = str(box.currentData() or "")
    return TargetId(code) if code not in ("", FILE) else None

"""What was made: the newest few on the page, everything in a list of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.safekeeping import TargetId
from desktop.office.values_backups import BackupLine, BackupsShown
from desktop.ui.backups.words import at_words, name_of, names_of, size_of
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.files import size_words
from desktop.ui.table import Column, Rows, table

_FEW = 5
_HEIGHT = 380


class HistoryCard(QFrame):
    def __init__(self, ui: Ui, on_check: Callable[[], None], on_all: Callable[[], None]) -> None:
        super().__init__()
        self._ui = ui
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(plain_label(ui.say("ui.backups.history"), "heading"))
        head.addStretch()
        self.check_button = button(ui.say("ui.backups.check"), on_check)
        head.addWidget(self.check_button)
        column.addLayout(head)
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(2, 1)
        column.addWidget(self._holder)
        self.here = plain_label("", "muted", wrap=True)
        column.addWidget(self.here)
        self.all_button = button(ui.say("ui.backups.show-all"), on_all, "quiet")
        row = QHBoxLayout()
        row.addWidget(self.all_button)
        row.addStretch()
        column.addLayout(row)

    def show_history(self, shown: BackupsShown) -> None:
        names = _names(shown)
        grid = emptied(self._grid)
        for at, line in enumerate(shown.history[:_FEW]):
            grid.addWidget(plain_label(at_words(self._ui, line.backup.made_at)), at, 0)
            grid.addWidget(plain_label(size_of(self._ui, line.backup), "muted"), at, 1)
            grid.addWidget(plain_label(_where(self._ui, names, line), "muted", wrap=True), at, 2)
        if not shown.history:
            grid.addWidget(
                plain_label(self._ui.say("ui.backups.history-none"), "muted", wrap=True), 0, 0, 1, 3
            )
        self.all_button.setVisible(len(shown.history) > _FEW)
        size = size_words(shown.here_bytes, self._ui.texts.language)
        self.here.setText(self._ui.say("ui.backups.here", size=size))
        self.here.setVisible(shown.here_bytes > 0)


class HistoryDialog(FormDialog):
    def __init__(self, ui: Ui, shown: BackupsShown, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.backups.history"), parent)
        self.setMinimumWidth(760)
        names = _names(shown)
        self.rows = Rows[BackupLine](
            [
                Column(ui.say("ui.backups.made"), lambda one: at_words(ui, one.backup.made_at), width=210),
                Column(ui.say("ui.backups.size"), lambda one: size_of(ui, one.backup), width=100),
                Column(ui.say("ui.backups.what"), lambda one: _what(ui, one), width=130),
                Column(ui.say("ui.backups.where"), lambda one: _where(ui, names, one), stretch=True),
            ]
        )
        self.rows.show(shown.history)
        self.view = table(self.rows, ui.say("ui.backups.history"))
        self.view.setMinimumHeight(min(_HEIGHT, 60 + 44 * max(1, len(shown.history))))
        self.content.addWidget(self.view, 1)
        self.cancel.setText(ui.say("ui.close"))


def _names(shown: BackupsShown) -> dict[TargetId, str]:
    return {line.target.id: name_of(line) for line in shown.targets}


def _where(ui: Ui, names: dict[TargetId, str], line: BackupLine) -> str:
    """Where it lies now; thinned-out copies lie nowhere."""
    there = [names[one.target] for one in line.copies if one.removed_at is None and one.target in names]
    return names_of(ui, there)


def _what(ui: Ui, line: BackupLine) -> str:
    return ui.say("ui.backups.whole" if line.backup.whole else "ui.backups.changes")

"""The outbox as a list of any length: only what is looked at is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt

from desktop.office.values import OutboxLine
from desktop.ui.table import Column, Grid, Index

_NOWHERE = QModelIndex()
_NOT_READ = "…"


class OutboxRows(Grid[OutboxLine]):
    """As many rows as there are; `missing` is told when one is looked at that is not here yet."""

    def __init__(self, columns: Sequence[Column[OutboxLine]], missing: Callable[[], None]) -> None:
        super().__init__(columns)
        self._missing = missing
        self._total = 0
        self._lines: dict[int, OutboxLine] = {}

    @property
    def held(self) -> dict[int, OutboxLine]:
        """What is here, by its row."""
        return dict(sorted(self._lines.items()))

    def line(self, row: int) -> OutboxLine | None:
        return self._lines.get(row)

    def renew(self, total: int, first: int, lines: Sequence[OutboxLine]) -> None:
        """The outbox has changed: this stretch holds, everything else is read when it is looked at."""
        self._resize(total)
        self._lines = dict(enumerate(lines, first))
        if total:
            self.dataChanged.emit(self.index(0, 0), self.index(total - 1, len(self.columns) - 1))

    def fill(self, first: int, lines: Sequence[OutboxLine]) -> None:
        """A further stretch of the same outbox."""
        found = {row: line for row, line in enumerate(lines, first) if row < self._total}
        self._lines |= found
        if found:
            last = self.index(max(found), len(self.columns) - 1)
            self.dataChanged.emit(self.index(min(found), 0), last)

    def _resize(self, total: int) -> None:
        if total > self._total:
            self.beginInsertRows(_NOWHERE, self._total, total - 1)
            self._total = total
            self.endInsertRows()
        elif total < self._total:
            self.beginRemoveRows(_NOWHERE, total, self._total - 1)
            self._total = total
            self._lines = {row: line for row, line in self._lines.items() if row < total}
            self.endRemoveRows()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else self._total

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines.get(index.row())
        if line is not None:
            return self.cell(line, self.columns[index.column()], role)
        self._missing()
        return _NOT_READ if role == Qt.ItemDataRole.DisplayRole and not index.column() else None

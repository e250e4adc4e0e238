"""Lists of any length: only what is looked at is held, and read when it comes into sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.table import Column, Grid, Index, table

T = TypeVar("T")
AHEAD = 60
"""Rows read before and after what is in sight."""
_NOWHERE = QModelIndex()
_NOT_READ = "…"


class LazyRows(Grid[T]):
    """As many rows as there are; `missing` is told when one is looked at that is not here yet."""

    def __init__(self, columns: Sequence[Column[T]], missing: Callable[[], None]) -> None:
        super().__init__(columns)
        self._missing = missing
        self._total = 0
        self._lines: dict[int, T] = {}

    @property
    def held(self) -> dict[int, T]:
        """What is here, by its row."""
        return dict(sorted(self._lines.items()))

    @property
    def rows(self) -> list[T]:
        """What is here, in the order of the rows."""
        return list(self.held.values())

    def line(self, row: int) -> T | None:
        return self._lines.get(row)

    def renew(self, total: int, first: int, lines: Sequence[T]) -> None:
        """Something has changed: this stretch holds, everything else is read when it is looked at."""
        self.resize(total)
        self._lines = dict(enumerate(lines, first))
        if total:
            self.dataChanged.emit(self.index(0, 0), self.index(total - 1, len(self.columns) - 1))

    def fill(self, first: int, lines: Sequence[T]) -> None:
        """A further stretch of the same list."""
        found = {row: line for row, line in enumerate(lines, first) if row < self._total}
        self._lines |= found
        if found:
            last = self.index(max(found), len(self.columns) - 1)
            self.dataChanged.emit(self.index(min(found), 0), last)

    def resize(self, total: int) -> None:
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


class LazyList(QWidget, Generic[T]):
    """A table over `LazyRows`; `wanted` asks for rows that came into sight, by first and number."""

    wanted = Signal(int, int)

    def __init__(self, columns: Sequence[Column[T]], name: str) -> None:
        super().__init__()
        self._asked: set[int] = set()
        self.rows = LazyRows[T](columns, self._look_soon)
        self.view = table(self.rows, name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look_missing)

    def stretch(self) -> tuple[int, int]:
        """The rows in sight and a little around them: the first, and how many."""
        top = max(self.view.rowAt(0), 0)
        height = max(self.view.rowHeight(0), self.view.verticalHeader().defaultSectionSize())
        seen = self.view.viewport().height() // height + 1
        first = max(top - AHEAD, 0)
        return first, top - first + seen + AHEAD

    def renew(self, total: int, first: int, lines: Sequence[T]) -> None:
        self._asked = set()
        self.rows.renew(total, first, lines)

    def _look_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start(0)

    def _look_missing(self) -> None:
        first, number = self.stretch()
        seen = range(first, min(first + number, self.rows.rowCount()))
        missing = [row for row in seen if row not in self._asked and self.rows.line(row) is None]
        if missing:
            self._asked |= set(missing)
            self.wanted.emit(missing[0], missing[-1] - missing[0] + 1)

"""A read-only table over frozen values; sorting and filtering happen in SQL, never here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop.frozen import dataclass

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT = 44
_NOWHERE = QModelIndex()
LOOK = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column: its heading, its text, and its colour where it has one."""

    heading: str
    text: Callable[[T], str]
    colour: Callable[[T], str] | None = None
    stretch: bool = False
    width: int = 140
    look: Callable[[T], object] | None = None
    """What a painter of its own is given (`LOOK`)."""


class Grid(QAbstractTableModel, Generic[T]):
    """Columns over values of one kind; where the values are is the subclass's business."""

    def __init__(self, columns: Sequence[Column[T]]) -> None:
        super().__init__()
        self.columns = tuple(columns)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.columns)

    def cell(self, row: T, column: Column[T], role: int) -> Any:
        """What Qt asks of one cell."""
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return column.text(row)
        if role == Qt.ItemDataRole.ForegroundRole and column.colour is not None:
            colour = column.colour(row)
            return QBrush(QColor(colour)) if colour else None
        if role == LOOK and column.look is not None:
            return column.look(row)
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].heading
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


class Rows(Grid[T]):
    """`more` is asked when the view nears the end; it answers through `append`."""

    def __init__(self, columns: Sequence[Column[T]], more: Callable[[], None] | None = None) -> None:
        super().__init__(columns)
        self.rows: list[T] = []
        self._more = more
        self._total = 0

    def show(self, rows: Sequence[T], total: int | None = None) -> None:
        """Replace everything."""
        self.beginResetModel()
        self.rows = list(rows)
        self._total = len(self.rows) if total is None else total
        self.endResetModel()

    def append(self, rows: Sequence[T]) -> None:
        """The next stretch that `more` asked for."""
        if not rows:
            self._total = len(self.rows)
            return
        first = len(self.rows)
        self.beginInsertRows(_NOWHERE, first, first + len(rows) - 1)
        self.rows.extend(rows)
        self.endInsertRows()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.rows)

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802 - Qt's name
        return self._more is not None and not parent.isValid() and len(self.rows) < self._total

    def fetchMore(self, parent: Index) -> None:  # noqa: N802 - Qt's name
        if self._more is not None:
            self._more()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self.cell(self.rows[index.row()], self.columns[index.column()], role)


def table(rows: Grid[T], name: str) -> QTableView:
    """A calm table: whole rows, no grid, rows tall enough to hit; Tab leaves it."""
    view = QTableView()
    view.setAccessibleName(name)
    view.setModel(rows)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setShowGrid(False)
    view.setTabKeyNavigation(False)
    view.setWordWrap(False)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().setVisible(False)
    view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    for position, column in enumerate(rows.columns):
        if column.stretch:
            header.setSectionResizeMode(position, QHeaderView.ResizeMode.Stretch)
        else:
            header.resizeSection(position, column.width)
    return view

"""A row of three short lines: who and when, what it is about, and how it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desktop.frozen import dataclass
from desktop.ui.table import LOOK, Column, Grid, Index, table
from desktop.ui.theme import Theme

T = TypeVar("T")
HEIGHT = 76
_LEFT, _RIGHT, _TOP, _GAP = 22, 12, 11, 2
_SMALL = 9.0
"""Points, of the last line and the time."""
_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_REST_MS = 200
"""The arrows pass over rows; the one on which they rest is opened."""


@dataclass(frozen=True)
class RowLook:
    """What is painted, and `said`, the whole of it for screen readers and as a tool tip."""

    name: str
    when: str
    line: str
    foot: str = ""
    mark: str = ""
    """Before `line`, in words: that it must not wait."""
    note: str = ""
    """Before `foot`: whose it is, or who is answering."""
    strong: bool = False
    """Not seen by anybody yet."""
    muted: bool = False
    said: str = ""


def row_column(heading: str, look: Callable[[T], RowLook]) -> Column[T]:
    """The one column of such a list."""
    return Column(heading, lambda one: look(one).said, stretch=True, look=look)


class RowPainter(QStyledItemDelegate):
    """Paints a `RowLook`; fonts and colours come from the view and the theme."""

    def __init__(self, theme: Theme, view: QTableView) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        return QSize(option.rect.width(), HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = index.data(LOOK)
        if not isinstance(look, RowLook):
            look = RowLook(str(index.data() or ""), "", "", muted=True)
        tokens = self._theme.tokens
        rect = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(rect.adjusted(4, 3, -4, -3), 8, 8)
        else:
            painter.setPen(QColor(tokens.line))
            painter.drawLine(
                QPointF(rect.left() + _LEFT, rect.bottom()), QPointF(rect.right() - _RIGHT, rect.bottom())
            )
        if look.strong:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(QPointF(rect.left() + 12, rect.top() + _TOP + 9), 4, 4)
        self._write(painter, rect.adjusted(_LEFT, _TOP, -_RIGHT, -6), look)
        painter.restore()

    def _write(self, painter: QPainter, rect: QRectF, look: RowLook) -> None:
        tokens = self._theme.tokens
        base = QFont(painter.font())
        strong, small, small_strong = QFont(base), QFont(base), QFont(base)
        strong.setWeight(QFont.Weight.DemiBold)
        for one in (small, small_strong):
            one.setPointSizeF(_SMALL)
        small_strong.setWeight(QFont.Weight.DemiBold)
        text = tokens.muted if look.muted else tokens.text
        first = strong if look.strong else base
        y = rect.top()
        when = QFontMetricsF(small).horizontalAdvance(look.when)
        narrowed = rect.adjusted(0, 0, -(when + 10) if look.when else 0, 0)
        if look.when:
            ascent = QFontMetricsF(first).ascent()
            painter.setFont(small)
            painter.setPen(QColor(tokens.muted))
            painter.drawText(QPointF(rect.right() - when, y + ascent), look.when)
        y = _line(painter, narrowed, y, [(look.name, first, text)])
        y = _line(painter, rect, y, [(look.mark, strong, tokens.error), (look.line, first, text)])
        _line(painter, rect, y, [(look.note, small_strong, tokens.accent), (look.foot, small, tokens.muted)])


def _line(painter: QPainter, rect: QRectF, y: float, parts: Sequence[tuple[str, QFont, str]]) -> float:
    """Parts one after another, the last one cut where there is no room; where the next line begins."""
    x, height = rect.left(), 0.0
    for words, font, colour in parts:
        metrics = QFontMetricsF(font)
        height = max(height, metrics.height())
        room = rect.right() - x
        if not words or room <= 0:
            continue
        kept = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(QPointF(x, y + metrics.ascent()), kept)
        x += metrics.horizontalAdvance(kept) + 8
    return y + height + _GAP


def dress(view: QTableView, theme: Theme) -> QTableView:
    """One column of such rows: no heading, no lines of its own."""
    view.setObjectName("looks")
    view.setItemDelegate(RowPainter(theme, view))
    view.horizontalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(HEIGHT)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setFrameShape(QFrame.Shape.NoFrame)
    return view


def row_list(rows: Grid[T], name: str, theme: Theme) -> QTableView:
    return dress(table(rows, name), theme)


class Opener(QObject):
    """How a row is opened: by a click, by resting on it, or by Enter, which also goes on into it.

    `passed` when the current row changed, `opened` and `entered` with the row.
    """

    passed = Signal(int)
    opened = Signal(int)
    entered = Signal(int)

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self.keeping = False
        """Set while rows are renewed: then nobody has moved."""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(lambda: self._open(self._view.currentIndex().row()))
        view.selectionModel().selectionChanged.connect(lambda *_: self._moved())
        view.installEventFilter(self)
        view.clicked.connect(lambda index: self._open(index.row()))
        for key in ("Return", "Enter"):
            made = QShortcut(QKeySequence(key), view)
            made.setContext(Qt.ShortcutContext.WidgetShortcut)
            made.activated.connect(self._enter)

    def stop(self) -> None:
        self._rest.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Tab alone opens nothing; the first arrow takes the row where the list stands, not the next."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ARROWS:
            model, current = self._view.selectionModel(), self._view.currentIndex()
            if current.isValid() and not model.hasSelection():
                self._view.selectRow(current.row())
                return True
        return super().eventFilter(watched, event)

    def _moved(self) -> None:
        rows = self._view.selectionModel().selectedRows()
        if rows and not self.keeping:
            self.passed.emit(rows[0].row())
            self._rest.start()

    def _open(self, row: int) -> None:
        self._rest.stop()
        if row >= 0:
            self.opened.emit(row)

    def _enter(self) -> None:
        row = self._view.currentIndex().row()
        self._open(row)
        if row >= 0:
            self.entered.emit(row)

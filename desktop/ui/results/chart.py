"""A painted chart of one count: bars, or a line over time, each value in words beside its mark.

A value that is not shown is a hatched stub with its words, never a gap that looks like nothing. Nothing
is said by colour alone. With the focus, arrow keys go from value to value, and screen readers hear each.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QBrush,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.frozen import dataclass
from desktop.ui.base import Ui

_ROW, _GAP, _PAD = 26, 12, 14
_STUB = 28
_LINE_HEIGHT = 260
_DOT = 4.0
_BACK = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Up})
_ON = frozenset({Qt.Key.Key_Right, Qt.Key.Key_Down})


@dataclass(frozen=True)
class Mark:
    """One value: None where it is not shown; `words` stand beside it."""

    name: str
    value: int | None
    words: str


class Chart(QWidget):
    """`show_marks` replaces everything."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self.marks: tuple[Mark, ...] = ()
        self._line = False
        self.at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_marks(self, what: str, marks: Sequence[Mark], *, line: bool) -> None:
        self.marks, self._line, self.at = tuple(marks), line, 0
        self.setAccessibleName(self._ui.say("ui.results.chart", what=what))
        self.setToolTip(self._ui.say("ui.results.chart-hint"))
        self._tell()
        self.setFixedHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        high = _LINE_HEIGHT if self._line else len(self.marks) * (_ROW + _GAP) + 2 * _PAD
        return QSize(360, high)

    # --- by keyboard and mouse ------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        last = len(self.marks) - 1
        steps = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        if event.key() in _BACK | _ON:
            self.choose(min(max(0, self.at + (1 if event.key() in _ON else -1)), last))
        elif event.key() in steps:
            self.choose(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def choose(self, at: int) -> None:
        """The value that is read out."""
        if 0 <= at < len(self.marks):
            self.at = at
            self._tell()
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        for at in range(len(self.marks)):
            if self._place(at).contains(event.position()):
                self.choose(at)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        self._tell()
        super().focusInEvent(event)

    def _tell(self) -> None:
        one = self.marks[self.at] if self.marks else None
        words = self._ui.say("ui.results.bar", name=one.name, value=one.words) if one else ""
        self.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        if self._line:
            self._paint_line(painter)
        else:
            self._paint_bars(painter)
        if self.hasFocus() and self.marks:
            painter.setPen(QPen(self._colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._place(self.at).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _colour(self, name: str) -> QColor:
        return QColor(getattr(self._ui.theme.tokens, name))

    def _most(self) -> int:
        return max((one.value or 0 for one in self.marks), default=0) or 1

    def _names(self) -> float:
        """How wide the names of bars are."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(one.name) for one in self.marks), default=0)
        return min(widest + 2.0 * _PAD, 0.4 * self.width())

    def _values(self) -> float:
        metrics = self.fontMetrics()
        return max((metrics.horizontalAdvance(one.words) for one in self.marks), default=0) + 2.0 * _PAD

    def _place(self, at: int) -> QRectF:
        """What belongs to one value."""
        if not self._line:
            return QRectF(0, _PAD + at * (_ROW + _GAP) - _GAP / 2, self.width(), _ROW + _GAP)
        wide = (self.width() - 2 * _PAD) / max(1, len(self.marks))
        return QRectF(_PAD + at * wide, 0, wide, self.height())

    def _paint_bars(self, painter: QPainter) -> None:
        names, metrics = self._names(), self.fontMetrics()
        room = max(40.0, self.width() - names - self._values())
        middle = Qt.AlignmentFlag.AlignVCenter
        for at, one in enumerate(self.marks):
            top = self._place(at).top() + _GAP / 2
            name = metrics.elidedText(one.name, Qt.TextElideMode.ElideRight, int(names - _PAD))
            painter.setPen(self._colour("text"))
            painter.drawText(QRectF(_PAD / 2, top, names, _ROW), middle, name)
            hidden = one.value is None
            wide = min(_STUB, room) if hidden else room * (one.value or 0) / self._most()
            bar = QRectF(names, top + 3, max(2.0, wide), _ROW - 6)
            self._fill(painter, bar, hidden=hidden)
            painter.setPen(self._colour("muted" if hidden else "text"))
            painter.drawText(QRectF(bar.right() + 8, top, self._values(), _ROW), middle, one.words)

    def _fill(self, painter: QPainter, bar: QRectF, *, hidden: bool) -> None:
        if hidden:
            painter.setPen(QPen(self._colour("border"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(QBrush(self._colour("border"), Qt.BrushStyle.BDiagPattern))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour("accent"))
        painter.drawRoundedRect(bar, 3, 3)

    def _paint_line(self, painter: QPainter) -> None:
        metrics = self.fontMetrics()
        foot = self.height() - _PAD - metrics.height() - 4.0
        head = float(_PAD + metrics.height() + 6)
        painter.setPen(QPen(self._colour("line"), 1))
        painter.drawLine(QPointF(_PAD, foot), QPointF(self.width() - _PAD, foot))
        points = [self._point(at, head, foot) for at in range(len(self.marks))]
        painter.setPen(QPen(self._colour("accent"), 2))
        for at in range(1, len(points)):
            if self.marks[at - 1].value is not None and self.marks[at].value is not None:
                painter.drawLine(points[at - 1], points[at])
        free = -1.0
        for at, (one, point) in enumerate(zip(self.marks, points, strict=True)):
            if one.value is None:
                self._fill(painter, QRectF(point.x() - 4, foot - 14, 8, 14), hidden=True)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._colour("accent"))
                painter.drawEllipse(point, _DOT, _DOT)
            label = metrics.horizontalAdvance(one.name) + 8
            left = min(max(point.x() - label / 2, 0), self.width() - label)
            if left > free:
                painter.setPen(self._colour("muted"))
                painter.drawText(QPointF(left, foot + metrics.height()), one.name)
                free = left + label
            chosen = at == self.at and self.hasFocus()
            if one.value is not None and (chosen or one.value == self._most()):
                painter.setPen(self._colour("text"))
                half = metrics.horizontalAdvance(one.words) / 2
                painter.drawText(QPointF(point.x() - half, point.y() - 8), one.words)

    def _point(self, at: int, head: float, foot: float) -> QPointF:
        high = (foot - head) * (self.marks[at].value or 0) / self._most()
        return QPointF(self._place(at).center().x(), foot - high)

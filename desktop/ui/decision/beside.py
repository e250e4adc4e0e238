"""A page's main part with the card: side by side where there is room, else the card lies over its edge."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.decision.card import WIDTH, DecisionCard

_GAP = 14
_ROOM = 1000
"""From this width on both stand beside each other; below, what is written keeps its width."""
_LEAST = 240
"""Pixels of the card that lies over: where what is above ends higher, more of it scrolls than is read."""
_MOVED = (QEvent.Type.Resize, QEvent.Type.Move)
_TURNED = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)


class Beside(QWidget):
    """Where it lies over, the card ends with `above`: what stands below stays free, such as Send."""

    def __init__(self, main: QWidget, card: DecisionCard, above: QWidget | None = None) -> None:
        super().__init__()
        self._main = main
        self._card = card
        self._above = above or main
        for one in (main, card):
            one.setParent(self)
        around = self._above.parentWidget()
        for watched in (card, self._above, *((around,) if around is not None else ())):
            watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() in (_TURNED if watched is self._card else _MOVED):
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self._main.minimumSizeHint()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self._main.sizeHint()

    def _place(self) -> None:
        width, height = self.width(), self.height()
        shown = not self._card.isHidden()
        wide = width >= _ROOM
        self._main.setGeometry(0, 0, width - (WIDTH + _GAP if shown and wide else 0), height)
        if wide:
            self._card.setGeometry(width - WIDTH, 0, WIDTH, height)
        else:
            self._card.setGeometry(width - WIDTH - _GAP, _GAP, WIDTH, self._end() - _GAP)
        self._card.raise_()

    def _end(self) -> int:
        if self._above is self._main:
            return self.height() - _GAP
        around = self._above.parentWidget()
        lowest = self.height() if around is None else _bottom(around.parentWidget() or around, self)
        return min(max(_bottom(self._above, self), _LEAST), lowest)


def _bottom(one: QWidget, within: QWidget) -> int:
    return one.mapTo(within, one.rect().bottomLeft()).y()

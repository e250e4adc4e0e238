"""A received page as it was made, without anything that could act: no loads, no links, no scripts.

The office has sanitised it already (`show_formatted`); this is the second lock on that door.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray, Qt, QUrl
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QTextBrowser

from desktop.ui.base import Ui

_TALLEST = 1200
_MARGIN = 24
MOST_CHARS = 200_000
"""Qt lays a page out in one go; a longer one would hold the window up."""


class DeadPage(QTextBrowser):
    """Shows what it is given and asks for nothing: pictures stay empty, links lead nowhere."""

    def __init__(self, ui: Ui, html: str) -> None:
        super().__init__()
        self.asked = 0
        """How many things the page wanted to have loaded, for tests."""
        self.setAccessibleName(ui.say("ui.messages.formatted"))
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        self.setHtml(html)
        self._fit()

    def loadResource(self, type: int, name: QUrl | str) -> Any:  # noqa: A002, N802 - Qt's names
        self.asked += 1
        return QByteArray()

    def setSource(self, *_: Any) -> None:  # noqa: N802 - Qt's name
        """Nothing else is ever opened here."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """A page that stands here whole leaves the wheel to the conversation."""
        if self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def _fit(self) -> None:
        document = self.document()
        document.setTextWidth(max(self.viewport().width(), 320))
        self.setFixedHeight(min(int(document.size().height()) + _MARGIN, _TALLEST))

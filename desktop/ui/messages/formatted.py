"""A received page as it was made, without anything that could act: no loads, no links, no scripts.

The office has sanitised it already (`show_formatted`); this is the second lock on that door.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QTextBrowser

from desktop.ui.base import Ui
from desktop.ui.messages.words import breakable

_TALLEST = 1200
_MARGIN = 24
MOST_CHARS = 60_000
"""Qt lays a page out in one go, on the window's thread: more would hold it up."""
_TABLES = 2
"""Tables within tables that stay tables; Qt measures each level anew for every level around it."""
_CELLS = 300
_SPANNING = 60
"""Cells of a page in which one may span several columns."""
_SPANNED = 500
"""Places that all of them may take together: Qt lays out every one that is spanned, empty or not."""
_SPAN = re.compile(r'(?:colspan|rowspan)="(\d{1,3})"')
_HALF_TAG = re.compile(r"<[^>]*$")
_TABLE_TAG = re.compile(r"<(/?)(table|thead|tbody|tfoot|tr|td|th|caption)\b[^>]*>")


def laid_out_soon(html: str) -> tuple[str, bool]:
    """The page so that Qt lays it out at once, and whether it had to be cut.

    `html` is what `show_formatted` gave: plain tags, all of them closed.
    """
    cut = len(html) > MOST_CHARS
    if cut:
        html = _HALF_TAG.sub("", html[:MOST_CHARS])
    cells = html.count("<td") + html.count("<th")
    most = 0 if cells > _CELLS else _TABLES
    spans = cells <= _SPANNING and _spanned(html) <= _SPANNED
    depth = 0

    def flat(tag: re.Match[str]) -> str:
        nonlocal depth
        closing, name = tag.groups()
        if name == "table" and not closing:
            depth += 1
        plain = f"<{closing}{name}>" if depth <= most else f"<{closing}div>"
        kept = tag.group() if depth <= most and spans else plain
        if name == "table" and closing:
            depth -= 1
        return kept

    return breakable(_TABLE_TAG.sub(flat, html)), cut


def _spanned(html: str) -> int:
    """How many places of tables the cells that span several take."""
    tags = (tag.group() for tag in _TABLE_TAG.finditer(html) if "span=" in tag.group())
    return sum(prod(int(one) for one in _SPAN.findall(tag)) for tag in tags)


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
        """Nothing, for a picture an empty one: where it gets none, Qt opens a file of that name itself,
        and on Windows a name may be another computer's."""
        self.asked += 1
        if type != QTextDocument.ResourceType.ImageResource:
            return QByteArray()
        empty = QImage(1, 1, QImage.Format.Format_ARGB32)
        empty.fill(Qt.GlobalColor.transparent)
        return empty

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

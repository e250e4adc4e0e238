"""Where every line of a paper stands: blocks one under the other, sheet after sheet.

Everything is laid out before anything is painted, so that the number of pages is known.
Lengths are dots of the writer (`DPI` to the inch).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import segno
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPdfWriter, QTextLayout, QTextOption

from desktop.errors import Refused
from desktop.models.documents import (
    Block,
    Document,
    Facts,
    NewPage,
    Paragraph,
    Progress,
    QrCode,
    Style,
    Table,
)
from desktop.texts import Texts
from desktop.ui.theme import LIGHT

DPI = 600
_MM = DPI / 25.4
_MARGIN = 18 * _MM
_FOOT = 12 * _MM
"""What the footer takes above the lower margin."""
_GAP = 2.5 * _MM
_CELL = 1.2 * _MM
_HAIR = 0.2 * _MM
_LEADING = 1.12
_NAMES = 0.3
"""The share of the width that the names of facts take."""
_PICTURED = ("calt", "liga")
"""Font features that swap signs (the colon of a time, `==`) for shapes from which no program
can read the text again."""
_PAGE = 0.18
"""The share of the footer that the page's number takes."""
_QUIET = 4
"""Modules of light around a QR code (ISO/IEC 18004)."""
_LOOKS = {
    "title": (17.0, QFont.Weight.Bold, LIGHT.text),
    "subtitle": (9.5, QFont.Weight.Normal, LIGHT.muted),
    "heading": (11.5, QFont.Weight.DemiBold, LIGHT.text),
    "body": (9.5, QFont.Weight.Normal, LIGHT.text),
    "note": (8.0, QFont.Weight.Normal, LIGHT.muted),
    "exact": (8.5, QFont.Weight.Normal, LIGHT.text),
    "large": (22.0, QFont.Weight.DemiBold, LIGHT.text),
    "cell": (8.0, QFont.Weight.Normal, LIGHT.text),
    "head": (8.0, QFont.Weight.DemiBold, LIGHT.muted),
}


class Steps:
    """Progress over laying and painting, each half of the way."""

    def __init__(self, document: Document, progress: Progress | None) -> None:
        self._progress = progress
        self._half = sum(_weight(block) for block in document.blocks) or 1
        self._done = 0

    def laid(self, count: int = 1) -> None:
        self._done += count
        self._tell(min(self._done, self._half))

    def painted(self, page: int, pages: int) -> None:
        self._tell(self._half + self._half * page // pages)

    def _tell(self, done: int) -> None:
        if self._progress is not None and not self._progress(done, 2 * self._half):
            raise Refused("cancelled")


def _weight(block: Block) -> int:
    return max(1, len(block.rows)) if isinstance(block, Table) else 1


@dataclass(frozen=True)
class _Line:
    """One line of words: `index` within its layout, upper left corner on the sheet."""

    layout: QTextLayout
    index: int
    x: float
    y: float
    colour: str

    def paint(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.colour))
        self.layout.lineAt(self.index).draw(painter, QPointF(self.x, self.y))


@dataclass(frozen=True)
class _Area:
    """A filled rectangle: rules and the ground of table heads."""

    area: QRectF
    colour: str

    def paint(self, painter: QPainter) -> None:
        painter.fillRect(self.area, QColor(self.colour))


@dataclass(frozen=True)
class _Squares:
    """The dark modules of a QR code as one path, so that no hairlines show between them."""

    path: QPainterPath

    def paint(self, painter: QPainter) -> None:
        painter.fillPath(self.path, QColor("#000000"))


Mark = _Line | _Area | _Squares


@dataclass
class _Words:
    """A text broken into lines of one width."""

    layout: QTextLayout
    colour: str
    width: float
    heights: list[float] = field(default_factory=list)
    right: bool = False

    @property
    def height(self) -> float:
        return sum(self.heights)

    def line(self, index: int, x: float, y: float) -> _Line:
        if self.right:
            x += self.width - self.layout.lineAt(index).naturalTextWidth()
        return _Line(self.layout, index, x, y, self.colour)


class Flow:
    """Puts blocks one under the other and starts a sheet when one is full."""

    def __init__(self, writer: QPdfWriter, steps: Steps) -> None:
        self._writer = writer
        self._steps = steps
        self._fonts: dict[str, QFont] = {}
        self.width = writer.width() - 2 * _MARGIN
        self._bottom = writer.height() - _MARGIN - _FOOT
        self._pages: list[list[Mark]] = [[]]
        self._y = _MARGIN

    def lay(self, document: Document) -> list[list[Mark]]:
        self._flow(self._words(document.title, "title", self.width))
        for line in document.subtitle:
            self._flow(self._words(line, "subtitle", self.width))
        self._y += _GAP
        for block in document.blocks:
            if isinstance(block, Table):
                self._table(block)
            elif isinstance(block, Facts):
                self._facts(block)
            elif isinstance(block, QrCode):
                self._code(block)
            elif isinstance(block, NewPage):
                self._turn()
                self._steps.laid()
                continue
            else:
                self._paragraph(block)
            self._y += _GAP
        for number, page in enumerate(self._pages, 1):
            page.extend(self._footer(document, number))
        return self._pages

    def _footer(self, document: Document, number: int) -> list[Mark]:
        """The fixed line at the left, the page at the right; a long line is broken."""
        page = Texts(document.language).say("ui.paper.page", n=number, m=len(self._pages))
        narrow = self.width * _PAGE
        words = self._words(document.footer, "note", self.width - narrow)
        count = self._words(page, "note", narrow, right=True)
        top = self._bottom + _GAP
        marks: list[Mark] = [_Area(QRectF(_MARGIN, top, self.width, _HAIR), LIGHT.line)]
        below = top + _CELL
        for index, height in enumerate(words.heights[:2]):
            marks.append(words.line(index, _MARGIN, below))
            below += height
        return [*marks, count.line(0, _MARGIN + self.width - narrow, top + _CELL)]

    def _words(self, text: str, look: str, width: float, *, right: bool = False) -> _Words:
        """`text` in lines; a word longer than the line is broken, line feeds are kept."""
        layout = QTextLayout(text.replace("\n", "\u2028"), self._font(look), self._writer)
        option = QTextOption()
        exact = look == "exact"
        option.setWrapMode(
            QTextOption.WrapMode.WrapAnywhere if exact else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        )
        layout.setTextOption(option)
        words = _Words(layout, _LOOKS[look][2], width, right=right)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, 0))
            words.heights.append(line.height() * _LEADING)
        layout.endLayout()
        return words

    def _font(self, look: str) -> QFont:
        if look not in self._fonts:
            points, weight, _ = _LOOKS[look]
            font = QFont("Inter")
            font.setPointSizeF(points)
            font.setWeight(weight)
            for name in _PICTURED:
                font.setFeature(QFont.Tag(name), 0)
            self._fonts[look] = font
        return self._fonts[look]

    def _room(self, height: float) -> bool:
        return self._y + height <= self._bottom

    def _turn(self) -> None:
        self._pages.append([])
        self._y = _MARGIN

    def _add(self, mark: Mark) -> None:
        self._pages[-1].append(mark)

    def _flow(self, words: _Words) -> None:
        for index, height in enumerate(words.heights):
            if not self._room(height):
                self._turn()
            self._add(words.line(index, _MARGIN, self._y))
            self._y += height

    def _paragraph(self, paragraph: Paragraph) -> None:
        words = self._words(paragraph.text, paragraph.style.value, self.width)
        if paragraph.style is Style.HEADING:
            self._y += _GAP
            if not self._room(words.height + 4 * words.height):
                self._turn()  # a heading does not stand alone at the foot
        self._flow(words)
        self._steps.laid()

    def _facts(self, facts: Facts) -> None:
        names = self.width * _NAMES
        for name, value in facts.rows:
            self._row(
                [
                    (self._words(name, "head", names - 2 * _CELL), _MARGIN),
                    (self._words(value, "body", self.width - names), _MARGIN + names),
                ],
                head=None,
            )
        self._steps.laid()

    def _table(self, table: Table) -> None:
        shares = sum(column.share for column in table.columns)
        widths = [self.width * column.share / shares for column in table.columns]
        lefts = [_MARGIN + sum(widths[:place]) for place in range(len(widths))]

        def cells(row: tuple[str, ...], look: str) -> list[tuple[_Words, float]]:
            return [
                (self._words(text, look, width - 2 * _CELL, right=column.right), left + _CELL)
                for text, width, left, column in zip(row, widths, lefts, table.columns, strict=True)
            ]

        heads = cells(tuple(column.head for column in table.columns), "head")

        def head() -> None:
            tall = max(words.height for words, _ in heads) + 2 * _CELL
            self._add(_Area(QRectF(_MARGIN, self._y, self.width, tall), LIGHT.bg))
            self._cells(heads, self._y + _CELL)
            self._y += tall

        if not self._room(5 * max(words.height for words, _ in heads)):
            self._turn()
        head()
        if not table.rows:
            self._steps.laid()
        for row in table.rows:
            self._row(cells(row, "cell"), head)
            self._add(_Area(QRectF(_MARGIN, self._y, self.width, _HAIR), LIGHT.line))
            self._steps.laid()

    def _cells(self, row: list[tuple[_Words, float]], y: float) -> None:
        for words, left in row:
            below = y
            for index, height in enumerate(words.heights):
                self._add(words.line(index, left, below))
                below += height

    def _row(self, row: list[tuple[_Words, float]], head: Callable[[], None] | None) -> None:
        """A row stays together; only one that is taller than a sheet is cut, between lines."""
        tall = max(words.height for words, _ in row) + 2 * _CELL
        if not self._room(tall):
            self._turn()
            if head:
                head()
        if self._room(tall):
            self._cells(row, self._y + _CELL)
            self._y += tall
            return
        for index in range(max(len(words.heights) for words, _ in row)):
            lines = [(words, left) for words, left in row if index < len(words.heights)]
            height = max(words.heights[index] for words, _ in lines)
            if not self._room(height):
                self._turn()
                if head:
                    head()
            for words, left in lines:
                self._add(words.line(index, left, self._y))
            self._y += height
        self._y += _CELL

    def _code(self, code: QrCode) -> None:
        side = code.millimetres * _MM
        if not self._room(side):
            self._turn()
        self._add(_Squares(_squares(code.payload, QPointF(_MARGIN, self._y), side)))
        left = _MARGIN + side + _GAP
        self._cells([(self._words(code.caption, "note", self.width - side - _GAP), left)], self._y + _GAP)
        self._y += side
        self._steps.laid()


def _squares(payload: str, corner: QPointF, side: float) -> QPainterPath:
    matrix = segno.make_qr(payload, error="m").matrix
    unit = side / (len(matrix) + 2 * _QUIET)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for down, row in enumerate(matrix):
        start = None
        for across, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                x, y = corner.x() + (start + _QUIET) * unit, corner.y() + (down + _QUIET) * unit
                path.addRect(QRectF(x, y, (across - start) * unit, unit))
                start = None
    return path

"""A paper as a small tree: lower rooms build it, a `Printer` (`ui/paper.py`) makes it a PDF.

Nothing here knows fonts or pages. Everything that can be read is given in words, in the
document's language; the printer adds page numbers only.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from desktop.frozen import dataclass

Progress = Callable[[int, int], bool]
"""Called with (done, of); answers False to cancel."""


class Size(StrEnum):
    """Sheets; which one is usual is the printer's business (CLDR, by territory)."""

    A4 = "a4"
    LETTER = "letter"


class Style(StrEnum):
    """How a paragraph looks."""

    BODY = "body"
    HEADING = "heading"
    NOTE = "note"
    EXACT = "exact"
    """Every character counts (a checkpoint, a key): it breaks anywhere, nothing is hyphenated."""
    LARGE = "large"
    """To be read from a card at arm's length."""


@dataclass(frozen=True)
class Paragraph:
    text: str
    style: Style = Style.BODY


@dataclass(frozen=True)
class Facts:
    """Names and their values, one pair a row."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """`share` is its part of the width, in proportion to the other columns' shares."""

    head: str
    share: float = 1.0
    right: bool = False
    """Numbers stand at the right."""


@dataclass(frozen=True)
class Table:
    """Breaks over pages; the head is repeated on each. Every row has a cell per column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row has another number of cells than there are columns")


@dataclass(frozen=True)
class QrCode:
    """`payload` as a QR code, `millimetres` wide, with words beside it."""

    payload: str
    caption: str = ""
    millimetres: float = 45.0


@dataclass(frozen=True)
class NewPage:
    """What follows stands on a sheet of its own: letters that are handed out one by one."""


Block = Paragraph | Facts | Table | QrCode | NewPage


@dataclass(frozen=True)
class Document:
    """One paper. `footer` stands on every page beside "page n of m"."""

    title: str
    language: str
    subtitle: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    footer: str = ""
    size: Size | None = None
    """None: what is usual where this computer stands."""


class Printer(Protocol):
    """Turns a document into a file."""

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        """The PDF. Raises Refused("cancelled") when `progress` says stop; nothing is left behind."""
        ...

"""The text of DOCX and XLSX files, read with zipfile and expat and nothing else.

Only the members that hold text are unpacked, piece by piece, and what they unpack to is
counted: a directory that lies about sizes gains nothing. A document type declaration
(the only way to entities that grow) refuses the file.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from xml.parsers import expat

from desktop.config import ContentLimits
from desktop.errors import InputError

_BLOCK = 64 * 1024
_DOCX = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml", re.IGNORECASE)
_PROPERTIES = re.compile(r"docProps/(?:core|app)\.xml", re.IGNORECASE)
_XLSX = re.compile(r"xl/(?:worksheets/sheet\d+|comments\d*|drawings/drawing\d+)\.xml", re.IGNORECASE)
_STRINGS = re.compile(r"xl/sharedStrings\.xml", re.IGNORECASE)
_STYLES = re.compile(r"xl/styles\.xml", re.IGNORECASE)
_PICTURE = re.compile(r"(?:word|xl)/media/", re.IGNORECASE)
_EPOCH = date(1899, 12, 30)
_DATE_FORMATS = frozenset((*range(14, 23), 45, 46, 47))
_DATE_LETTERS = re.compile(r"[dy]", re.IGNORECASE)
_BREAKS = frozenset(("p", "br", "cr", "tr", "row", "comment", "title", "subject", "creator", "keywords"))
_TABS = frozenset(("tab", "tc"))

Check = Callable[[], None]
"""Raises InputError when the time is over."""


class Package:
    """An opened zip file with its limits."""

    def __init__(self, data: bytes, limits: ContentLimits, check: Check) -> None:
        self._limits = limits
        self._check = check
        self._left = limits.unpacked_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
            raise InputError("content-damaged") from error
        self.names = self._zip.namelist()
        if len(self.names) > limits.zip_members:
            raise InputError("content-too-complex")

    def some(self, pattern: re.Pattern[str]) -> list[str]:
        """Members whose name fits, in the order of their numbers."""
        return sorted({n for n in self.names if pattern.fullmatch(n)}, key=lambda n: (len(n), n))

    def has(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.match(name) for name in self.names)

    def parse(self, name: str, handler: _Handler) -> None:
        """Feed one member to a handler. Raises InputError where it is broken or too large."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        depth = 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > self._limits.xml_depth:
                raise InputError("content-too-complex")
            handler.start(tag.rpartition("}")[2], attributes)

        def end(tag: str) -> None:
            nonlocal depth
            depth -= 1
            handler.end(tag.rpartition("}")[2])

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = handler.data
        try:
            for block in self._blocks(name):
                parser.Parse(block, False)
                self._check()
            parser.Parse(b"", True)
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise InputError("content-damaged") from error
        except (RuntimeError, NotImplementedError) as error:  # encrypted, or a method of packing of its own
            raise InputError("content-locked") from error

    def _blocks(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as member:
            while block := member.read(_BLOCK):
                self._left -= len(block)
                if self._left < 0:
                    raise InputError("content-too-complex")
                yield block


def _refuse(*_: object) -> None:
    raise InputError("content-damaged")


class _Handler(ABC):
    """Collects text up to a limit; what a subclass does not want it does not keep."""

    def __init__(self, limit: int) -> None:
        self.pieces: list[str] = []
        self.left = limit

    def keep(self, text: str) -> None:
        if text and self.left > 0:
            self.pieces.append(text[: self.left])
            self.left -= len(text)

    @abstractmethod
    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    @abstractmethod
    def end(self, tag: str) -> None: ...

    @abstractmethod
    def data(self, text: str) -> None: ...


class _Running(_Handler):
    """Text in its order: WordprocessingML, comments, drawings, properties."""

    def __init__(self, limit: int, inside: frozenset[str] | None) -> None:
        super().__init__(limit)
        self._inside = inside
        self._open = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._inside is not None and tag in self._inside:
            self._open += 1
        if tag in _TABS:
            self.keep("\t")
        elif tag in ("br", "cr"):
            self.keep("\n")
        elif tag == "noBreakHyphen":
            self.keep("-")

    def end(self, tag: str) -> None:
        if self._inside is not None and tag in self._inside:
            self._open -= 1
        if tag in _BREAKS:
            self.keep("\n")

    def data(self, text: str) -> None:
        if self._inside is None or self._open:
            self.keep(text)


_TEXT_TAGS = frozenset(("t", "delText", "instrText"))


def docx_text(package: Package, limit: int) -> tuple[str, bool]:
    """All text of a DOCX, with headers, notes, comments and properties, and whether it has pictures."""
    pieces: list[str] = []
    for name in package.some(_DOCX):
        pieces.extend((_read(package, name, limit, _TEXT_TAGS), "\n"))
    text = "".join(pieces)
    scanned = not text.strip() and package.has(_PICTURE)
    for name in package.some(_PROPERTIES):
        pieces.extend(
            (_read(package, name, limit, frozenset(("title", "subject", "keywords", "description"))), "\n")
        )
    return "".join(pieces)[:limit], scanned


def _read(package: Package, name: str, limit: int, inside: frozenset[str]) -> str:
    handler = _Running(limit, inside)
    package.parse(name, handler)
    return "".join(handler.pieces)


class _Strings(_Handler):
    """`xl/sharedStrings.xml`: one text per `si`; phonetic runs (`rPh`) are not shown."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.table: list[str] = []
        self._text = self._phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self.pieces = []
        elif tag == "rPh":
            self._phonetic = True
        self._text = tag == "t" and not self._phonetic

    def end(self, tag: str) -> None:
        self._text = False
        if tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            self.table.append("".join(self.pieces))

    def data(self, text: str) -> None:
        if self._text:
            self.keep(text)


class _Styles(_Handler):
    """Which cell styles show a number as a date."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.dates: set[int] = set()
        self._formats: set[int] = set(_DATE_FORMATS)
        self._count = 0
        self._cells = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt" and _DATE_LETTERS.search(
            re.sub(r'"[^"]*"|\[[^\]]*\]', "", attributes.get("formatCode", ""))
        ):
            self._formats.add(_number(attributes.get("numFmtId", "")))
        elif tag == "cellXfs":
            self._cells = True
        elif tag == "xf" and self._cells:
            if _number(attributes.get("numFmtId", "")) in self._formats:
                self.dates.add(self._count)
            self._count += 1

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._cells = False

    def data(self, text: str) -> None:
        """Styles hold no text."""


class _Sheet(_Handler):
    """One worksheet: cells with tabs between them, a line a row."""

    def __init__(self, limit: int, strings: list[str], dates: set[int]) -> None:
        super().__init__(limit)
        self._strings = strings
        self._dates = dates
        self._kind = ""
        self._date = self._value = False
        self._cell: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._kind = attributes.get("t", "")
            self._date = not self._kind and _number(attributes.get("s", "")) in self._dates
            self._cell = []
        self._value = tag in ("v", "t")

    def end(self, tag: str) -> None:
        self._value = False
        if tag == "c":
            self.keep(self._shown("".join(self._cell)))
            self.keep("\t")
        elif tag == "row":
            self.keep("\n")

    def data(self, text: str) -> None:
        if self._value:
            self._cell.append(text)

    def _shown(self, written: str) -> str:
        if self._kind == "s":
            at = _number(written)
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        if self._date:
            return _day(written)
        return written.removesuffix(".0")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _day(written: str) -> str:
    """A serial number of days as the date that the sheet shows."""
    days = _number(written.partition(".")[0])
    return (_EPOCH + timedelta(days=days)).isoformat() if 0 < days < 200_000 else written


def xlsx_text(package: Package, limit: int) -> tuple[str, bool]:
    """All cells, comments and drawings of an XLSX, and whether it holds pictures and no text."""
    strings = _Strings(limit)
    for name in package.some(_STRINGS):
        package.parse(name, strings)
    styles = _Styles(0)
    for name in package.some(_STYLES):
        package.parse(name, styles)
    pieces: list[str] = []
    for name in package.some(_XLSX):
        if "worksheets" in name.lower():
            sheet = _Sheet(limit, strings.table, styles.dates)
            package.parse(name, sheet)
            pieces.extend(sheet.pieces)
        else:
            pieces.append(_read(package, name, limit, frozenset(("t",))))
        pieces.append("\n")
    text = "".join(pieces)[:limit]
    return text, not text.strip() and package.has(_PICTURE)

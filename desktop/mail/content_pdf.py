"""The text of PDF files by PDFium, the reader that browsers use.

PDFium is not safe to enter from two threads: one lock guards it. Pages are read one by
one, and time and length are looked at between them.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Callable
from typing import Any

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_PAGEOBJ_IMAGE, FPDF_GetLastError

from desktop.config import ContentLimits
from desktop.errors import InputError
from desktop.frozen import dataclass

_PDFIUM = threading.Lock()
_PICTURE_WIDE, _PICTURE_HIGH = 600, 850
_SCAN_CHARS = 8
"""Fewer letters than this beside a picture, such as a page number, make a page a scan."""


@dataclass(frozen=True)
class PdfText:
    """`scans` are the pages, from 1, that hold a picture and no text."""

    text: str
    pages: int
    scans: tuple[int, ...]
    whole: bool


def pdf_text(data: bytes, limits: ContentLimits, check: Callable[[], None]) -> PdfText:
    """Raises InputError: `content-damaged`, `content-locked` (it wants a password), or the time's code."""
    with _PDFIUM:
        document = _open(data)
        try:
            return _read(document, limits, check)
        except pypdfium2.PdfiumError as error:
            raise InputError("content-damaged") from error
        finally:
            document.close()


def first_page(data: bytes) -> bytes:
    """A PNG of the first page, 600 pixels wide, so that somebody can look whom a scan is about.

    b"" for what is no readable PDF: its own program shows it.
    """
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            return b""
        try:
            page = document[0]
            width, height = page.get_size()
            scale = min(_PICTURE_WIDE / max(width, 1), _PICTURE_HIGH / max(height, 1))
            shown = page.render(scale=scale, rev_byteorder=True, grayscale=True)
            return _png(shown.width, shown.height, shown.stride, bytes(shown.buffer))
        except (pypdfium2.PdfiumError, IndexError):
            return b""
        finally:
            document.close()


def _png(width: int, height: int, stride: int, grey: bytes) -> bytes:
    """8-bit grey (PNG, ISO/IEC 15948): one chunk of rows, none of them filtered."""
    rows = b"".join(b"\x00" + grey[line * stride : line * stride + width] for line in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _open(data: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = FPDF_GetLastError() == FPDF_ERR_PASSWORD
        raise InputError("content-locked" if locked else "content-damaged") from error


def _read(document: Any, limits: ContentLimits, check: Callable[[], None]) -> PdfText:
    pieces: list[str] = []
    scans: list[int] = []
    count = len(document)
    length = 0
    for number in range(min(count, limits.pdf_pages)):
        check()
        page = document[number]
        try:
            shown = _page_text(page)
            if len("".join(shown.split())) < _SCAN_CHARS and _has_picture(page):
                scans.append(number + 1)
        finally:
            page.close()
        pieces.extend((shown, "\n"))
        length += len(shown) + 1
        if length > limits.text_chars:
            break
    text = "".join(pieces)[: limits.text_chars]
    return PdfText(text, count, tuple(scans), whole=count <= limits.pdf_pages and length <= limits.text_chars)


def _page_text(page: Any) -> str:
    layer = page.get_textpage()
    try:
        # PDFium marks a hyphen at the end of a line with U+FFFE.
        return str(layer.get_text_bounded()).replace("\ufffe", "-").replace("\r\n", "\n")
    finally:
        layer.close()


def _has_picture(page: Any) -> bool:
    return next(iter(page.get_objects(filter=(FPDF_PAGEOBJ_IMAGE,), max_depth=3)), None) is not None

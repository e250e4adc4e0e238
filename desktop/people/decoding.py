"""From a file's bytes to its text, or a clear refusal: never a guess that garbles names.

A file that is not text at all is refused with what to do (`file-is-spreadsheet`,
`file-is-web-page`, `file-is-binary`). Encodings are UTF-8, UTF-16 and Windows-1252; the
last one takes almost any bytes, so what it gives must also look like words.
"""

from __future__ import annotations

import codecs
import re

from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.frozen import dataclass

_SPREADSHEETS = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\t\x08",
    b"\x09\x00\x04\x00",
)
"""xlsx, ods and other zip files; the old xls."""
_BINARIES = (
    b"%PDF",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BZh",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xfd7zXZ",
    b"\x7fELF",
    b"MZ\x90",
    b"SQLite format 3",
    b"{\\rtf",
)
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|table|\?xml)", re.IGNORECASE)
_PIECES_OF_UTF8 = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xe2\x80[\x90-\xbf]")
"""Western letters and quotes in UTF-8; in Windows-1252 no word holds these pairs."""
_AFTER_A_LETTER = re.compile(
    r"(?<=[A-Za-z])[^\x00-\x7fÀ-ÖØ-öø-ÿŠšŽžŒœŸªº°’‘“”–—…™®©·´]|(?<=[a-z])[ŽŠŸ–—](?=[a-z\W])"
)
"""Signs that no word has there: what another code page looks like when read as Windows-1252."""


@dataclass(frozen=True)
class Decoded:
    """`encoding` is `utf-8`, `utf-16-le`, `utf-16-be` or `windows-1252`."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """The text of a file. Raises InputError with one code for each way it can be wrong."""
    if len(data) > LIMITS.import_bytes:
        raise InputError("table-too-large", limit=LIMITS.import_bytes // (1024 * 1024))
    if not data.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise InputError("no-rows")
    _refuse_other_files(data)
    decoded = _decode(data)
    position = decoded.text.find("\x00")
    if position >= 0:
        raise InputError("nul-bytes", line=line_of(decoded.text, position))
    return decoded


def line_of(text: str, position: int) -> int:
    """The physical line of a position, from 1."""
    before = text[:position]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")


def _refuse_other_files(data: bytes) -> None:
    if data.startswith(_SPREADSHEETS):
        raise InputError("file-is-spreadsheet")
    if data.startswith(_BINARIES):
        raise InputError("file-is-binary")
    if _WEB_PAGE.match(data.removeprefix(codecs.BOM_UTF8)[:200]):
        raise InputError("file-is-web-page")


def _decode(data: bytes) -> Decoded:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise InputError("encoding-unknown")
    if data.startswith(codecs.BOM_UTF16_LE):
        return _strict(data[2:], "utf-16-le")
    if data.startswith(codecs.BOM_UTF16_BE):
        return _strict(data[2:], "utf-16-be")
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data[3:], "utf-8")
    wide = _utf16_without_mark(data)
    if wide:
        return _strict(data, wide)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _windows(data)


def _strict(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        raise InputError("encoding-damaged", encoding=encoding, position=error.start) from error


def _utf16_without_mark(data: bytes) -> str:
    """UTF-16 without a byte-order mark: Western text has a NUL in every other byte."""
    head = data[:4096]
    if len(data) % 2 or b"\x00" not in head:
        return ""
    even, odd, half = head[0::2].count(0), head[1::2].count(0), len(head) // 2
    if odd > half * 0.6 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.05:
        return "utf-16-be"
    return ""


def _windows(data: bytes) -> Decoded:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = 1 + data[: error.start].count(b"\n")
        raise InputError("encoding-unknown", line=line) from error
    piece = _PIECES_OF_UTF8.search(data)
    if piece:
        raise InputError("encoding-mixed", line=line_of(text, piece.start()))
    foreign = sum(1 for c in text if not c.isascii())
    odd = [found.start() for found in _AFTER_A_LETTER.finditer(text)]
    if len(odd) * 5 > foreign:
        raise InputError("encoding-unknown", line=line_of(text, odd[0]))
    return Decoded(text, "windows-1252")

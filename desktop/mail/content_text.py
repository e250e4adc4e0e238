"""From a file to its text: by what the bytes are, never by what the name promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from desktop.config import ContentLimits
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.content_fold import Folded, fold, fold_html
from desktop.mail.content_office import Package, docx_text, xlsx_text
from desktop.mail.content_values import ContentFile
from desktop.models.records import Reason

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
_HEIC = re.compile(rb"....ftyp(?:heic|heix|mif1|avif)", re.DOTALL)
_WEB_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
_RTF = b"{\\rtf"
_DOCX = re.compile(r"word/document\.xml", re.IGNORECASE)
_XLSX = re.compile(r"xl/workbook\.xml", re.IGNORECASE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_STARTS = {"pdf": b"%PDF-", "docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04"}
_TEXT_HEAD = 8192


@dataclass(frozen=True)
class Extracted:
    """What a file says; `no_text` where somebody has to look at it, `problem` where it was not read."""

    text: Folded
    no_text: Reason | None = None
    problem: Reason | None = None


class Watch:
    """The time that all files of one message share."""

    def __init__(self, mono: Callable[[], float], limits: ContentLimits) -> None:
        self._mono = mono
        self._until = mono() + limits.seconds

    def check(self) -> None:
        if self._mono() > self._until:
            raise InputError("content-too-slow")


def extract(file: ContentFile, limits: ContentLimits, watch: Watch) -> Extracted:
    """Never raises for a file that cannot be read: the reason is part of the answer."""
    try:
        if len(file.data) > limits.file_bytes:
            raise InputError("content-too-large", mebibytes=limits.file_bytes // 1024 // 1024)
        watch.check()
        read = _by_content(file.data, limits, watch)
    except InputError as error:
        return Extracted(fold(""), problem=Reason(error.code, dict(error.params)))
    if read.problem is None and _promises_more(file):
        return replace(read, problem=Reason("content-damaged"))
    return read


def _promises_more(file: ContentFile) -> bool:
    """A name that says PDF, DOCX or XLSX over bytes that are none."""
    start = _STARTS.get(file.name.lower().rpartition(".")[2])
    return start is not None and start not in file.data[:1024]


def _by_content(data: bytes, limits: ContentLimits, watch: Watch) -> Extracted:
    if b"%PDF-" in data[:1024]:
        from desktop.mail.content_pdf import pdf_text

        read = pdf_text(data, limits, watch.check)
        no_text = (
            Reason("content-no-text", {"scans": len(read.scans), "pages": read.pages}) if read.scans else None
        )
        problem = None if read.whole else Reason("content-too-long")
        return Extracted(fold(read.text), no_text, problem)
    if data.startswith(b"PK\x03\x04"):
        return _package(Package(data, limits, watch.check), limits)
    if data.startswith(_PICTURES) or _HEIC.match(data[:12]):
        return Extracted(fold(""), Reason("content-picture"))
    return _plain(data, limits)


def _package(package: Package, limits: ContentLimits) -> Extracted:
    if package.has(_DOCX):
        text, scanned = docx_text(package, limits.text_chars)
    elif package.has(_XLSX):
        text, scanned = xlsx_text(package, limits.text_chars)
    else:
        raise InputError("content-type-unknown")
    problem = Reason("content-too-long") if len(text) >= limits.text_chars else None
    return Extracted(fold(text), Reason("content-picture") if scanned else None, problem)


def _plain(data: bytes, limits: ContentLimits) -> Extracted:
    if data.startswith(_RTF):
        raise InputError("content-type-unknown")
    text = decoded(data)
    if _NOT_TEXT.search(text[:_TEXT_HEAD]):
        raise InputError("content-type-unknown")
    problem = Reason("content-too-long") if len(text) > limits.text_chars else None
    text = text[: limits.text_chars]
    return Extracted(fold_html(text) if _WEB_PAGE.match(data) else fold(text), problem=problem)


def decoded(data: bytes, charset: str = "") -> str:
    """The text of bytes; what does not fit any usual encoding is read as Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for name in (charset, "utf-8-sig"):
        try:
            if name:
                return data.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")

"""Workbooks (xlsx, xls, ods): the sheet that names most of our columns, as rows of text.

A formula counts as the value that the program that wrote the file worked out; nothing is evaluated
here. Days and times come as ISO 8601, whole numbers without a fraction. Before anything is unpacked
it is known how much there is: what an archive says of itself is not believed (zip bombs).
"""

from __future__ import annotations

import hashlib
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.people.columns import COLUMNS
from desktop.people.sheets import Packed, Row, Sheet
from desktop.people.tabular import TITLE_ROWS, bounded, header_row, known_columns, without_blank_end

XLSX, XLS, ODS = "xlsx", "xls", "ods"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(ValueError, NotImplementedError, RuntimeError),
)
"""What the standard library raises for archives that are none, use other methods, or are locked."""
_MEMBERS = 2_000
_SHEETS = 20
_CHUNK = 1 << 20
_OVERLAP = 32
_WIDE = re.compile(rb"""\br=["'](?:[B-Z][A-Z]{2}|A[M-Z][A-Z])\d""")
"""A cell beyond column ALZ, the thousandth."""

Cell = int | float | str | bool | time | date | datetime | timedelta


def workbook_format(data: bytes) -> str:
    """`xlsx`, `xls`, `ods`, or '' where it is no workbook that is read here."""
    if data.startswith(_OLE):
        return XLS
    if not data.startswith(_ZIP):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist()[:_MEMBERS])
    except _BROKEN:
        return ""
    if "xl/workbook.xml" in names:
        return XLSX
    return ODS if {"content.xml", "mimetype"} <= names else ""


def read_workbook(data: bytes, kind: str, format_: str) -> Sheet:
    """The rows of the sheet whose header names the most columns of `kind`.

    Raises InputError `table-too-large`, `columns-too-many`, `rows-too-many`, `table-locked` where it
    has a password, `table-unreadable`, and `no-rows`.
    """
    if format_ != XLS:
        _need_bounded(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet, at = _chosen(book, kind)
        return _read(sheet, at, format_, hashlib.sha256(data).hexdigest())
    except PasswordError as error:
        raise InputError("table-locked") from error
    except CalamineError as error:
        raise InputError("table-unreadable") from error


def _need_bounded(data: bytes) -> None:
    """Unpack each part once, counting, and keep nothing."""
    left = LIMITS.import_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MEMBERS or sum(member.file_size for member in members) > left:
                raise InputError("table-too-large", limit=LIMITS.import_bytes // _CHUNK)
            for member in members:
                left -= _unpacked(archive, member, left)
    except _BROKEN as error:
        raise InputError("table-unreadable") from error


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> int:
    """Bytes of one part, which has no more than `most` and no cell too far to the right."""
    size, tail = 0, b""
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise InputError("table-too-large", limit=LIMITS.import_bytes // _CHUNK)
            if _WIDE.search(tail + chunk):
                raise InputError("columns-too-many", limit=LIMITS.import_columns)
            tail = chunk[-_OVERLAP:]
    return size


def _chosen(book: CalamineWorkbook, kind: str) -> tuple[CalamineSheet, int]:
    """The sheet, and at which of its rows the header stands."""
    best: tuple[int, CalamineSheet, int] | None = None
    for about in islice(book.sheets_metadata, _SHEETS):
        if about.typ is not SheetTypeEnum.WorkSheet or about.visible is not SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.width > LIMITS.import_columns:
            raise InputError("columns-too-many", limit=LIMITS.import_columns)
        if not sheet.height:
            continue
        first = [without_blank_end(list(map(as_text, cells))) for cells in sheet.to_python(nrows=TITLE_ROWS)]
        at = header_row(first, COLUMNS[kind])
        named = known_columns(first[at], COLUMNS[kind])
        if best is None or named > best[0]:
            best = named, sheet, at
    if best is None:
        raise InputError("no-rows")
    return best[1], best[2]


def _read(sheet: CalamineSheet, at: int, format_: str, file_hash: str) -> Sheet:
    above = 1 + (sheet.start[0] if sheet.start else 0)
    first = [[as_text(cell) for cell in cells] for cells in sheet.to_python(nrows=at + 1)]
    return Sheet(
        format=format_,
        header=without_blank_end(first[at]),
        rows=Packed.of(bounded(_rows(sheet, at + 1, above))),
        titles=tuple(list(without_blank_end(cells)) for cells in first[:at] if any(cells)),
        file_hash=file_hash,
    )


def _rows(sheet: CalamineSheet, skip: int, above: int) -> Iterator[Row]:
    for place, cells in enumerate(islice(sheet.to_python(), skip, None), skip):
        texts = [as_text(cell) for cell in cells]
        if any(texts):
            yield place + above, texts


def as_text(cell: Cell) -> str:
    """One value as an export would write it: `10442`, `1980-03-04`, `14:30`, `yes`."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time.min
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="minutes")
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)

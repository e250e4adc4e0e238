"""Workbooks are read by value, and measured before they are unpacked."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from desktop.errors import InputError
from desktop.people.reading import read_sheet


def workbook(*rows: list[object], sheets: int = 1) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for _ in range(sheets - 1):
        book.add_worksheet().write_row(0, 0, ["Nothing", "of", "ours"])
    page = book.add_worksheet()
    for at, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            if isinstance(cell, datetime):
                page.write_datetime(at, place, cell, day)
            elif isinstance(cell, str) and cell.startswith("=1"):
                page.write_formula(at, place, cell, None, 2)
            elif isinstance(cell, str):
                page.write_string(at, place, cell)
            else:
                page.write(at, place, cell)
    book.close()
    return made.getvalue()


HEADER: list[object] = ["MRN", "First Name", "Last Name", "DOB"]


def zipped(content: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, content)
    return made.getvalue()


def test_values_come_as_an_export_would_write_them() -> None:
    born = datetime.fromisoformat("1980-03-04")
    data = workbook(HEADER, [10442, "Ana", "Ruiz", born], ["=1+1", "=Bo", "Ng", "3/4/1980"])

    sheet = read_sheet(data, "people")

    assert (sheet.format, sheet.header) == ("xlsx", ("MRN", "First Name", "Last Name", "DOB"))
    assert [(line, cells) for line, cells in sheet.rows] == [
        (2, ["10442", "Ana", "Ruiz", "1980-03-04"]),
        (3, ["2", "=Bo", "Ng", "3/4/1980"]),
    ]


def test_titles_stand_above_and_the_sheet_with_our_columns_is_taken() -> None:
    data = workbook(["Patients of the practice"], [], HEADER, [1, "Ana", "Ruiz", ""], sheets=3)

    sheet = read_sheet(data, "people")

    assert sheet.titles == (["Patients of the practice"],)
    assert [line for line, _ in sheet.rows] == [4]


def test_an_archive_that_unpacks_without_end_is_refused_unread() -> None:
    with pytest.raises(InputError, match="table-too-large"):
        read_sheet(zipped(b"\0" * (300 * 1024 * 1024)), "people")


def test_a_cell_far_to_the_right_is_refused() -> None:
    cell = b'<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'

    with pytest.raises(InputError, match="columns-too-many"):
        read_sheet(zipped(cell), "people")


@pytest.mark.parametrize(
    "data", [zipped(b"<not xml"), b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x"]
)
def test_damaged_workbooks_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"table-unreadable|file-is-spreadsheet|no-rows"):
        read_sheet(data, "people")


def test_an_archive_of_something_else_is_no_workbook() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("letter.txt", "hello")

    with pytest.raises(InputError, match="file-is-spreadsheet"):
        read_sheet(made.getvalue(), "people")

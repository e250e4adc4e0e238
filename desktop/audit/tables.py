"""Tables for spreadsheets: CSV by RFC 4180, with nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from desktop.models.documents import Table

_FORMULA = frozenset("=+-@\t\r\n\0'\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet may take for a formula (ASVS 1.2.10), and our own mark for it."""


def safe(cell: str) -> str:
    """An apostrophe before what a spreadsheet might run; taking one off again restores the cell."""
    return f"'{cell}" if cell[:1] in _FORMULA and cell else cell


def csv_row(cells: Iterable[str]) -> bytes:
    """One line in UTF-8, each cell made safe."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return line.getvalue().encode("utf-8", "backslashreplace")


def csv_table(table: Table) -> Iterator[bytes]:
    """A table of a document in lines: the same cells in the same order."""
    yield csv_row(column.head for column in table.columns)
    for row in table.rows:
        yield csv_row(row)

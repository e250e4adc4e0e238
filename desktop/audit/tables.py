"""Tables for spreadsheets: CSV by RFC 4180, with nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from desktop.audit.chain import canonical_record
from desktop.audit.outside import iso, seen
from desktop.models.documents import Table
from desktop.models.records import AuditRecord

_FORMULA = frozenset("=+-@\t\r\n\0'\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet may take for a formula (ASVS 1.2.10), and our own mark for it."""
COLUMNS = (
    *("seq", "time", "act", "outcome", "why", "actor", "role", "session", "object", "details"),
    *("app", "hash", "unreadable"),
)


def safe(cell: str) -> str:
    """An apostrophe before what a spreadsheet might run; taking one off again restores the cell."""
    return f"'{cell}" if cell[:1] in _FORMULA and cell else cell


def csv_row(cells: Iterable[str]) -> bytes:
    """One line in UTF-8, each cell made safe."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return line.getvalue().encode("utf-8", "backslashreplace")


def csv_table(table: Table) -> Iterator[bytes]:
    """A table of a document, the same cells in the same order."""
    yield csv_row(column.head for column in table.columns)
    for row in table.rows:
        yield csv_row(row)


def csv_records(records: Iterable[AuditRecord]) -> Iterator[bytes]:
    """The log for a spreadsheet. It cannot be verified: only JSON Lines can."""
    yield csv_row(COLUMNS)
    for record in records:
        one = seen(record)
        details = canonical_record(one.det).decode("utf-8") if one.det else ""
        yield csv_row(
            (
                *(str(one.seq), iso(one.at) if one.at else "", one.act, one.outcome, one.why),
                *(one.actor, one.role, one.session, one.obj, details, one.app, one.hash),
                "" if one.readable else record.body,
            )
        )

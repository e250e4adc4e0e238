"""Which kind of file is it? By what it holds, never by its name; then to the reader of that kind.

Only the limited worker loads this module (`office/filereading.py`): no other process reads what
strangers wrote, or waits for the readers of all formats to be loaded.
"""

from __future__ import annotations

import json
from datetime import date

from desktop.errors import SealwellError
from desktop.people.calendars import is_calendar, read_calendar
from desktop.people.columns import APPOINTMENTS, COLUMNS
from desktop.people.fhir import is_fhir, read_fhir
from desktop.people.hl7 import is_hl7, read_hl7
from desktop.people.printed import read_printed
from desktop.people.sheets import READ, REFUSED, Sheet, to_wire
from desktop.people.spreadsheets import read_workbook, workbook_format
from desktop.people.tabular import read_csv
from desktop.people.twolines import joined
from desktop.people.vcards import is_vcard, read_vcards

_RECORDS = ((is_vcard, read_vcards), (is_hl7, read_hl7), (is_fhir, read_fhir))


def answer(question: bytes) -> bytes:
    """What the worker does: one file in, its rows or the reason against it out."""
    head, _, data = question.partition(b"\n")
    said = json.loads(head)
    try:
        return READ + to_wire(read_sheet(data, said["kind"], date.fromisoformat(said["today"])))
    except SealwellError as error:
        return REFUSED + json.dumps([error.code, error.params]).encode("ascii")


def read_sheet(data: bytes, kind: str, today: date | None = None) -> Sheet:
    """The rows of a file. `kind` is `people` or `appointments`; series of visits are followed from `today`.

    Raises InputError with one code for each way in which a whole file cannot be used.
    """
    workbook = workbook_format(data)
    if workbook:
        sheet = read_workbook(data, kind, workbook)
        return joined(sheet) if kind == APPOINTMENTS else sheet
    if is_calendar(data):
        return read_calendar(data, kind, today)
    for is_it, read in _RECORDS:
        if is_it(data):
            return read(data, kind)
    printed = read_printed(data, COLUMNS[kind])
    sheet = read_csv(data, COLUMNS[kind]) if printed is None else printed
    return joined(sheet) if kind == APPOINTMENTS else sheet

"""The list of people as a file: columns that an import knows again, cells that no spreadsheet runs.

CSV by RFC 4180 with the mark of `audit/tables.py` before what a spreadsheet might run (ASVS
1.2.10), taken off again by an import. XLSX holds every cell as text, so that a number with
leading zeros and a telephone number with a plus stay what they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import Enum

from desktop.audit.tables import csv_row
from desktop.models.peoplelist import ListedPerson
from desktop.models.records import Consent
from desktop.models.standing import CustomField

CSV, XLSX = "csv", "xlsx"
_COLUMNS = (
    *("external_id", "last_name", "first_name", "birth_date", "sex", "email", "phone"),
    *("street", "city", "region", "zip", "language", "kind", "organisation", "status", "detail"),
    *("preferred_method", "since", "consent", "consent_date", "consent_source"),
)
"""As `people/parsing.py` names them; a refusal goes along, so that the next program knows it too."""
_WIDTH = 16


def titles(fields: Iterable[CustomField]) -> list[str]:
    """The heading of each column: our own by their English names, the practice's by their labels."""
    own = [name.replace("_", " ").capitalize() for name in _COLUMNS]
    return own + [field.label for field in fields]


def cells(one: ListedPerson, fields: Iterable[CustomField]) -> list[str]:
    """What stands in the columns of `titles`."""
    person = one.person
    said = person.consent is not Consent.UNKNOWN
    consent = {
        "consent": person.consent if said else None,
        "consent_date": one.consent_at.date() if said and one.consent_at else None,
        "consent_source": one.consent_source if said else "",
    }
    own = [_text(consent[name] if name in consent else getattr(person, name)) for name in _COLUMNS]
    return own + [_text(one.custom.get(field.name)) for field in fields]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def csv_parts(listed: Iterable[ListedPerson], fields: tuple[CustomField, ...]) -> Iterator[bytes]:
    """The file in lines, UTF-8."""
    yield csv_row(titles(fields))
    for one in listed:
        yield csv_row(cells(one, fields))


def xlsx_file(listed: Iterable[ListedPerson], fields: tuple[CustomField, ...]) -> bytes:
    """The workbook, made in memory: its library would lay its parts aside in clear text."""
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("People")
        bold = book.add_format({"bold": True})
        heads = titles(fields)
        for at, head in enumerate(heads):
            sheet.write_string(0, at, head, bold)
        sheet.set_column(0, len(heads) - 1, _WIDTH)
        sheet.freeze_panes(1, 0)
        for row, one in enumerate(listed, 1):
            for at, cell in enumerate(cells(one, fields)):
                if cell:
                    sheet.write_string(row, at, cell)
    return made.getvalue()

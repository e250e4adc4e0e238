"""The people of the sample and their visits, as files that another program would have written."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from desktop.paths import resource


def rows(name: str) -> list[dict[str, str]]:
    """A file of the sample, by its columns in small letters."""
    text = resource(f"sample/{name}").read_text(encoding="utf-8-sig")
    return [{key.lower(): value for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]


def people_file() -> bytes:
    return resource("sample/people.csv").read_bytes()


def visits_file(today: date) -> bytes:
    """The schedule as it is exported on `today`: column `day` of the sample holds an offset from it."""
    found = rows("appointments.csv")
    names = ["date" if name == "day" else name for name in found[0]]
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(names)
    for row in found:
        writer.writerow(_dated(name, value, today) for name, value in row.items())
    return written.getvalue().encode("utf-8")


def _dated(name: str, value: str, today: date) -> str:
    """A day's visits keep their numbers from one export to the next; other days have others."""
    match name:
        case "day":
            return (today + timedelta(days=int(value))).isoformat()
        case "appointment id":
            return f"{value}-{today:%m%d}"
        case _:
            return value

"""`people parse` and `appointments parse`: one JSON line per file, exit code 0, nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from desktop.cli import shapes
from desktop.cli.commands import Call, read_file
from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.office.values_parsed import AppointmentsParsed, PeopleParsed, PersonParsed, VisitParsed


def people_parse(call: Call) -> None:
    _each(call, "people", call.office.parse_people, lambda found: found.people)


def appointments_parse(call: Call) -> None:
    _each(call, "appointments", call.office.parse_schedule, lambda found: found.appointments)


def _each(
    call: Call,
    name: str,
    parse: Callable[[bytes], Any],
    rows: Callable[[Any], tuple[PersonParsed | VisitParsed, ...]],
) -> None:
    for path in call.args.files:
        document: dict[str, object] = {"file": path, "format": None, name: [], "rejected": []}
        try:
            found: PeopleParsed | AppointmentsParsed = parse(read_file(path, LIMITS.import_bytes)[0])
        except InputError as error:
            words, _ = call.console.texts.error(error.code, error.params)
            document["reason"] = {"code": error.code, "words": words}
        else:
            document |= {
                "format": found.format,
                name: [_plain(row) for row in rows(found)],
                "rejected": shapes.rejected(call.console, found.rejected),
            }
        call.console.emit_line(document)


def _plain(row: PersonParsed | VisitParsed) -> dict[str, object]:
    """Its fields, without those that the row says nothing of."""
    said = ((key, value) for key, value in asdict(row).items() if value not in ("", None))
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in said}

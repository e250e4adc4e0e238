"""Columns of a file that go into fields of the practice's own.

A hundred thousand rows with twenty such columns are two million values, few of them different: what
a value comes to is remembered for each column, as it will stand in the record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from desktop.errors import InputError
from desktop.models.records import Reason
from desktop.models.standing import CustomField
from desktop.people.customfields import read_value
from desktop.people.mapping import CUSTOM
from desktop.people.sheets import RowError

_REMEMBERED = 5_000
"""Different values of one column; past that each is read anew."""


class OwnColumn:
    """One column and its field; `known` is text of the file -> its piece of the JSON object."""

    def __init__(self, position: int, field: CustomField, day_first: bool) -> None:
        self.position = position
        self.known: dict[str, str] = {"": ""}
        self._field = field
        self._name = json.dumps(field.name)
        self._day_first = day_first

    def read(self, text: str) -> str:
        """Raises `RowError` where the field cannot hold it."""
        piece = ""
        if text.strip():
            value = read_value(self._field, text, day_first=self._day_first)
            if isinstance(value, Reason):
                params = {**value.params, "field": self._field.label}
                raise RowError(Reason(value.code, params))
            piece = f"{self._name}:{json.dumps(value, ensure_ascii=False)}"
        if len(self.known) < _REMEMBERED:
            self.known[text] = piece
        return piece


def own_columns(
    columns: Mapping[str, int], fields: Sequence[CustomField], day_first: bool
) -> tuple[OwnColumn, ...]:
    """Raises InputError("custom-unknown") for a column of a field that there is not (any more)."""
    known = {CUSTOM + one.name: one for one in fields}
    found = []
    for name, position in columns.items():
        if name.startswith(CUSTOM):
            if name not in known:
                raise InputError("custom-unknown", field=name.removeprefix(CUSTOM))
            found.append(OwnColumn(position, known[name], day_first))
    return tuple(found)


def own_values(columns: Sequence[OwnColumn], cells: Sequence[str]) -> str:
    """The JSON object of one row, '' where it says nothing. Raises `RowError`."""
    pieces = [column.known.get(cells[column.position]) for column in columns]
    if None in pieces:
        pieces = [
            column.read(cells[column.position]) if piece is None else piece
            for column, piece in zip(columns, pieces, strict=True)
        ]
    said = ",".join(filter(None, pieces))
    return f"{{{said}}}" if said else ""

"""What records of other programs say, gathered as rows under our own column names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.models.records import Reason
from desktop.people.columns import APPOINTMENTS, COLUMNS, PEOPLE
from desktop.people.sheets import Packed, Rejected, Row, Sheet
from desktop.people.values import read_language
from desktop.texts import clean

_NEEDED = {
    PEOPLE: {"external_id", "last_name", "first_name"},
    APPOINTMENTS: {"external_id", "patient_id", "last_name", "first_name", "birth_date", "start"},
}
"""Columns that stand even where no record fills them, so that each row is judged by itself."""
_SHOWN_KINDS = 5


class Gathered:
    """Rows of one file. Records about one person or visit become one row, the later over the earlier."""

    def __init__(self, format_: str, kind: str, data: bytes) -> None:
        self._format = format_
        self._kind = kind
        self._hash = hashlib.sha256(data).hexdigest()
        self._rows: list[tuple[int, dict[str, str]]] = []
        self._places: dict[str, int] = {}
        self._rejected: list[Rejected] = []
        self._ignored: dict[str, str] = {}
        self._met = False

    def say(self, line: int, values: Mapping[str, str], key: str = "") -> None:
        """One record's values. Those with the same `key` are about the same person or visit.

        Raises InputError("rows-too-many").
        """
        said = {name: _whole(value) for name, value in values.items() if value}
        place = self._places.get(key) if key else None
        if place is not None:
            self._rows[place] = (line, self._rows[place][1] | said)
            return
        if len(self._rows) >= LIMITS.import_rows:
            raise InputError("rows-too-many", limit=LIMITS.import_rows)
        if key:
            self._places[key] = len(self._rows)
        self._rows.append((line, said))

    def refuse(self, line: int, reason: Reason) -> None:
        """A record that is left out."""
        self._rejected.append(Rejected(line, reason))

    def meet(self) -> None:
        """A record that is of the kind, whatever becomes of it."""
        self._met = True

    def ignore(self, what: str) -> None:
        """A record of a kind that nothing is taken from."""
        if len(self._ignored) < _SHOWN_KINDS and what not in self._ignored:
            self._ignored[what] = clean(what, 40)

    def sheet(self, **options: str) -> Sheet:
        """Raises InputError: `nothing-of-kind` where no record was about people, or visits; `no-rows`."""
        if not self._rows and not self._rejected and self._met:
            raise InputError("no-rows")
        if not self._rows and not self._rejected:
            raise InputError("nothing-of-kind", found=", ".join(self._ignored.values()) or self._format)
        filled = frozenset[str]().union(*(values.keys() for _, values in self._rows)) | _NEEDED[self._kind]
        names = tuple(name for name in COLUMNS[self._kind] if name in filled)
        rows: list[Row] = [(line, [values.get(name, "") for name in names]) for line, values in self._rows]
        return Sheet(
            format=self._format,
            header=names,
            rows=Packed.of(rows),
            known={name: at for at, name in enumerate(names)},
            options=options,
            rejected=tuple(self._rejected),
            file_hash=self._hash,
        )


def _whole(text: str) -> str:
    """Half of a pair (JSON can hold one) becomes a question mark: no file can keep it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def known_language(*said: str) -> str:
    """The first that is a language we write, else '': other programs know more languages than we do."""
    for text in said:
        for form in (text, text.replace("_", "-").split("-")[0]):
            language = read_language(form) if form else ""
            if isinstance(language, str) and language:
                return language
    return ""

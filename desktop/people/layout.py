"""Reports of practice-management programs as they come: titles, page heads, groups, totals.

A report is a table for eyes. Above its header stand titles; a provider or a day stands once,
as a heading over the rows it holds for; the header comes again on each page; totals close a
group. Here such a file becomes the plain table that it was made of. Only what is surely a
heading or a total is taken as one: any other row goes on to be read, or to be refused with
its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from desktop.models.records import Reason
from desktop.people.values import read_day

_TOTAL = re.compile(
    r"(?:(?:sub|grand)[ -]?total|total|page|p[aá]gina|end of report|fin del informe|printed|run date|"
    r"report date|generated|impreso|number of appointments|appointments? count|count)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\s*([A-Za-zÀ-ÿ /]{3,30}?)\s*[:#-]\s*(.+)")
_LABELS = {
    "provider": "provider",
    "doctor": "provider",
    "physician": "provider",
    "resource": "provider",
    "clinician": "provider",
    "schedule for provider": "provider",
    "appointments for provider": "provider",
    "médico": "provider",
    "medico": "provider",
    "profesional": "provider",
    "location": "location",
    "facility": "location",
    "office": "location",
    "site": "location",
    "sede": "location",
    "lugar": "location",
    "date": "date",
    "day": "date",
    "appointment date": "date",
    "schedule date": "date",
    "date of service": "date",
    "appointments for": "date",
    "schedule for": "date",
    "fecha": "date",
    "día": "date",
    "citas del": "date",
    "agenda del": "date",
}
_FOR = re.compile(
    r"\s*(?:(?:daily )?(?:schedule|appointments?)(?: list| report)? (?:for|of|on)|agenda del|citas del)"
    r"\s+(.+)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?\s+|"
    r"^(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)[.,]?\s+",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"(?:^|[\s,])(?:m\.?d|d\.?o|d\.?d\.?s|d\.?m\.?d|d\.?p\.?m|d\.?c|n\.?p|f\.?n\.?p|p\.?a(?:-c)?|r\.?n|p\.?t|ph\.?d|o\.?d|"
    r"l\.?c\.?s\.?w)\.?(?:$|[\s,])|^(?:dr|dra|doctor|doctora)[.\s]",
    re.IGNORECASE,
)
CARRIED = ("date", "provider", "location")
"""Columns that a heading can stand for."""


class Layout:
    """How one file lies: which columns its headings stand for, and what they say at each row.

    `names` is the header as written, `titles` the lines above it, `records` all lines below
    (read once, to see what headings there are).
    """

    def __init__(
        self,
        names: tuple[str, ...],
        columns: Iterable[str],
        titles: Iterable[list[str]],
        records: Iterable[list[str]],
        day_first: bool,
    ) -> None:
        self._names = names
        titles = list(titles)
        self._titles = {cell.strip() for cells in titles for cell in cells}
        self._carried = Carried(day_first)
        for cells in titles:
            if not is_total(cells):
                self._carried.take(cells)
        trial = Carried(day_first, dict(self._carried.values))
        for cells in records:
            if self._may_be_one(cells) and not is_total(cells):
                trial.take(cells)
        said = set(columns)
        absent = (name for name in CARRIED if name in trial.values and name not in said)
        self.columns = tuple(name for name in absent if name != "date" or "start" not in said)

    def skips(self, cells: list[str]) -> bool:
        """Whether this line is no row: a header again, a heading, a total."""
        if is_header(cells, self._names):
            return True
        if not self._may_be_one(cells):
            return False
        return is_total(cells) or self._carried.take(cells) or self._is_page_head(cells)

    def said(self) -> list[str]:
        """What headings say of the row that is read now, by `columns`."""
        return [self._carried.values.get(name, "") for name in self.columns]

    def _is_page_head(self, cells: list[str]) -> bool:
        """A title of the report again, perhaps with the number of the page."""
        said = [cell.strip() for cell in cells if cell.strip()]
        return bool(said) and all(cell in self._titles or _TOTAL.match(cell) for cell in said)

    def _may_be_one(self, cells: list[str]) -> bool:
        return len(self._names) > 2 and sum(1 for cell in cells if cell.strip()) <= 3


@dataclass
class Carried:
    """What headings said so far; a new day or provider takes the place of the one before."""

    day_first: bool = False
    values: dict[str, str] = field(default_factory=dict)

    def take(self, cells: Iterable[str]) -> bool:
        """Whether these cells were a heading; what it says holds from here on."""
        said = [cell.strip() for cell in cells if cell.strip()]
        found = _heading(said, self.day_first)
        if found is None:
            return False
        self.values.update([found])
        return True


def is_total(cells: Iterable[str]) -> bool:
    """A line that closes a group, counts, or numbers a page."""
    said = [cell.strip() for cell in cells if cell.strip()]
    return 0 < len(said) <= 3 and _TOTAL.match(said[0]) is not None


def is_header(cells: list[str], names: tuple[str, ...]) -> bool:
    """The header again, on another page."""
    return [cell.strip() for cell in cells[: len(names)]] == [name.strip() for name in names]


def _heading(said: list[str], day_first: bool) -> tuple[str, str] | None:
    if not 1 <= len(said) <= 2:
        return None
    text = said[0] if len(said) == 1 else f"{said[0].rstrip(':')}: {said[1]}"
    labelled = _LABELLED.fullmatch(text)
    if labelled:
        column = _LABELS.get(labelled[1].strip().lower())
        if column is not None:
            return _valued(column, labelled[2].strip(), day_first)
    if len(said) == 2:
        return None
    spoken = _FOR.fullmatch(text)
    if spoken:
        return _valued("date", spoken[1], day_first) or _valued("provider", spoken[1], day_first)
    if _day(text, day_first):
        return "date", _day(text, day_first)
    return ("provider", text) if _TITLE.search(text) else None


def _valued(column: str, text: str, day_first: bool) -> tuple[str, str] | None:
    if column == "date":
        day = _day(text, day_first)
        return ("date", day) if day else None
    return (column, text) if any(letter.isalpha() for letter in text) else None


def _day(text: str, day_first: bool) -> str:
    """The ISO day that is all of `text`, with or without its weekday, or ''."""
    day = read_day(_WEEKDAY.sub("", text.strip()).strip(), day_first)
    return "" if isinstance(day, Reason) else day.isoformat()

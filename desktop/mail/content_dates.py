"""Dates as people write them in English and Spanish, and which of them are birth dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from desktop.mail.content_fold import Folded

_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4,
    "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
    "enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8,
    "septiembre": 9, "setiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12, "ene": 1, "abr": 4,
    "ago": 8, "dic": 12,
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_SEP = r"[ \t]?[/.\-][ \t]?(?:\r?\n)?"
_DATE = re.compile(
    rf"(?<![\d/.\-])(?:(?P<y1>\d{{4}}){_SEP}(?P<m1>\d{{1,2}}){_SEP}(?P<d1>\d{{1,2}})"
    rf"|(?P<a>\d{{1,2}}){_SEP}(?P<b>\d{{1,2}}){_SEP}(?P<y2>\d{{4}}|\d\d)"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.?[ºo])?[ \t\-]{{0,2}}(?:\s|of|del?){{0,3}}[ \t]?(?P<n3>{_NAMES})\b"
    rf"[.,]?[ \t\-]{{0,2}}(?:\s?del?\s)?\s?'?(?P<y3>\d{{4}}|\d\d))(?![\d/\-]|\.\d)"
    rf"|\b(?P<n4>{_NAMES})\.?\s{{0,2}}(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?[, \t]{{1,3}}\s?(?:del?\s)?"
    rf"(?P<y4>\d{{4}})(?!\d)"
)
_EIGHT = re.compile(
    r"(?<!\d)(\d{2})(\d{2})((?:19|20)\d{2})(?!\d)|(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)"
)
_WORDS = re.compile(
    r"\b(?:d\.?o\.?b\b|birth ?-?dates?|date of birth|birth ?day|born|b-?day"
    r"|fecha de nac|f\. ?(?:de )?nac|fec\. ?nac|f\.?d\.?n\b|nacid[oa]s?|nacio\b|nacimiento|cumpleanos)"
)
_AFTER = re.compile(r"[\s,;]{0,2}[(\[]?\s?(?:d\.?o\.?b\b|date of birth|birth ?date|nacimiento|f\. ?nac)")
_BEFORE_CHARS = 36


@dataclass(frozen=True)
class DateFound:
    """`dates` are what it can mean: 3/4 may be in March or in April."""

    start: int
    end: int
    dates: frozenset[date]
    named: bool
    """Whether words close by say that somebody was born."""


def find(folded: Folded) -> Iterator[DateFound]:
    """Every date of a text."""
    lower = folded.lower
    for found in _DATE.finditer(lower):
        dates = _meanings(found)
        if dates:
            yield DateFound(found.start(), found.end(), dates, _named(lower, found.start(), found.end()))
    for found in _EIGHT.finditer(lower):
        year, one, two = (found[3], found[1], found[2]) if found[3] else (found[4], found[5], found[6])
        dates = _both(int(year), int(one), int(two))
        if dates and _named(lower, found.start(), found.end()):
            yield DateFound(found.start(), found.end(), dates, named=True)


def _named(lower: str, start: int, end: int) -> bool:
    words = list(_WORDS.finditer(lower, max(0, start - _BEFORE_CHARS), start))
    if words and not _ends_a_sentence(lower[words[-1].end() : start]):
        return True
    return _AFTER.match(lower, end) is not None


def _ends_a_sentence(between: str) -> bool:
    """Whether the word belongs to what was said before: "... was born. See you on ..."."""
    return re.search(r"[.!?]\s+[a-z]+ ", between) is not None


def _meanings(found: re.Match[str]) -> frozenset[date]:
    if found["y1"]:
        return _dates((int(found["y1"]),), int(found["m1"]), int(found["d1"]))
    if found["y2"]:
        return frozenset().union(
            *(_both(year, int(found["a"]), int(found["b"])) for year in _years(found["y2"]))
        )
    if found["y3"]:
        return _dates(_years(found["y3"]), _MONTHS[found["n3"]], int(found["d3"]))
    return _dates((int(found["y4"]),), _MONTHS[found["n4"]], int(found["d4"]))


def _years(written: str) -> tuple[int, ...]:
    return (int(written),) if len(written) == 4 else (1900 + int(written), 2000 + int(written))


def _both(year: int, one: int, two: int) -> frozenset[date]:
    return _dates((year,), one, two) | _dates((year,), two, one)


def _dates(years: tuple[int, ...], month: int, day: int) -> frozenset[date]:
    kept = []
    for year in years:
        try:
            made = date(year, month, day)
        except ValueError:  # no such day
            continue
        if 1900 <= year <= 2100:
            kept.append(made)
    return frozenset(kept)

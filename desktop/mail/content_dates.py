"""Dates as people write them in English and Spanish, and which of them are birth dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from desktop.frozen import dataclass
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
_NUMERIC = re.compile(
    rf"(?<![\d/.\-])(?:(?P<y1>\d{{4}}){_SEP}(?P<m1>\d{{1,2}}){_SEP}(?P<d1>\d{{1,2}})"
    rf"|(?P<a>\d{{1,2}}){_SEP}(?P<b>\d{{1,2}}){_SEP}(?P<y2>\d{{4}}|\d\d))(?![\d/\-]|\.\d)"
)
_DAY_FIRST = re.compile(
    rf"(?<![\d/.])(?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.?o)?[ \t\-]{{0,2}}(?:\s|of|del?){{0,3}}[ \t]?"
    rf"(?P<n3>{_NAMES})\b"
    r"[.,]?[ \t\-]{0,2}(?:\s?del?\s)?\s?'?(?P<y3>\d{4}|\d\d)(?!\d)"
)
_AFTER_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[, \t]{1,3}\s?(?:del?\s)?(\d{4})(?!\d)")
_MONTH = re.compile(rf"\b({_NAMES})\.?\s{{0,2}}$")
_MONTH_CHARS = 14
_SEPARATORS = frozenset(" \t/.-")
_LETTERS_NEXT = frozenset(" \t\n-.snrtodabefjm")
_WORDS = re.compile(
    r"\b(?:d\.?o\.?b\b|birth ?-?dates?|date of birth|birth ?day|born|b-?day"
    r"|fecha de nac|f\. ?(?:de )?nac|fec\. ?nac|f\.?d\.?n\b|nacid[oa]s?|nacio\b|nacimiento|cumpleanos)"
)
_AFTER = re.compile(
    r"[\s,;]{0,2}[(\[]?\s?(?:d\.?o\.?b\b|date of birth|birth ?date|nacimiento|f\. ?nac)\.?\s?(?:[)\],.;\n]|$)"
)
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
    """Every date of a text; each is looked for where digits stand, so that words cost nothing."""
    lower = folded.lower
    until = 0
    for start, end in folded.digits:
        if start < until or end - start not in (1, 2, 4, 8):
            continue
        found = _at(lower, start, end)
        if found is None:
            continue
        begin, until, dates = found
        named = _named(lower, begin, until)
        if dates and (named or end - start != 8):
            yield DateFound(begin, until, dates, named)


def _at(lower: str, start: int, end: int) -> tuple[int, int, frozenset[date]] | None:
    """The date around one run of digits: where it is and what it can mean."""
    if end - start == 8:
        return start, end, _eight(lower[start:end])
    following = lower[end : end + 1]
    found = _NUMERIC.match(lower, start) if following in _SEPARATORS else None
    if found is not None:
        return start, found.end(), _numeric(found)
    if end - start > 2:
        return None
    found = _DAY_FIRST.match(lower, start) if following in _LETTERS_NEXT else None
    if found is not None:
        return start, found.end(), _dates(_years(found["y3"]), _MONTHS[found["n3"]], int(found["d3"]))
    found = _AFTER_MONTH.match(lower, start)
    if found is None:
        return None
    month = _MONTH.search(lower[max(0, start - _MONTH_CHARS) : start])
    if month is None:
        return None
    return start - len(month[0]), found.end(), _dates((int(found[2]),), _MONTHS[month[1]], int(found[1]))


def _eight(digits: str) -> frozenset[date]:
    """`03041961` and `19610304`."""
    if digits[4:6] in ("19", "20"):
        return _both(int(digits[4:]), int(digits[:2]), int(digits[2:4]))
    return _both(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _named(lower: str, start: int, end: int) -> bool:
    words = list(_WORDS.finditer(lower, max(0, start - _BEFORE_CHARS), start))
    if words and not _ends_a_sentence(lower[words[-1].end() : start]):
        return True
    return _AFTER.match(lower, end) is not None


def _ends_a_sentence(between: str) -> bool:
    """Whether the word belongs to what was said before: "... was born. See you on ..."."""
    return re.search(r"[.!?]\s+[a-z]+ ", between) is not None


def _numeric(found: re.Match[str]) -> frozenset[date]:
    if found["y1"]:
        return _dates((int(found["y1"]),), int(found["m1"]), int(found["d1"]))
    one, two = int(found["a"]), int(found["b"])
    return frozenset().union(*(_both(year, one, two) for year in _years(found["y2"])))


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

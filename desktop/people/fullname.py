"""Names in one cell: `LOPEZ, MARIA A`, `Lopez, Maria (10442)`, `Maria Lopez`."""

from __future__ import annotations

import re
from typing import NamedTuple

_NUMBER = re.compile(
    r"\s*(?:\(\s*(?:mrn|id|#|chart)?\s*[:#]?\s*([a-z]{0,4}-?\d[\w-]*)\s*\)|#\s*([a-z]{0,4}-?\d[\w-]*))\s*$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r",?\s+(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)
_INITIAL = re.compile(r"\s+[^\W\d_]\.?$")
_COURTESY = re.compile(r"^(?:mr|mrs|ms|miss|dr|sr|sra|srta|don|doña)\.?\s+", re.IGNORECASE)


class FullName(NamedTuple):
    """`number` is the practice's own where it stands behind the name, else ''."""

    last: str
    first: str
    number: str


def split_name(text: str) -> FullName | None:
    """None where two names cannot be told: one word, or a number.

    A middle initial and suffixes are left out: programs differ in writing them, and a
    patient is never found by the name alone.
    """
    found = _NUMBER.search(text)
    number = (found[1] or found[2]) if found else ""
    plain = " ".join((text[: found.start()] if found else text).split())
    last, comma, first = plain.partition(",")
    if comma:
        last, first = _SUFFIX.sub("", f" {last.strip()}").strip(), first.strip()
    else:
        words = _SUFFIX.sub("", _COURTESY.sub("", plain)).split(" ")
        last, first = words[-1], " ".join(words[:-1])
    first = _SUFFIX.sub("", f" {_COURTESY.sub('', first)}").strip(" ,")
    shorter = _INITIAL.sub("", first)
    first = shorter or first
    if not last or not first or any(sign.isdigit() for sign in last + first):
        return None
    return FullName(last, first, number)

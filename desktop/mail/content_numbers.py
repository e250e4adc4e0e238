"""Numbers that belong to one person: SSN, ITIN, cards, providers, each with its check digits.

Groups of digits are found once; every number is then looked for in a window of
neighbouring groups, so that blanks, dashes, dots or a broken line inside a number hide
nothing, and the time is bounded by the number of groups. Written from the public
rules: SSA (SSN since 2011), IRS Publication 1915 (ITIN), ISO/IEC 7812-1 (Luhn and the
issuers' ranges), 45 CFR 162.406 with the CMS check digit (NPI), 21 CFR 1301 and the
DEA's check digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from desktop.frozen import dataclass
from desktop.mail.content_fold import Folded

_GAP = re.compile(r" ?[-. ]? ?|[ \t]{0,2}-?[ \t]{0,2}\r?\n[ \t>]{0,4}-?")
_GAP_MOST = 12
_MOST = 19
_MOST_RUNS = 6
"""Runs of digits in one number: a card has five groups at most, and one may be broken by a line."""
_WINDOW = 40
"""Characters before a number in which a word can say what it is."""
_GLUED = re.compile(r"(?:^|[^a-z])(?:ssn|ss|itin|tin|npi|dea|id|no|num|nr|card|mrn)$")

_SSN_WORDS = re.compile(
    r"\b(?:ssn|ss ?#|ss ?n[or]\b|soc(?:ial)?\.? ?sec|social security|seguro social|nss\b|last four|itin"
    r"|tax ?id|taxpayer|contribuyente)"
)
_NPI_WORDS = re.compile(r"\bnpi\b|national provider|provider (?:id|number|no)|proveedor")
_NOT_NPI = re.compile(
    r"\b(?:order|invoice|tracking|ticket|confirmation|reference|ref|case|account|acct|phone|tel|fax|call|text"
    r"|pedido|factura|rastreo|guia|confirmacion|referencia|cuenta|caso|telefono|llame|number|numero)\b"
)
_DEA = re.compile(r"(?<![A-Za-z0-9])([A-HJ-MP-UXa-hj-mp-ux][A-Za-z9])-?$")
_NEVER_ISSUED = frozenset({"078051120", "219099999", "457555462"})
"""Printed on sample cards and in advertisements, and void since."""


@dataclass(frozen=True)
class Number:
    """A number in the plain text; `kind` is the value of a `content_values.Kind`."""

    kind: str
    start: int
    end: int
    digits: str


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        value = int(char) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_ssn(digits: str) -> bool:
    """Whether the nine digits can be a social security number."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return (
        area not in ("000", "666")
        and area < "900"
        and group != "00"
        and serial != "0000"
        and digits not in _NEVER_ISSUED
    )


def is_itin(digits: str) -> bool:
    """Whether the nine digits can be a taxpayer number of the IRS."""
    group = int(digits[3:5])
    return digits[0] == "9" and (
        50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99
    )


def is_npi(digits: str) -> bool:
    """Ten digits from 1 or 2; Luhn over the number with the issuer 80840 before it."""
    return len(digits) == 10 and digits[0] in "12" and luhn("80840" + digits)


def is_dea(digits: str) -> bool:
    """The last of the seven digits is that of the first, third, fifth and twice the others."""
    value = [int(char) for char in digits]
    return (value[0] + value[2] + value[4] + 2 * (value[1] + value[3] + value[5])) % 10 == value[6]


def is_card(digits: str) -> bool:
    """A range that an issuer uses, at its length, with the check digit."""
    return len(digits) in _lengths(digits) and luhn(digits) and len(set(digits)) > 1


def _lengths(digits: str) -> tuple[int, ...]:
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    if digits[0] == "4":
        return (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return (16,)
    if two in (34, 37):
        return (15,)
    if 300 <= three <= 305 or two in (36, 38, 39):
        return (14, 16, 19) if two == 36 else (14,)
    if four == 6011 or two in (62, 65) or 644 <= three <= 649 or 3528 <= four <= 3589:
        return (16, 17, 18, 19)
    return ()


def find(folded: Folded) -> list[Number]:
    """Every number of these kinds in a text, none inside another."""
    runs = folded.digits
    found: list[Number] = []
    after = 0
    for at, (start, end) in enumerate(runs):
        if end - start == 7 or (end - start == 8 and folded.text[start] == "9"):
            found.extend(_dea(folded, end - 7, end))
        if at < after or not _long_enough(runs, at):
            continue
        hit, used = _at(folded, at)
        if hit is not None:
            found.append(hit)
        after = at + used
    return found


def _long_enough(runs: list[tuple[int, int]], at: int) -> bool:
    """Whether enough digits stand close together; nearly every number of a letter ends here."""
    start, last = runs[at]
    digits = last - start
    until = min(len(runs), at + _MOST_RUNS)
    while digits < 9:
        at += 1
        if at == until:
            return False
        start, end = runs[at]
        if start - last > _GAP_MOST:
            return False
        digits += end - start
        last = end
    return True


def _at(folded: Folded, at: int) -> tuple[Number | None, int]:
    """The longest number that starts at a run of digits, and how many runs it takes (one, where none)."""
    runs = folded.digits
    start = runs[at][0]
    if not _may_start(folded, at):
        return None, 1
    for used, digits, cuts in reversed(list(_windows(folded, at))):
        end = runs[at + used - 1][1]
        if not _may_end(folded, at + used):
            continue
        kind = _kind(folded, start, end, digits, cuts)
        if kind:
            return Number(kind, start, end, digits), used
    return None, 1


def _gap(folded: Folded, at: int) -> str | None:
    """What stands before a run of digits, where it and the one before could be one number."""
    runs = folded.digits
    if not 0 < at < len(runs) or runs[at][0] - runs[at - 1][1] > _GAP_MOST:
        return None
    between = folded.text[runs[at - 1][1] : runs[at][0]]
    return between if _GAP.fullmatch(between) else None


def _windows(folded: Folded, at: int) -> Iterator[tuple[int, str, dict[int, str]]]:
    """Ever more neighbouring runs as one number, with what stood before which digit."""
    digits = ""
    cuts: dict[int, str] = {}
    for used, (start, end) in enumerate(folded.digits[at : at + _MOST_RUNS], start=1):
        if len(digits) + end - start > _MOST:
            return
        if used > 1:
            gap = _gap(folded, at + used - 1)
            if gap is None:
                return
            cuts[len(digits)] = gap
        digits += folded.text[start:end]
        if len(digits) >= 9:
            yield used, digits, dict(cuts)


def _may_start(folded: Folded, at: int) -> bool:
    """Not in the middle of a word, an amount, a decimal or a number that went on with a dash."""
    start = folded.digits[at][0]
    before = folded.lower[max(0, start - 6) : start]
    if not before:
        return True
    if _gap(folded, at) in ("-", ".", "/"):
        return False
    if before[-1].isalnum():
        return _GLUED.search(before) is not None
    return before[-1] not in "$€£_" and not (before[-1] in ",." and before[-2:-1].isdigit())


def _may_end(folded: Folded, following: int) -> bool:
    end = folded.digits[following - 1][1]
    after = folded.text[end : end + 2]
    if _gap(folded, following) in ("-", "."):
        return False
    if after[:1] in ("_", "%") or after[:1].isalpha():
        return False
    return not (after[:1] in ",." and after[1:].isdigit())


def _kind(folded: Folded, start: int, end: int, digits: str, cuts: dict[int, str]) -> str:
    hard = {place for place, gap in cuts.items() if "\n" not in gap}
    if len(digits) == 9:
        return _nine(folded, start, end, digits, cuts, hard)
    if len(digits) == 10:
        return "npi" if not hard and is_npi(digits) and _npi_here(folded, start, digits) else ""
    grouped = hard <= {4, 8, 12, 16} or hard <= (
        {4, 9} if digits.startswith("3") and len(digits) == 13 else {4, 10}
    )
    return "card" if len(digits) >= 13 and grouped and is_card(digits) else ""


def _nine(folded: Folded, start: int, end: int, digits: str, cuts: dict[int, str], hard: set[int]) -> str:
    kind = "ssn" if is_ssn(digits) else "itin" if is_itin(digits) else ""
    if not kind or not hard <= {3, 5}:
        return ""
    shaped = (
        set(cuts) >= {3, 5} and hard and len({gap.strip() for gap in cuts.values() if "\n" not in gap}) == 1
    )
    if shaped or (_SSN_WORDS.search(_around(folded, start, end)) and hard != {5}):
        return kind
    return ""


def _npi_here(folded: Folded, start: int, digits: str) -> bool:
    """A word says so; or it starts as no telephone number does, and no word says that it is another."""
    before = folded.lower[max(0, start - _WINDOW) : start]
    if _NPI_WORDS.search(before):
        return True
    return digits[0] == "1" and not before.endswith(("+", "#", "=", "/")) and not _NOT_NPI.search(before)


def _around(folded: Folded, start: int, end: int) -> str:
    """The words close by: before, and just after as in `123456789 (SSN)`."""
    before = folded.lower[max(0, start - _WINDOW) : start]
    return f"{before} | {folded.lower[end : end + 10]}"


def _dea(folded: Folded, start: int, end: int) -> Iterator[Number]:
    """The two letters and the check digit of a prescriber's number around seven digits."""
    found = _DEA.search(folded.text[max(0, start - 4) : start])
    digits = folded.text[start:end]
    if found is None or not is_dea(digits) or folded.text[end : end + 1].isalpha():
        return
    first = start - len(found[0])
    near = "dea" in folded.lower[max(0, first - 20) : first]
    if near or found[1].isupper() or found[1].endswith("9"):
        yield Number("dea", first, end, digits)

"""Who may be on file twice: blocks of people who share something, then how alike their names are.

Two records are offered as one person only when their birth dates do not speak against it. Without
the birth date of both, the same names alone are not enough (there are many John Smiths), and a
shared mailbox or telephone is not either (a family has one): the same names and a shared way are.
Twins have a birth date, a name and a home in common; what tells them apart is the first name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler

from desktop.frozen import dataclass
from desktop.models.duplicates import Compared, Pair
from desktop.models.names import sort_key
from desktop.models.records import PersonId, Reason
from desktop.people.nicknames import same_name

OFFERED = 70
"""The least score that somebody is asked about."""
_BLOCK_MAX = 150
"""A block of more people than this shares nothing that tells (a telephone of the practice itself)."""
_PHONE_DIGITS = 7
_NAME_WEIGHT = 50
_SAME_BIRTH, _NEAR_BIRTH = 35, 15
_WAY = 10
_HOME = 5
_OTHER_SEX = 30
_OTHER_NUMBER = 3
_SLIP = 0.93
"""The same of two first names: Maria and Marta, who may be sisters, have 0.92."""
_ALIKE = 0.9
"""Jaro-Winkler's likeness from which two words may be one misspelt."""


class _Words(NamedTuple):
    """A record made comparable."""

    id: PersonId
    first: str
    last: str
    born: str
    phone: str
    sex: str
    home: str
    address: str
    number: str


@dataclass(frozen=True)
class Likeness:
    """How alike two records are, 0 to 100, and why; `offered` is whether somebody is asked."""

    score: int
    reasons: tuple[Reason, ...]
    offered: bool


def pairs(rows: Iterable[Compared]) -> Iterator[Pair]:
    """Every pair that is worth a look, once."""
    people = [_words(row) for row in rows]
    seen: set[tuple[PersonId, PersonId]] = set()
    for block in _blocks(people):
        for one, other in combinations(block, 2):
            key = (one.id, other.id) if one.id < other.id else (other.id, one.id)
            if key in seen or not _may_be(one, other):
                continue
            seen.add(key)
            found = _likeness(one, other)
            if found.offered:
                yield Pair(*key, found.score, found.reasons)


def likeness(one: Compared, other: Compared) -> Likeness:
    """For two that somebody chose."""
    return _likeness(_words(one), _words(other))


# --- blocks ------------------------------------------------------------------------


def _words(row: Compared) -> _Words:
    last, _, first = sort_key(row.last_name, row.first_name).partition("\x1f")
    digits = "".join(sign for sign in row.phone if sign.isdigit())
    return _Words(
        row.id,
        first.replace(".", ""),
        last.replace("-", " "),
        row.birth_date,
        digits[-_PHONE_DIGITS:] if len(digits) >= _PHONE_DIGITS else "",
        row.sex[:1].lower(),
        f"{row.zip.strip()[:5]} {' '.join(row.street.casefold().split())}".strip(),
        row.address,
        row.external_id,
    )


def _blocks(people: list[_Words]) -> Iterator[list[_Words]]:
    """People who share a birth date, a way to reach them, or nearly a name."""
    blocks: dict[tuple[str, str], list[_Words]] = defaultdict(list)
    for one in people:
        keys = {
            ("born", one.born),
            ("phone", one.phone),
            ("mail", one.address),
            ("name", f"{one.last} {one.first}" if one.last and one.first else ""),
            ("turned", " ".join(sorted((one.last, one.first))) if one.last and one.first else ""),
        }
        for kind, value in keys:
            if value:
                blocks[kind, value].append(one)
    return (block for block in blocks.values() if 1 < len(block) <= _BLOCK_MAX)


def _may_be(one: _Words, other: _Words) -> bool:
    """Quick: whether the first letters of any of their names are the same, in either order."""
    mine, theirs = {one.first[:1], one.last[:1]}, {other.first[:1], other.last[:1]}
    return bool(mine & theirs) or not (one.first and other.first)


# --- likeness ----------------------------------------------------------------------


def _likeness(one: _Words, other: _Words) -> Likeness:
    names, name_reason = _names(one, other)
    birth, birth_reason = _births(one.born, other.born)
    reasons = [name_reason, birth_reason]
    score = _NAME_WEIGHT * names + birth
    ways = 0
    for mine, theirs, points, code in (
        (one.phone, other.phone, _WAY, "alike-phone"),
        (one.address, other.address, _WAY, "alike-email"),
        (one.home, other.home, _HOME, "alike-home"),
    ):
        if mine and mine == theirs:
            score, ways = score + points, ways + 1
            reasons.append(Reason(code))
    if one.sex and other.sex and one.sex != other.sex:
        score -= _OTHER_SEX
        reasons.append(Reason("differs-sex"))
    if one.number and other.number and one.number != other.number:
        score -= _OTHER_NUMBER
        reasons.append(Reason("differs-number"))
    whole = max(0, min(100, round(score)))
    known = tuple(reason for reason in reasons if reason is not None)
    return Likeness(whole, known, _offered(names, birth_reason, ways, whole))


def _offered(names: float, birth: Reason | None, ways: int, score: int) -> bool:
    code = birth.code if birth is not None else ""
    if names < _ALIKE:
        return False
    if code == "alike-birth":
        return score >= OFFERED
    if code == "alike-birth-near":
        return names == 1 and ways > 0
    # Not known of both: the same names, and a way in common that is not only the home.
    return code == "alike-birth-missing" and names == 1 and ways > 0 and score >= _NAME_WEIGHT + _WAY


def _names(one: _Words, other: _Words) -> tuple[float, Reason | None]:
    """How alike, 0 to 1, and in which way."""
    straight = min(_first(one.first, other.first), _last(one.last, other.last))
    turned = min(_first(one.first, other.last), _last(one.last, other.first)) if one.first else 0.0
    if straight == 1:
        return 1.0, Reason("alike-name")
    if turned == 1:
        return 0.95, Reason("alike-name-turned")
    best = max(straight, turned)
    return best, Reason("alike-name-nearly", {"percent": round(best * 100)}) if best >= _ALIKE else None


def _first(one: str, other: str) -> float:
    """First names: an initial, a short form and a further name say the same person."""
    if one == other:
        return 1.0
    if not one or not other:
        return 0.9
    mine, theirs = one.split(), other.split()
    if mine[0] == theirs[0] or same_name(mine[0], theirs[0]):
        return 0.96
    if len(mine[0]) == 1 or len(theirs[0]) == 1:
        return 0.92 if mine[0][0] == theirs[0][0] else 0.0
    if _two_names(mine[0], theirs[0]):
        return 0.0
    alike = JaroWinkler.similarity(one, other)
    return alike if alike >= _SLIP else 0.0


def _two_names(one: str, other: str) -> bool:
    """Mario and Maria, Daniel and Daniela: names of a brother and a sister rather than a slip."""
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        return short[:-1] == long[:-1] and {short[-1], long[-1]} <= set("aoe")
    return long == short + "a"


def _last(one: str, other: str) -> float:
    """Last names: one of two names, or both in the other order."""
    if one == other:
        return 1.0
    mine, theirs = set(one.split()), set(other.split())
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return 0.98
    if mine < theirs or theirs < mine:
        return 0.94
    return JaroWinkler.similarity(one, other)


def _births(one: str, other: str) -> tuple[int, Reason | None]:
    if not one or not other:
        return 0, Reason("alike-birth-missing")
    if one == other:
        return _SAME_BIRTH, Reason("alike-birth")
    if _slipped(one, other):
        return _NEAR_BIRTH, Reason("alike-birth-near")
    return -_SAME_BIRTH, Reason("differs-birth")


def _slipped(one: str, other: str) -> bool:
    """One digit wrong, two neighbours swapped, or day and month in the other order."""
    if one[:5] + one[8:] + "-" + one[5:7] == other:
        return True
    wrong = [place for place, (mine, theirs) in enumerate(zip(one, other, strict=True)) if mine != theirs]
    if len(wrong) == 1:
        return True
    digits = one.replace("-", ""), other.replace("-", "")
    apart = [place for place in range(len(digits[0])) if digits[0][place] != digits[1][place]]
    if len(apart) != 2 or apart[1] - apart[0] != 1:
        return False
    left, right = apart
    return digits[0][left] == digits[1][right] and digits[0][right] == digits[1][left]

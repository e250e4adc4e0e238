"""Codes: diagnoses (ICD-10-CM) and the practice's own record numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from desktop.mail.content_fold import Folded, fold, folded_words
from desktop.mail.content_values import MrnShapes
from desktop.paths import resource

_CODE = re.compile(
    r"(?<![A-Za-z0-9.\-])([A-Za-z]\d[0-9ABab])(?:\.([0-9A-DXa-dx][0-9A-Xa-x]{0,3})|([0-9A-Z]{0,4}))"
    r"(?![A-Za-z0-9]|\.\d)"
)
_ICD_WORDS = re.compile(
    r"\bicd\b|\bicd-?10|\bcie\b|\bcie-?10|\bdx\b|diagnos|\bcoded?\b|\bcodigos?\b|\bcoding\b|\bbilled\b"
)
_NOT_ICD = re.compile(r"(?:vitamin[as]*|version|ver\.?|v\.?|room|suite|sala|unit|model|firmware)\s{0,2}$")
_BEFORE = 60

_MRN_WORDS = re.compile(
    r"\b(?:m\.?r\.?n\b|med(?:ical)?\.? ?rec(?:ord)?|chart|patient (?:id|no|num|#)|pt ?id"
    r"|record (?:no|num|#|id)|expediente|historia clinica|n\.?h\.?c\b|ficha"
    r"|registro medico|id del paciente|numero de paciente)"
    r"[^a-z0-9]{0,6}(?:(?:numbers?|no|n\.?o|nr|num|id|is|es|numero|clinico|medico|de)\b[^a-z0-9]{0,6}){0,3}$"
)
_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{0,5}[\-_/]?\d[A-Za-z0-9\-]{2,17}(?![A-Za-z0-9])")
_PREFIXES = ("mrn", "nhc")
_HINTS = frozenset(
    ("mrn", "m", "medical", "med", "chart", "patient", "pt", "ptid", "record", "rec", "nhc", "n")
) | {
    "expediente",
    "historia",
    "ficha",
    "registro",
    "paciente",
}
_SHAPE_SHARE = 0.05
_SHAPE_LEAST = 3
_LITERALS = 8
_SHAPES_MOST = 12


@lru_cache(maxsize=1)
def _categories() -> frozenset[str]:
    """The blocks of `resources/content/icd10cm.txt`, `A00-A09` and so on, as single categories."""
    kept: set[str] = set()
    for line in resource("content/icd10cm.txt").read_text("ascii").splitlines():
        for block in line.partition("#")[0].split():
            first, _, last = block.partition("-")
            letter, low = first[0], int(first[1:])
            kept.update(f"{letter}{number:02d}" for number in range(low, int((last or first)[1:]) + 1))
    return frozenset(kept)


def is_category(code: str) -> bool:
    """Whether the first three characters of a code are a category that exists."""
    upper = code.upper()
    if upper[2].isdigit():
        return upper in _categories()
    return upper in ("C4A", "C7A", "C7B", "D3A", "I1A", "I5A", "J4A", "M1A", "O9A", "Z3A")


def diagnoses(folded: Folded) -> Iterator[tuple[int, int]]:
    """Codes with their dot; without one only near a word such as ICD-10 or diagnosis."""
    text, lower = folded.text, folded.lower
    for start, _ in folded.digits:
        if not start or not text[start - 1].isalpha():
            continue
        found = _CODE.match(text, start - 1)
        if found is None or not is_category(found[1]):
            continue
        if found[2]:
            sure = not _NOT_ICD.search(lower[max(0, start - 13) : start - 1])
        else:
            near = lower[max(0, start - _BEFORE) : start - 1]
            sure = found[1][0].isupper() and _ICD_WORDS.search(near) is not None
        if sure:
            yield found.span()


def learn(external_ids: Iterable[str]) -> MrnShapes:
    """How this practice writes its record numbers, from those that it has.

    A shape counts from 3 numbers and a twentieth of all. Letters that are nearly always
    the same are taken literally.
    """
    shapes: dict[str, Counter[str]] = {}
    total = 0
    for number in external_ids:
        plain = fold(number.strip()).text
        if not 3 < len(plain) <= 24 or not plain.isprintable():
            continue
        total += 1
        shape = re.sub(r"[A-Za-z]+", lambda run: f"<{len(run[0])}>", re.sub(r"\d", "9", plain))
        letters = "|".join(re.findall(r"[A-Za-z]+", plain))
        shapes.setdefault(shape, Counter())[letters.upper()] += 1
    usual = [
        (shape, seen)
        for shape, seen in sorted(shapes.items(), key=lambda item: -item[1].total())[:_SHAPES_MOST]
        if seen.total() >= max(_SHAPE_LEAST, _SHAPE_SHARE * total)
    ]
    digits = frozenset(len(shape) for shape, _ in usual if set(shape) == {"9"})
    lettered = [made for shape, seen in usual if set(shape) != {"9"} and (made := _pattern(shape, seen))]
    return MrnShapes(f"(?<![A-Za-z0-9])(?:{'|'.join(lettered)})(?![A-Za-z0-9])" if lettered else "", digits)


def _pattern(shape: str, seen: Counter[str]) -> str:
    """One shape as an expression of bounded length; '' where it would match any number."""
    runs = re.findall(r"<\d+>|9+|[^<9]", shape)
    digits = sum(len(run) for run in runs if run[0] == "9")
    if digits < 3 or digits + len(runs) < 5:
        return ""
    literal = len(seen) <= _LITERALS
    columns = [sorted(set(column)) for column in zip(*(one.split("|") for one in seen), strict=True)]
    made = ""
    at = 0
    for run in runs:
        if run[0] == "<":
            made += f"(?:{'|'.join(map(re.escape, columns[at]))})" if literal else f"[A-Za-z]{{{run[1:-1]}}}"
            at += 1
        elif run[0] == "9":
            made += rf"\d{{{len(run)}}}"
        else:
            made += re.escape(run)
    return made


@lru_cache(maxsize=8)
def _compiled(lettered: str) -> re.Pattern[str]:
    return re.compile(lettered, re.IGNORECASE)


def record_numbers(folded: Folded, shapes: MrnShapes | None, own: str = "") -> Iterator[tuple[int, int]]:
    """Record numbers: of the practice's lettered shapes anywhere, others next to a word that says so."""
    lower = folded.lower
    until = 0
    taken: set[int] = set()
    if shapes is not None and shapes.lettered:
        for shaped in _compiled(shapes.lettered).finditer(folded.text):
            taken.add(shaped.start())
            yield shaped.span()
    mine = folded_words(own)
    mine = mine if len(mine) > 4 and mine in lower else ""
    if (
        not mine
        and not any(prefix in lower for prefix in _PREFIXES)
        and folded.words.different.isdisjoint(_HINTS)
    ):
        return
    lengths = shapes.digits if shapes is not None else frozenset()
    for start, end in folded.digits:
        if start < until or end - start < 2:
            continue
        found = _NUMBER.match(folded.text, _token_start(lower, start))
        if found is None or found.start() in taken:
            continue
        until = found.end()
        word = lower[found.start() : found.end()]
        if sum(map(str.isdigit, word)) < 3:
            continue
        plain = word.isdigit() and len(word) in lengths
        if word == mine or _said(lower, found.start()) or (plain and _near(lower, found.start())):
            yield found.span()


def _token_start(lower: str, at: int) -> int:
    """Where the word that goes on with digits begins."""
    least = max(0, at - 6)
    while at > least and (lower[at - 1].isalnum() or lower[at - 1] in "-_/"):
        at -= 1
    return at


def _said(lower: str, start: int) -> bool:
    if lower.startswith(_PREFIXES, start):
        return True
    return _MRN_WORDS.search(lower[max(0, start - 40) : start]) is not None


def _near(lower: str, start: int) -> bool:
    return (
        re.search(r"patient|paciente|chart|record|mrn|expediente|historia", lower[max(0, start - 30) : start])
        is not None
    )

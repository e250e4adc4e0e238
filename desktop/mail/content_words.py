"""Clinical words in English and Spanish, by group, from `resources/content/terms.json`.

A term is a few words; one that ends in `*` is the beginning of its last word. The lists
are our own; accents and case do not matter. Words that everybody uses ("pain",
"treatment", "visit") are left out: a check that always warns is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from desktop.mail.content_fold import Folded, fold, folded_words
from desktop.paths import resource

_TOKEN = re.compile(r"[^\W_]+")
_JOIN = re.compile(r"[\s\-_'/]{1,4}")
_STEM_KEY = 3


@dataclass(frozen=True)
class Term:
    """`group` is the key of its group: `mental-health`, `hiv-sti` and so on."""

    start: int
    end: int
    group: str


@dataclass(frozen=True)
class _Wanted:
    rest: tuple[str, ...]
    """The words after the first."""
    stem: bool
    group: str


@dataclass(frozen=True)
class _Lexicon:
    first: dict[str, tuple[_Wanted, ...]]
    """By the first word; the longest first."""
    stems: dict[str, tuple[tuple[str, str], ...]]
    """Single words that may go on, by their first letters: beginning and group."""
    specialties: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    data = json.loads(resource("content/terms.json").read_text("utf-8"))
    first: dict[str, set[_Wanted]] = {}
    stems: dict[str, set[tuple[str, str]]] = {}
    for group, languages in data["terms"].items():
        for term in (term for terms in languages.values() for term in terms):
            words = _TOKEN.findall(folded_words(term))
            if term.endswith("*") and len(words) == 1:
                stems.setdefault(words[0][:_STEM_KEY], set()).add((words[0], group))
            else:
                first.setdefault(words[0], set()).add(_Wanted(tuple(words[1:]), term.endswith("*"), group))
    return _Lexicon(
        {
            word: tuple(sorted(wanted, key=lambda one: (-len(one.rest), one.rest, one.group)))
            for word, wanted in first.items()
        },
        {key: tuple(sorted(found)) for key, found in stems.items()},
        tuple((stem, group) for group, some in data["specialties"].items() for stem in some),
    )


def find(folded: Folded) -> Iterator[Term]:
    """Every clinical word, the longest term at each place."""
    lexicon = _lexicon()
    first, stems = lexicon.first, lexicon.stems
    lower = folded.lower
    until = -1
    for found in _TOKEN.finditer(lower):
        word = found[0]
        known = word in first
        begun = stems.get(word[:_STEM_KEY])
        if (not known and begun is None) or found.start() < until:
            continue
        term = _longest(lower, found.start(), found.end(), first[word]) if known else None
        if term is None and begun is not None:
            group = next((group for stem, group in begun if word.startswith(stem)), None)
            term = Term(found.start(), found.end(), group) if group else None
        if term is not None:
            until = term.end
            yield term


def _longest(lower: str, start: int, end: int, wanted: tuple[_Wanted, ...]) -> Term | None:
    for one in wanted:
        at = _follow(lower, end, one)
        if at >= 0:
            return Term(start, at, one.group)
    return None


def _follow(lower: str, end: int, wanted: _Wanted) -> int:
    """Where the term ends, or -1."""
    for number, word in enumerate(wanted.rest, start=1):
        join = _JOIN.match(lower, end)
        following = _TOKEN.match(lower, join.end()) if join else None
        if following is None:
            return -1
        fits = (
            following[0].startswith(word)
            if wanted.stem and number == len(wanted.rest)
            else following[0] == word
        )
        if not fits:
            return -1
        end = following.end()
    return end


def specialty(text: str) -> Term | None:
    """The field of medicine that a sender's name or domain tells, if it does."""
    folded = fold(text)
    for stem, group in _lexicon().specialties:
        at = folded.lower.find(stem)
        if at >= 0:
            return Term(*folded.original(at, at + len(stem)), group)
    return None

"""Clinical words in English and Spanish, by group, from `resources/content/terms.json`.

A term is a few words; one that ends in `*` is the beginning of its last word. The lists
are our own; accents and case do not matter. Words that everybody uses ("pain",
"treatment", "visit") are left out: a check that always warns is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from desktop.frozen import dataclass
from desktop.mail.content_fold import Folded, Words, fold, folded_words
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
    words = folded.words
    single = {word: group for word in words.different if (group := _stem(lexicon, word))}
    wanted = words.different & lexicon.first.keys() | single.keys()
    until = 0
    for place, word in enumerate(words.parts if wanted else ()):
        if word not in wanted or place % 2 == 0 or words.start(place) < until:
            continue
        term = _longest(words, place, lexicon.first.get(word, ()))
        if term is None and word in single:
            term = Term(words.start(place), words.ends[place], single[word])
        if term is not None:
            until = term.end
            yield term


def _stem(lexicon: _Lexicon, word: str) -> str:
    """The group of a word that begins as one of the list does, or ''."""
    begun = lexicon.stems.get(word[:_STEM_KEY], ())
    return next((group for stem, group in begun if word.startswith(stem)), "")


def _longest(words: Words, place: int, wanted: tuple[_Wanted, ...]) -> Term | None:
    for one in wanted:
        last = _follow(words.parts, place, one)
        if last:
            return Term(words.start(place), words.ends[last], one.group)
    return None


def _follow(parts: list[str], place: int, wanted: _Wanted) -> int:
    """The place of the term's last word, or 0."""
    for number, word in enumerate(wanted.rest, start=1):
        place += 2
        if place >= len(parts) or not _JOIN.fullmatch(parts[place - 1]):
            return 0
        ends_here = wanted.stem and number == len(wanted.rest)
        if not (parts[place].startswith(word) if ends_here else parts[place] == word):
            return 0
    return place


def specialty(text: str) -> Term | None:
    """The field of medicine that a sender's name or domain tells, if it does."""
    folded = fold(text)
    for stem, group in _lexicon().specialties:
        at = folded.lower.find(stem)
        if at >= 0:
            return Term(*folded.original(at, at + len(stem)), group)
    return None

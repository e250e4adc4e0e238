"""The names of everybody in the practice, ready to be recognised in a text.

An index by words: two dictionary look-ups for a word that is in nobody's name, which is
nearly every word, so that a hundred thousand people cost a letter no more than ten.
A first name alone is never a hit, and a last name alone only after a title, where it is
no everyday word: names such as Rose, Grant or Young need both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from desktop.mail.content_fold import Folded, folded_words
from desktop.models.records import PersonId
from desktop.paths import resource

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_IN_FILE_NAMES = re.compile(r"[A-Z]?[a-z']+|[A-Z]+(?![a-z])|[^\W\d_]")
"""There words also begin with a capital in the middle: `MariaLopez.pdf`."""
_BLANK = re.compile(r"[\s_\-.+]{0,4}")
_COMMA = re.compile(r"[ \t]?[,;|\t][\s_]{0,3}")
_PARTICLES = frozenset(
    [
        "de",
        "del",
        "la",
        "las",
        "los",
        "y",
        "e",
        "da",
        "das",
        "do",
        "dos",
        "di",
        "van",
        "von",
        "der",
        "den",
        "el",
        "al",
        "bin",
        "ibn",
        "st",
        "san",
        "santa",
        "mc",
    ]
)
_TITLES = frozenset(
    ("mr", "mrs", "ms", "miss", "mx", "patient", "sr", "sra", "srta", "senor", "senora", "senorita", "don")
) | {"dona", "paciente"}
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv"])
_MIDDLES = 2


@dataclass(frozen=True)
class Named:
    """A name in the plain text and who bears it."""

    start: int
    end: int
    people: frozenset[PersonId]


@lru_cache(maxsize=1)
def everyday() -> frozenset[str]:
    """Words that stand in letters without being anybody's name."""
    english = resource("wordlist.txt").read_text("ascii").split()
    own = resource("content/everyday.txt").read_text("utf-8").split()
    return frozenset((*english, *own))


def tokens(name: str) -> list[str]:
    """The words of a name as they are compared, without particles."""
    return [
        word
        for word in _TOKEN.findall(folded_words(name))
        if word not in _PARTICLES and word not in _SUFFIXES and len(word) > 1
    ]


class NameIndex:
    """Built once from everybody (about a second for a hundred thousand), asked for every letter."""

    def __init__(self, people: Iterable[tuple[PersonId, str, str]] = ()) -> None:
        """`people` are id, first name and last name; those without both are left out."""
        self._full: dict[str, PersonId | tuple[PersonId, ...]] = {}
        self._words: set[str] = set()
        self._last: set[str] = set()
        common = everyday()
        for person, first, last in people:
            given, family = tokens(first)[:2], tokens(last)[:2]
            if not given or not family:
                continue
            self._words.update(given)
            self._words.update(family)
            if family[0] not in common and len(family[0]) > 2:
                self._last.add(family[0])
            for one in given:
                for surname in family:
                    self._add(f"{one} {surname}", person)

    def _add(self, key: str, person: PersonId) -> None:
        there = self._full.get(key)
        if there is None:
            self._full[key] = person
        elif isinstance(there, tuple):
            if there[-1] != person:
                self._full[key] = (*there[-7:], person)
        elif there != person:
            self._full[key] = (there, person)

    def __len__(self) -> int:
        return len(self._full)

    def find(self, folded: Folded, *, loose: bool = False) -> Iterator[Named]:
        """Everybody who is named; `loose` for file names, where nothing has capitals."""
        if not self._full:
            return
        if loose:
            words = [(found[0].lower(), *found.span()) for found in _IN_FILE_NAMES.finditer(folded.text)]
        else:
            words = [(found[0], *found.span()) for found in _TOKEN.finditer(folded.lower)]
        known = self._words
        until = -1
        for at, (word, start, _) in enumerate(words):
            if start < until:
                continue
            named = self._from(folded, words, at, loose) if word in known else None
            if named is None and word in _TITLES:
                named = self._titled(folded, words, at)
            if named is not None:
                until = named.end
                yield named

    def _from(self, folded: Folded, words: list[tuple[str, int, int]], at: int, loose: bool) -> Named | None:
        """A full name that starts at a word: first and last, or last and first."""
        word, start, before = words[at]
        last = start
        middles = 0
        for then, then_start, then_end in words[at + 1 : at + 6]:
            between = folded.text[before:then_start]
            turned = middles == 0 and _COMMA.fullmatch(between) is not None
            if not turned and not _joins(between, before - last, loose):
                return None
            keys = (f"{then} {word}",) if turned else (f"{word} {then}", f"{then} {word}")
            for key in keys[:1] if middles else keys:
                there = self._full.get(key)
                if there is not None and (loose or _written_as_a_name(folded.text, start, then_start, key)):
                    return Named(start, then_end, _people(there))
            middles += then not in _PARTICLES
            if (
                turned
                or middles > _MIDDLES
                or not (loose or then in _PARTICLES or folded.text[then_start].isupper())
            ):
                return None
            last, before = then_start, then_end
        return None

    def _titled(self, folded: Folded, words: list[tuple[str, int, int]], at: int) -> Named | None:
        """`Mrs. Lopez`: a last name that is no everyday word, with a capital."""
        _, start, before = words[at]
        for word, word_start, word_end in words[at + 1 : at + 4]:
            if not re.fullmatch(r"[.:]?\s{1,2}", folded.text[before:word_start]):
                return None
            if word in self._last and folded.text[word_start].isupper():
                return Named(start, word_end, frozenset())
            if word not in _PARTICLES:
                return None
            before = word_end
        return None


def _joins(between: str, length: int, loose: bool) -> bool:
    """Whether two words can be one name: a dot stands after an initial only, or in a file's name."""
    if not _BLANK.fullmatch(between):
        return False
    return loose or (between != "" and ("." not in between or length <= 2))


def _people(there: PersonId | tuple[PersonId, ...]) -> frozenset[PersonId]:
    return frozenset(there) if isinstance(there, tuple) else frozenset((there,))


def _written_as_a_name(text: str, first: int, last: int, key: str) -> bool:
    """Capitals; without them only where one part at least is no everyday word."""
    if text[first].isupper() and text[last].isupper():
        return True
    common = everyday()
    return not all(word in common for word in key.split())

"""The names of everybody in the practice, ready to be recognised in a text.

An index by words: two dictionary look-ups for a word that is in nobody's name, which is
nearly every word, so that a hundred thousand people cost a letter no more than ten.
A first name alone is never a hit, and a last name alone only after a title, where it is
no everyday word: names such as Rose, Grant or Young need both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from desktop.frozen import dataclass
from desktop.mail.content_fold import Folded, Words, folded_words
from desktop.models.records import PersonId
from desktop.paths import resource

_TOKEN = re.compile(r"[^\W\d_]+")
_AFTER_TITLE = re.compile(r"[.:]?\s{1,2}|'")
_IN_FILE_NAMES = re.compile(r"([A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_])")
_BLANK = re.compile(r"[\s_\-.+']{0,4}")
_COMMA = re.compile(r"[ \t]?[,;|\t][\s_]{0,3}")
_PARTICLES = frozenset(
    "de del la las los da das do dos di van von der den el al bin ibn st san santa mc".split()  # noqa: SIM905
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
        """Everybody who is named; `loose` for file names, where capitals stand for blanks."""
        words = _in_file_name(folded.text) if loose else folded.words
        known, titles = words.different & self._words, words.different & _TITLES
        if not known:
            return
        until = 0
        for place, word in enumerate(words.parts):
            if place % 2 == 0 or (word not in known and word not in titles) or words.start(place) < until:
                continue
            named = self._from(folded.text, words, place, loose) if word in known else None
            if named is None and word in titles:
                named = self._titled(folded.text, words, place)
            if named is not None:
                until = named.end
                yield named

    def _from(self, text: str, words: Words, place: int, loose: bool) -> Named | None:
        """A full name that starts at a word: first and last, or last and first."""
        parts = words.parts
        word, start = parts[place], words.start(place)
        middles = 0
        for at in range(place + 2, min(place + 12, len(parts)), 2):
            between, then, then_start = parts[at - 1], parts[at], words.start(at)
            turned = middles == 0 and _COMMA.fullmatch(between) is not None
            if not turned and not _joins(between, len(parts[at - 2]), loose):
                return None
            keys = (f"{then} {word}",) if turned else (f"{word} {then}", f"{then} {word}")
            for key in keys[:1] if middles else keys:
                there = self._full.get(key)
                if there is not None and (loose or _written_as_a_name(text, start, then_start, key)):
                    return Named(start, words.ends[at], _people(there))
            particle = then in _PARTICLES or parts[at + 1] == "'"
            middles += not particle
            if turned or middles > _MIDDLES or not (loose or particle or text[then_start].isupper()):
                return None
        return None

    def _titled(self, text: str, words: Words, place: int) -> Named | None:
        """`Mrs. Lopez`: a last name that is no everyday word, with a capital."""
        parts = words.parts
        for at in range(place + 2, min(place + 8, len(parts)), 2):
            if not _AFTER_TITLE.fullmatch(parts[at - 1]):
                return None
            if parts[at] in self._last and text[words.start(at)].isupper():
                return Named(words.start(place), words.ends[at], frozenset())
            if parts[at] not in _PARTICLES:
                return None
        return None


def _in_file_name(text: str) -> Words:
    """Words that also begin with a capital in the middle: `MariaLopez.pdf`."""
    return Words([part.lower() for part in _IN_FILE_NAMES.split(text)])


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

"""Text made plain for comparing, with the way back to where each character stood.

Full-width digits become digits, accents and marks go, invisible characters vanish,
every kind of blank is a blank and every kind of dash is `-`. Case stays. ASCII text is
its own plain form, and most mail is nearly that.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

_FOREIGN = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"([^\W_]+)")
_DIGITS = re.compile(r"\d+")
_DASHES = frozenset("\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d")
_LETTERS = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "’": "'", "‘": "'", "ʼ": "'",
    "\u2028": "\n", "\u2029": "\n", "\x85": "\n",
}  # fmt: skip
_MARKUP = re.compile(r"<!--|<[^<>]*>|&#?[0-9A-Za-z]{1,31};")
_UNSEEN = re.compile(r"<(style|script)\b", re.IGNORECASE)
_INLINE = re.compile(r"</?(?:b|i|u|em|strong|span|font|a|small|big|wbr|mark|sup|sub)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    if char in _DASHES:
        return "" if char == "\u00ad" else "-"
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me", "Cc", "Cs"):
        return ""
    if category == "Zs":
        return " "
    if category == "Nd":
        return str(unicodedata.digit(char))
    kept = (one for one in unicodedata.normalize("NFKD", char) if not unicodedata.combining(one))
    return "".join(_LETTERS.get(one, "-" if one in _DASHES else one) for one in kept)


class Words:
    """A text as what stands between words and the words, in turns; words have the odd places."""

    __slots__ = ("different", "ends", "parts")

    def __init__(self, parts: list[str]) -> None:
        self.parts = parts
        self.ends = list(accumulate(map(len, parts)))
        self.different = frozenset(parts[1::2])

    def start(self, place: int) -> int:
        return self.ends[place - 1]


class Folded:
    """`text` is the plain form; `lower` the same without case, character by character."""

    __slots__ = ("_at", "_digits", "_from", "_words", "lower", "text")

    def __init__(self, text: str, at: list[int], source: list[int]) -> None:
        self.text = text
        lower = text.lower()
        self.lower = lower if len(lower) == len(text) else "".join(c.lower()[:1] for c in text)
        self._at = at
        self._from = source
        self._words: Words | None = None
        self._digits: list[tuple[int, int]] | None = None

    @property
    def words(self) -> Words:
        """The text taken apart, once for all who ask."""
        if self._words is None:
            self._words = Words(_WORD.split(self.lower))
        return self._words

    @property
    def digits(self) -> list[tuple[int, int]]:
        """Where digits stand: the start and end of each run."""
        if self._digits is None:
            self._digits = [found.span() for found in _DIGITS.finditer(self.text)]
        return self._digits

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the plain text as a span of what it was made from."""
        if not self._at:
            return start, end
        return self._back(start), self._back(end - 1) + 1 if end > start else self._back(end)

    def _back(self, position: int) -> int:
        near = bisect_right(self._at, position) - 1
        return self._from[near] + position - self._at[near]


class _Builder:
    """Pieces and the places where the two texts get out of step."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._at = [0]
        self._from = [0]
        self._even = True

    def copy(self, text: str, source: int) -> None:
        """`text` as it stands at `source`."""
        if not text:
            return
        if self._from[-1] + self._length - self._at[-1] != source:
            self._even = False
            if self._at[-1] == self._length:
                self._from[-1] = source
            else:
                self._at.append(self._length)
                self._from.append(source)
        self._pieces.append(text)
        self._length += len(text)

    def spread(self, text: str, source: int) -> None:
        """What stands for the one thing at `source`: each of its characters leads there."""
        for char in text:
            self.copy(char, source)

    def done(self) -> Folded:
        return Folded("".join(self._pieces), [] if self._even else self._at, [] if self._even else self._from)


def fold(text: str) -> Folded:
    """The plain form of a text."""
    if text.isascii():
        return Folded(text, [], [])
    foreign = {ord(char): _plain(char) for char in frozenset(_FOREIGN.findall(text))}
    if all(len(plain) == 1 for plain in foreign.values()):
        return Folded(text.translate(foreign), [], [])  # nothing moves
    builder = _Builder()
    _fold_into(builder, text, 0)
    return builder.done()


def _fold_into(builder: _Builder, text: str, source: int) -> None:
    last = 0
    for found in _FOREIGN.finditer(text):
        at = found.start()
        builder.copy(text[last:at], source + last)
        builder.spread(_plain(found[0]), source + at)
        last = at + 1
    builder.copy(text[last:], source + last)


def fold_html(page: str) -> Folded:
    """The plain form of what a web page shows; places are those of the page's source."""
    builder = _Builder()
    unseen = _Unseen(page)
    last = 0
    for found in _MARKUP.finditer(page):
        if found.start() < last:
            continue
        _fold_into(builder, page[last : found.start()], last)
        mark = found[0]
        last = found.end()
        if mark.startswith("&"):
            builder.spread("".join(map(_plain_any, html.unescape(mark))), found.start())
        elif not _INLINE.match(mark):
            builder.copy("\n", found.start())
            last = unseen.end(mark, last)
    _fold_into(builder, page[last:], last)
    return builder.done()


class _Unseen:
    """Where comments, scripts and styles end; each end is looked for in one walk over the page."""

    def __init__(self, page: str) -> None:
        self._page = page.lower() if page.isascii() else "".join(c.lower()[:1] for c in page)
        self._missing: set[str] = set()

    def end(self, mark: str, after: int) -> int:
        """Where the page shows something again; one that never ends hides nothing from the check."""
        opened = _UNSEEN.match(mark)
        close = "-->" if mark == "<!--" else f"</{opened[1].lower()}" if opened else ""
        if not close or close in self._missing:
            return after
        at = self._page.find(close, after)
        if at < 0:
            self._missing.add(close)
            return after
        return at + len(close)


def _plain_any(char: str) -> str:
    return char if char.isascii() else _plain(char)


def folded_words(text: str) -> str:
    """A name or a term as it is compared."""
    return fold(text).lower

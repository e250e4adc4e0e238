"""Reports printed as text: columns stand below one another, with blanks between (also out of a PDF).

Where a column ends is where the rows leave blanks between two names of the header. A line that
runs through such a gap is a heading or a total, never a row; `layout.py` judges those.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from desktop.people.columns import Aliases
from desktop.people.decoding import decode
from desktop.people.sheets import Packed, Row, Sheet
from desktop.people.tabular import bounded, folded

FORMAT = "text"
_GAPS = re.compile(rb"\S {2,}\S[^\r\n]*\S {2,}\S")
_HEAD_BYTES = 16_384
_TITLE_LINES = 60
_WORDS = re.compile(r"\S+(?: \S+)*")
_RULER = re.compile(r"[-=_+|*. ]+")
_LOOKED_AT = 500
_NAMES_LEAST = 3
"""Columns of ours that a header in text must name; two may stand in any sentence."""
_WIDEST = 1_000
"""Characters of a printed line."""

_Words = list[tuple[int, int, str]]


def read_printed(data: bytes, aliases: Aliases) -> Sheet | None:
    """The table in a printed report, or None where no line is a header of columns apart.

    Raises InputError: the codes of `decode`, `rows-too-many`.
    """
    if not _GAPS.search(data[:_HEAD_BYTES].translate(None, b"\x00\x0c")):
        return None
    decoded = decode(data)
    lines = [line.replace("\f", "").expandtabs()[:_WIDEST] for line in re.split(r"\r\n|\r|\n", decoded.text)]
    known = {name for usual in aliases.values() for name in usual}
    heads = [(len(_known(lines[at], known)), -at) for at in range(min(len(lines), _TITLE_LINES))]
    best, place = max(heads, default=(0, 0))
    if best < _NAMES_LEAST:
        return None
    header = _words(lines[-place])
    body = lines[1 - place :]
    cuts = _cuts(header, body)
    return Sheet(
        format=FORMAT,
        header=tuple(name for _, _, name in header),
        rows=Packed.of(bounded(_rows(body, 2 - place, cuts))),
        titles=tuple([word] for line in lines[:-place] if _says(line) for _, _, word in _words(line)),
        options={"encoding": decoded.encoding},
        file_hash=hashlib.sha256(data).hexdigest(),
    )


def _words(line: str) -> _Words:
    return [(found.start(), found.end(), found[0]) for found in _WORDS.finditer(line)]


def _known(line: str, known: set[str]) -> set[str]:
    """The names of columns in a line; of none that a delimiter parts."""
    if any(sign in line for sign in ",;"):
        return set()
    return {folded(word) for _, _, word in _words(line)} & known


def _says(line: str) -> bool:
    return line.strip() != "" and not _RULER.fullmatch(line)


def _cuts(header: _Words, body: Sequence[str]) -> list[int]:
    """Between two names, the place that the fewest rows write on; the last of equals."""
    rows = [line for line in body[:_LOOKED_AT] if len(_words(line)) >= _NAMES_LEAST]
    cuts = []
    for (_, end, _), (start, _, _) in pairwise(header):
        written = [(sum(1 for row in rows if row[at : at + 1].strip()), -at) for at in range(end, start)]
        cuts.append(-min(written)[1])
    return cuts


def _rows(body: Sequence[str], first: int, cuts: Sequence[int]) -> Iterator[Row]:
    for number, line in enumerate(body, first):
        if not _says(line):
            continue
        if any(line[at : at + 1].strip() for at in cuts):
            yield number, [line.strip(), *("" for _ in cuts)]
            continue
        edges = [0, *cuts, len(line)]
        yield number, [line[left:right].strip() for left, right in pairwise(edges)]

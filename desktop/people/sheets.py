"""One file as rows of text, whatever format it came in, before anybody says what a column means.

A large file's rows stay packed, as JSON in pieces: 100,000 people with 25 columns take 25 MB so,
and eight times that as Python strings. They are unpacked as they are read, piece by piece; the
same form crosses the pipe from the worker that reads strangers' files, and is checked here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import islice
from typing import Any, TypeVar

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.records import Reason

READ, REFUSED = b"1", b"0"
"""What an answer of the worker that reads files begins with: a sheet follows, or why there is none."""
_PIECE = 1000
"""Rows that are unpacked at once."""

Row = tuple[int, list[str]]
"""The line that a row starts on (or its number in its sheet, from 1) and its cells."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Rejected:
    """One row that was left out, and why."""

    line: int
    reason: Reason
    cells: tuple[str, ...] = field(default=(), repr=False)
    """As the file has them, for the list that goes back to whoever made it."""


class RowError(Exception):
    """Ends the reading of one row; caught where the row's line is known."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def sound(value: _T | Reason) -> _T:
    """The value itself, or `RowError` where a reader gave a reason instead."""
    if isinstance(value, Reason):
        raise RowError(value)
    return value


class Packed:
    """Rows that can be read any number of times and take little memory."""

    def __init__(self, pieces: Sequence[bytes | memoryview]) -> None:
        self._pieces = pieces

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Packed:
        left = iter(rows)
        pieces = []
        while some := list(islice(left, _PIECE)):
            pieces.append(json.dumps(some, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))
        return cls(pieces)

    @property
    def pieces(self) -> Sequence[bytes | memoryview]:
        return self._pieces

    def holds(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether anything like it stands anywhere, found without unpacking."""
        return any(pattern.search(piece) for piece in self._pieces)

    def __iter__(self) -> Iterator[Row]:
        for piece in self._pieces:
            yield from _unpacked(piece)


@dataclass(frozen=True)
class Sheet:
    """What one file holds. `rows` can be read again and again; they may be ragged.

    A reader whose format says itself what each field is gives our own column names in `known`.
    """

    format: str
    """`csv`, `tsv`, `xlsx`, `xls`, `ods`, `vcard`, `fhir`, `hl7` or `ics`."""
    header: tuple[str, ...]
    rows: Iterable[Row] = field(repr=False)
    titles: tuple[list[str], ...] = field(default=(), repr=False)
    """Lines above the header that are no rows."""
    known: Mapping[str, int] = field(default_factory=dict)
    """Our column name -> its position, where the format says so."""
    options: Mapping[str, str] = field(default_factory=dict)
    """How it was read: `encoding` and `delimiter` of text, `zone` of a calendar."""
    rejected: tuple[Rejected, ...] = field(default=(), repr=False)
    """Records that could not be read at all."""
    file_hash: str = ""
    """SHA-256 of the file, in hex."""


def to_wire(sheet: Sheet) -> bytes:
    """The sheet for the pipe: one line of what it is, and one for each piece of its rows."""
    rows = sheet.rows if isinstance(sheet.rows, Packed) else Packed.of(sheet.rows)
    rejected = [[r.line, r.reason.code, r.reason.params, r.cells] for r in sheet.rejected]
    head = {
        "format": sheet.format,
        "header": sheet.header,
        "titles": sheet.titles,
        "known": dict(sheet.known),
        "options": dict(sheet.options),
        "rejected": rejected,
        "hash": sheet.file_hash,
    }
    return b"\n".join([json.dumps(head).encode("ascii"), *rows.pieces])


def from_wire(data: bytes) -> Sheet:
    """The sheet that `to_wire` sent. Raises ValueError, KeyError or TypeError where it is none."""
    lines = _lines(data)
    said: dict[str, Any] = json.loads(bytes(next(lines)))
    return Sheet(
        format=_word(said["format"]),
        header=tuple(map(_word, said["header"])),
        rows=Packed(tuple(lines)),
        titles=tuple([_word(cell) for cell in cells] for cells in said["titles"]),
        known={_word(name): int(at) for name, at in said["known"].items()},
        options={_word(name): _word(value) for name, value in said["options"].items()},
        rejected=tuple(
            Rejected(int(line), Reason(_word(code), _params(params)), tuple(map(_word, cells)))
            for line, code, params, cells in said["rejected"]
        ),
        file_hash=_word(said["hash"]),
    )


def _lines(data: bytes) -> Iterator[memoryview]:
    """Where they stand, uncopied: what is large goes back to the system whole when it is let go."""
    whole = memoryview(data)
    begin = 0
    while (end := data.find(b"\n", begin)) >= 0:
        yield whole[begin:end]
        begin = end + 1
    yield whole[begin:]


def _unpacked(piece: bytes | memoryview) -> list[Row]:
    """The rows of one piece, of known form: a worker that was taken over can send anything."""
    try:
        rows = json.loads(bytes(piece))
        if type(rows) is not list:
            raise InputError("table-unreadable")
        for line, cells in rows:
            if type(line) is not int or type(cells) is not list or not {*map(type, cells)} <= {str}:
                raise InputError("table-unreadable")
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError("table-unreadable") from error
    found: list[Row] = rows
    return found


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def _params(params: Mapping[object, object]) -> dict[str, str | int]:
    return {_word(name): value for name, value in params.items() if isinstance(value, str | int)}

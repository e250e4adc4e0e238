"""What the rows of a file say of people, kept packed: a hundred thousand of them take 60 MB so, and
more than twice that as values. They are unpacked as they are read, piece by piece.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from desktop.models.records import Consent, Detail, Kind, Method, Status
from desktop.models.standing import Use

_PIECE = 1000
"""Rows that are unpacked at once."""
_Piece = tuple[bytes, bytes]
"""The rows without their own fields, as JSON, and those: a line each, which is JSON already."""


class Saying(NamedTuple):
    """A yes or no about one purpose of mail; a yes has its date and source."""

    use: Use
    state: Consent
    at: datetime | None
    source: str


class PersonRow(NamedTuple):
    """What one row says; '' and None are "nothing said" and never empty a stored value."""

    line: int
    external_id: str
    first_name: str
    last_name: str
    birth_date: date | None
    email: str
    phone: str
    organisation: str
    language: str | None
    detail: Detail | None
    status: Status | None
    kind: Kind | None
    preferred_method: Method | None
    consent: Consent | None
    consent_at: datetime | None
    consent_source: str
    street: str = ""
    city: str = ""
    region: str = ""
    zip: str = ""
    sex: str = ""
    since: date | None = None
    sayings: tuple[Saying, ...] = ()
    """What the row says of other purposes than care."""
    custom: str = ""
    """Fields of the practice's own, as a JSON object in one line."""

    @property
    def nameable(self) -> bool:
        """Whether somebody new can be made of it: both names, or a professional's one."""
        return self.last_name != "" and (self.first_name != "" or self.kind is Kind.PROFESSIONAL)


class PersonRows:
    """Rows that can be read any number of times and take little memory."""

    def __init__(self, pieces: tuple[_Piece, ...] = (), count: int = 0) -> None:
        self._pieces = pieces
        self._count = count

    @classmethod
    def of(cls, rows: Iterable[PersonRow]) -> PersonRows:
        left = iter(rows)
        pieces = []
        count = 0
        while some := list(islice(left, _PIECE)):
            pieces.append(_packed(some))
            count += len(some)
        return cls(tuple(pieces), count)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[PersonRow]:
        for piece in self._pieces:
            yield from _unpacked(piece)

    def __getitem__(self, at: int) -> PersonRow:
        if not 0 <= at < self._count:
            raise IndexError(at)
        return list(_unpacked(self._pieces[at // _PIECE]))[at % _PIECE]


def _packed(rows: list[PersonRow]) -> _Piece:
    plain = json.dumps(
        [
            (
                *row[:4],
                _text(row.birth_date),
                *row[5:14],
                _text(row.consent_at),
                *row[15:21],
                _text(row.since),
                [(use, state, _text(at), source) for use, state, at, source in row.sayings],
            )
            for row in rows
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return plain.encode("utf-8"), "\n".join([row.custom for row in rows]).encode("utf-8")


def _text(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()


_DETAILS: dict[str | None, Detail | None] = {None: None, **{one.value: one for one in Detail}}
_STATUSES: dict[str | None, Status | None] = {None: None, **{one.value: one for one in Status}}
_KINDS: dict[str | None, Kind | None] = {None: None, **{one.value: one for one in Kind}}
_METHODS: dict[str | None, Method | None] = {None: None, **{one.value: one for one in Method}}
_CONSENTS: dict[str | None, Consent | None] = {None: None, **{one.value: one for one in Consent}}


def _unpacked(piece: _Piece) -> Iterator[PersonRow]:
    rows: list[list[Any]] = json.loads(piece[0])
    for row, custom in zip(rows, piece[1].decode("utf-8").split("\n"), strict=True):
        birth, since, said = row[4], row[21], row[14]
        row[4] = date.fromisoformat(birth) if birth else None
        row[9], row[10], row[11] = _DETAILS[row[9]], _STATUSES[row[10]], _KINDS[row[11]]
        row[12], row[13] = _METHODS[row[12]], _CONSENTS[row[13]]
        row[14] = datetime.fromisoformat(said) if said else None
        row[21] = date.fromisoformat(since) if since else None
        row[22] = tuple(map(_saying, row[22]))
        row.append(custom)
        yield PersonRow._make(row)


def _saying(said: list[Any]) -> Saying:
    use, state, at, source = said
    return Saying(Use(use), Consent(state), datetime.fromisoformat(at) if at else None, source)

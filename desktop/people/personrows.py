"""What the rows of a file say of people, kept packed: a hundred thousand of them take 50 MB so, and
three times that as values. They are unpacked as they are read, piece by piece.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

from desktop.models.records import Consent, Detail, Kind, Method, Status
from desktop.models.standing import Use

_PIECE = 1000
"""Rows that are unpacked at once."""
_BETWEEN = "\x1f"


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

    def __init__(self, pieces: tuple[bytes, ...] = (), count: int = 0) -> None:
        self._pieces = pieces
        self._count = count

    @classmethod
    def of(cls, rows: Iterable[PersonRow]) -> PersonRows:
        left = iter(rows)
        pieces = []
        count = 0
        while some := list(islice(left, _PIECE)):
            pieces.append("\n".join(map(_packed, some)).encode("utf-8"))
            count += len(some)
        return cls(tuple(pieces), count)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[PersonRow]:
        for piece in self._pieces:
            yield from map(_unpacked, piece.decode("utf-8").split("\n"))

    def __getitem__(self, at: int) -> PersonRow:
        if not 0 <= at < self._count:
            raise IndexError(at)
        return _unpacked(self._pieces[at // _PIECE].decode("utf-8").split("\n")[at % _PIECE])


def _packed(row: PersonRow) -> str:
    """One line: no value that a reader lets pass holds a control character (`values.read_text`)."""
    return _BETWEEN.join(
        (
            str(row.line),
            *row[1:4],
            row.birth_date.isoformat() if row.birth_date else "",
            *row[5:8],
            row.language or "",
            row.detail or "",
            row.status or "",
            row.kind or "",
            row.preferred_method or "",
            row.consent or "",
            row.consent_at.isoformat() if row.consent_at else "",
            *row[15:21],
            row.since.isoformat() if row.since else "",
            json.dumps(row.sayings, default=datetime.isoformat) if row.sayings else "",
            row.custom,
        )
    )


def _unpacked(line: str) -> PersonRow:
    (
        number,
        external,
        first,
        last,
        birth,
        email,
        phone,
        organisation,
        language,
        detail,
        status,
        kind,
        method,
        consent,
        consent_at,
        source,
        street,
        city,
        region,
        zip_,
        sex,
        since,
        sayings,
        custom,
    ) = line.split(_BETWEEN)
    return PersonRow(
        int(number),
        external,
        first,
        last,
        date.fromisoformat(birth) if birth else None,
        email,
        phone,
        organisation,
        language or None,
        Detail(detail) if detail else None,
        Status(status) if status else None,
        Kind(kind) if kind else None,
        Method(method) if method else None,
        Consent(consent) if consent else None,
        datetime.fromisoformat(consent_at) if consent_at else None,
        source,
        street,
        city,
        region,
        zip_,
        sex,
        date.fromisoformat(since) if since else None,
        tuple(_saying(*one) for one in json.loads(sayings)) if sayings else (),
        custom,
    )


def _saying(use: str, state: str, at: str | None, source: str) -> Saying:
    return Saying(Use(use), Consent(state), datetime.fromisoformat(at) if at else None, source)

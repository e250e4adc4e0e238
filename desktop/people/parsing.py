"""A list of people from a file: rows that can be stored, and rows that cannot, with why.

Nothing here asks the database. What is decided is what one file alone can tell: values,
addresses, and rows that stand twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import TypeVar

from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models.names import name_key
from desktop.models.records import Consent, Kind, Reason
from desktop.models.standing import CustomField, Use
from desktop.people.addresses import check_address
from desktop.people.columns import PEOPLE_COLUMNS
from desktop.people.mapping import Mapping, mapped
from desktop.people.mapping import day_first as date_order
from desktop.people.owncolumns import OwnColumn, own_columns, own_values
from desktop.people.personrows import PersonRow, PersonRows, Saying
from desktop.people.sheets import Sheet
from desktop.people.tabular import Rejected, RowError, Table, kept, missing, sound, understood
from desktop.people.values import (
    read_birth_date,
    read_consent,
    read_day,
    read_detail,
    read_kind,
    read_language,
    read_method,
    read_sex,
    read_status,
    read_text,
)

_T = TypeVar("_T")

Progress = Callable[[int, int], bool]
"""Called with (done, of); answers False to cancel."""
PROGRESS_ROWS = 2000


@dataclass(frozen=True)
class ParsedPeople:
    rows: PersonRows
    rejected: tuple[Rejected, ...]
    ignored: tuple[str, ...]
    """Columns of the file that nothing was taken from."""
    encoding: str
    delimiter: str
    file_hash: str
    """SHA-256 of the file, in hex."""


def parse_people(
    sheet: Sheet,
    mapping: Mapping | None = None,
    *,
    today: date,
    day_first: bool | None = None,
    fields: Sequence[CustomField] = (),
    progress: Progress | None = None,
) -> ParsedPeople:
    """Read a file of people; without a `mapping` by the usual names of its columns.

    `day_first` is how the practice writes 3/4/1980 where the mapping does not say. Where nobody
    does, the file's own dates must leave no doubt.
    `fields` are the practice's own, which columns may be mapped to.

    Raises InputError when the file as a whole cannot be used, Refused("cancelled") when
    `progress` says so.
    """
    table = understood(sheet, PEOPLE_COLUMNS) if mapping is None else mapped(sheet, mapping)
    _need_columns(table)
    order = mapping.options.day_first if mapping is not None else None
    order = day_first if order is None else order
    if order is None:
        order = date_order(sheet, table.columns)
    reader = _RowReader(table, today, order, own_columns(table.columns, fields, order))
    rejected: list[Rejected] = []
    rows = PersonRows.of(_passing(table, reader, rejected, progress))
    rejected.sort(key=lambda left_out: left_out.line)
    return ParsedPeople(
        rows,
        tuple(rejected),
        table.ignored,
        table.encoding,
        table.delimiter,
        sheet.file_hash,
    )


def _passing(
    table: Table, reader: _RowReader, rejected: list[Rejected], progress: Progress | None
) -> Iterator[PersonRow]:
    """Rows that can be stored; the others go to `rejected`."""
    doubles = _Doubles()
    for number, (line, cells) in enumerate(table.rows(rejected), 1):
        try:
            row = reader.read(line, cells)
            doubles.refuse(row)
        except RowError as refused:
            rejected.append(Rejected(line, refused.reason, kept(cells)))
        else:
            yield row
        if progress is not None and number % PROGRESS_ROWS == 0 and not progress(number, 0):
            raise Refused("cancelled")


def _need_columns(table: Table) -> None:
    """Whom a row means must be readable: both names, or at least the practice's own number."""
    absent = missing(table, ("last_name", "first_name"))
    if len(absent) == 1 or (absent and "external_id" not in table.columns):
        raise InputError("columns-missing", columns=", ".join(name.replace("_", " ") for name in absent))


_TEXTS = ("external_id", "first_name", "last_name", "phone", "organisation", "consent_source")
_MORE = ("street", "city", "region", "zip")


class _RowReader:
    """Turns cells into values; made once per file so that a row costs little."""

    def __init__(self, table: Table, today: date, day_first: bool, own: Sequence[OwnColumn]) -> None:
        at = table.columns
        self._texts = tuple(at.get(name) for name in _TEXTS)
        self._more = tuple(at.get(name) for name in _MORE) if not at.keys().isdisjoint(_MORE) else ()
        self._birth, self._email = at.get("birth_date"), at.get("email")
        self._language, self._detail = at.get("language"), at.get("detail")
        self._status, self._kind = at.get("status"), at.get("kind")
        self._method, self._sex, self._since = at.get("preferred_method"), at.get("sex"), at.get("since")
        self._consent, self._consent_date = at.get("consent"), at.get("consent_date")
        self._uses = tuple(
            (use, at[use.value], at.get(f"{use}_date"), at.get(f"{use}_source"))
            for use in (Use.MARKETING, Use.PAID, Use.PLAIN)
            if use.value in at
        )
        self._own = own
        self._today = today
        self._day_first = day_first

    def read(self, line: int, cells: list[str]) -> PersonRow:
        """The row's values. Raises `RowError` with the first reason against it."""
        external_id, first_name, last_name, phone, organisation, source = _lines(cells, self._texts)
        kind = _word(cells, self._kind, read_kind)
        if kind is Kind.PROFESSIONAL and organisation and not (first_name or last_name):
            last_name = organisation
        if not external_id and not (last_name and (first_name or kind is Kind.PROFESSIONAL)):
            raise RowError(Reason("name-missing"))
        consent = _word(cells, self._consent, read_consent)
        consent = None if consent is Consent.UNKNOWN else consent
        street, city, region, zip_ = _lines(cells, self._more) if self._more else _NOTHING
        return PersonRow(
            line,
            external_id,
            first_name,
            last_name,
            self._birth_date(cells),
            self._address(cells),
            phone,
            organisation,
            _word(cells, self._language, read_language),
            _word(cells, self._detail, read_detail),
            _word(cells, self._status, read_status),
            kind,
            _word(cells, self._method, read_method),
            consent,
            self._moment(cells, self._consent_date, consent, source),
            source,
            street,
            city,
            region,
            zip_,
            _word(cells, self._sex, read_sex) or "",
            _word(cells, self._since, self._past),
            self._sayings(cells) if self._uses else (),
            own_values(self._own, cells) if self._own else "",
        )

    def _past(self, text: str) -> date | Reason:
        day = read_day(text, self._day_first)
        return Reason("date-in-future") if not isinstance(day, Reason) and day > self._today else day

    def _sayings(self, cells: list[str]) -> tuple[Saying, ...]:
        found = []
        for use, at, dated, sourced in self._uses:
            state = _word(cells, at, read_consent)
            if state is None or state is Consent.UNKNOWN:
                continue
            if use is Use.PLAIN and state is Consent.GIVEN:
                raise RowError(Reason("plain-wish-by-hand"))
            (source,) = _lines(cells, (sourced,))
            found.append(Saying(use, state, self._moment(cells, dated, state, source), source))
        return tuple(found)

    def _birth_date(self, cells: list[str]) -> date | None:
        text = "" if self._birth is None else cells[self._birth].strip()
        return sound(read_birth_date(text, self._today, self._day_first)) if text else None

    def _address(self, cells: list[str]) -> str:
        text = "" if self._email is None else cells[self._email].strip(" \t")
        if not text:
            return ""
        verdict = check_address(text)
        if verdict.reason is not None:
            raise RowError(verdict.reason)
        return verdict.normalised

    def _moment(
        self, cells: list[str], dated: int | None, consent: Consent | None, source: str
    ) -> datetime | None:
        """When consent was given or refused: noon UTC of the day, the same day everywhere in the US."""
        if consent is None:
            return None
        text = "" if dated is None else cells[dated].strip()
        if consent is Consent.GIVEN and not (text and source):
            raise RowError(Reason("consent-without-proof"))
        if not text:
            return None
        day = sound(read_day(text, self._day_first))
        if day > self._today:
            raise RowError(Reason("consent-date-in-future"))
        return datetime.combine(day, time(12), UTC)


_NOTHING = ("", "", "", "")


def _lines(cells: list[str], positions: tuple[int | None, ...]) -> list[str]:
    return [sound(read_text(cells[at])) if at is not None and cells[at] else "" for at in positions]


def _word(cells: list[str], position: int | None, read: Callable[[str], _T | Reason]) -> _T | None:
    text = "" if position is None else cells[position].strip()
    return sound(read(text)) if text else None


class _Doubles:
    """Rows of one file that mean the same person, or might. Of each only a little is kept."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: dict[str, tuple[int, bool, int]] = {}
        """Names with birth date -> line, whether it has a number, and the hash of all that it says."""

    def refuse(self, row: PersonRow) -> None:
        """Raise `RowError` for a row that repeats one before it; the first of several stays."""
        number = row.external_id
        if number and number in self._numbers:
            raise RowError(Reason("duplicate", {"first": self._numbers[number]}))
        born = row.birth_date.isoformat() if row.birth_date else row.organisation
        where = f"{name_key(row.last_name, row.first_name)}\x1f{bool(row.birth_date)}{born}"
        known = self._names.get(where) if row.last_name else None
        if known is not None:
            first, has_number, says = known
            numbered = bool(number and has_number)
            if says == hash(row[1:]) or (not numbered and (row.birth_date or row.kind is Kind.PROFESSIONAL)):
                raise RowError(Reason("duplicate", {"first": first}))
            if row.birth_date or not numbered:
                raise RowError(Reason("ambiguous", {"first": first}))
        if number:
            self._numbers[number] = row.line
        if row.last_name:
            self._names.setdefault(where, (row.line, bool(number), hash(row[1:])))

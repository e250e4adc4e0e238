"""A list of people from a file: rows that can be stored, and rows that cannot, with why.

Nothing here asks the database. What is decided is what one file alone can tell: values,
addresses, and rows that stand twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple, TypeVar

from desktop.errors import InputError, Refused
from desktop.models.names import name_key
from desktop.models.records import Consent, Detail, Kind, Method, Reason, Status
from desktop.people.addresses import check_address
from desktop.people.tabular import Aliases, Rejected, RowError, Table, missing, read_table, sound
from desktop.people.values import (
    read_birth_date,
    read_consent,
    read_day,
    read_detail,
    read_kind,
    read_language,
    read_method,
    read_status,
    read_text,
)

PEOPLE_COLUMNS: Aliases = {
    "external_id": (
        *(
            "mrn",
            "mrnumber",
            "medicalrecordnumber",
            "patientid",
            "patientnumber",
            "externalid",
            "chartnumber",
            "chartid",
        ),
        *("chart", "patientno", "personid", "idpaciente", "idexterno", "numerodeexpediente", "expediente"),
        *("historiaclinica", "numerodehistoria", "id"),
    ),
    "first_name": (
        *("firstname", "given", "givenname", "givennames", "forename", "first", "fname", "patientfirstname"),
        *("nombre", "nombres", "primernombre", "nombredepila"),
    ),
    "last_name": (
        *("lastname", "surname", "familyname", "family", "last", "lname", "patientlastname"),
        *("apellido", "apellidos", "primerapellido"),
    ),
    "birth_date": (
        *("birthdate", "dateofbirth", "dob", "birthday", "born", "patientdob", "patientdateofbirth"),
        *("fechadenacimiento", "fechanacimiento", "fechadenac", "nacimiento"),
    ),
    "email": (
        *("email", "emailaddress", "emailid", "mail", "mailaddress", "patientemail", "primaryemail"),
        *("correo", "correoelectronico", "direcciondecorreo", "correoe"),
    ),
    "phone": (
        *(
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "cell",
            "cellphone",
            "telephone",
            "homephone",
            "tel",
        ),
        *("telefono", "movil", "celular", "numerodetelefono"),
    ),
    "language": ("language", "preferredlanguage", "lang", "idioma", "idiomapreferido", "lengua"),
    "detail": ("detail", "detaillevel", "levelofdetail", "messagedetail", "detalle", "niveldedetalle"),
    "status": ("status", "patientstatus", "personstatus", "contactstatus", "estado", "estatus", "situacion"),
    "kind": ("kind", "type", "contacttype", "contactkind", "persontype", "tipo", "tipodecontacto"),
    "organisation": (
        *(
            "organisation",
            "organization",
            "company",
            "practice",
            "org",
            "clinicname",
            "organizacion",
            "empresa",
        ),
        *("institucion",),
    ),
    "preferred_method": (
        *("preferredmethod", "sendby", "sendas", "protection", "preferredprotection", "deliverymethod"),
        *("metodopreferido", "metododeenvio", "proteccion"),
    ),
    "consent": ("consent", "emailconsent", "consentstatus", "consentgiven", "consentimiento"),
    "consent_date": (
        *("consentdate", "dateofconsent", "consentgivenon", "consentedon", "consenton", "consentat"),
        *("fechadeconsentimiento", "fechadelconsentimiento", "fechaconsentimiento"),
    ),
    "consent_source": (
        *("consentsource", "sourceofconsent", "consentform", "consentproof", "consentmethod"),
        *(
            "origendelconsentimiento",
            "fuentedelconsentimiento",
            "fuentedeconsentimiento",
            "origendeconsentimiento",
        ),
    ),
}
"""The usual names of the columns, English and Spanish, the most certain first."""

_T = TypeVar("_T")

Progress = Callable[[int, int], bool]
"""Called with (done, of); answers False to cancel."""
PROGRESS_ROWS = 2000


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

    @property
    def nameable(self) -> bool:
        """Whether somebody new can be made of it: both names, or a professional's one."""
        return self.last_name != "" and (self.first_name != "" or self.kind is Kind.PROFESSIONAL)


@dataclass(frozen=True)
class ParsedPeople:
    rows: tuple[PersonRow, ...]
    rejected: tuple[Rejected, ...]
    ignored: tuple[str, ...]
    """Columns of the file that nothing was taken from."""
    encoding: str
    delimiter: str
    file_hash: str
    """SHA-256 of the file, in hex."""


def parse_people(
    data: bytes, *, today: date, day_first: bool = False, progress: Progress | None = None
) -> ParsedPeople:
    """Read a file of people. `day_first` is how the practice writes 3/4/1980.

    Raises InputError when the file as a whole cannot be used, Refused("cancelled") when
    `progress` says so.
    """
    table = read_table(data, PEOPLE_COLUMNS)
    _need_columns(table)
    reader = _RowReader(table, today, day_first)
    rejected: list[Rejected] = []
    rows: list[PersonRow] = []
    doubles = _Doubles()
    for number, (line, cells) in enumerate(table.rows(rejected), 1):
        try:
            row = reader.read(line, cells)
            doubles.refuse(row)
            rows.append(row)
        except RowError as refused:
            rejected.append(Rejected(line, refused.reason))
        if progress is not None and number % PROGRESS_ROWS == 0 and not progress(number, 0):
            raise Refused("cancelled")
    rejected.sort(key=lambda left_out: left_out.line)
    return ParsedPeople(
        tuple(rows),
        tuple(rejected),
        table.ignored,
        table.encoding,
        table.delimiter,
        hashlib.sha256(data).hexdigest(),
    )


def _need_columns(table: Table) -> None:
    """Whom a row means must be readable: both names, or at least the practice's own number."""
    absent = missing(table, ("last_name", "first_name"))
    if len(absent) == 1 or (absent and "external_id" not in table.columns):
        raise InputError("columns-missing", columns=", ".join(name.replace("_", " ") for name in absent))


class _RowReader:
    """Turns cells into values; made once per file so that a row costs little."""

    def __init__(self, table: Table, today: date, day_first: bool) -> None:
        at = table.columns
        self._texts = tuple(
            at.get(name)
            for name in ("external_id", "first_name", "last_name", "phone", "organisation", "consent_source")
        )
        self._birth, self._email = at.get("birth_date"), at.get("email")
        self._language, self._detail = at.get("language"), at.get("detail")
        self._status, self._kind = at.get("status"), at.get("kind")
        self._method = at.get("preferred_method")
        self._consent, self._consent_date = at.get("consent"), at.get("consent_date")
        self._today = today
        self._day_first = day_first

    def read(self, line: int, cells: list[str]) -> PersonRow:
        """The row's values. Raises `RowError` with the first reason against it."""
        external_id, first_name, last_name, phone, organisation, source = [
            sound(read_text(cells[position])) if position is not None and cells[position] else ""
            for position in self._texts
        ]
        kind = _word(cells, self._kind, read_kind)
        if kind is Kind.PROFESSIONAL and organisation and not (first_name or last_name):
            last_name = organisation
        if not external_id and not (last_name and (first_name or kind is Kind.PROFESSIONAL)):
            raise RowError(Reason("name-missing"))
        consent = _word(cells, self._consent, read_consent)
        consent = None if consent is Consent.UNKNOWN else consent
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
            self._consent_moment(cells, consent, source),
            source,
        )

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

    def _consent_moment(self, cells: list[str], consent: Consent | None, source: str) -> datetime | None:
        """When consent was given or refused: noon UTC of the day, the same day everywhere in the US."""
        if consent is None:
            return None
        text = "" if self._consent_date is None else cells[self._consent_date].strip()
        if consent is Consent.GIVEN and not (text and source):
            raise RowError(Reason("consent-without-proof"))
        if not text:
            return None
        day = sound(read_day(text, self._day_first))
        if day > self._today:
            raise RowError(Reason("consent-date-in-future"))
        return datetime.combine(day, time(12), UTC)


def _word(cells: list[str], position: int | None, read: Callable[[str], _T | Reason]) -> _T | None:
    text = "" if position is None else cells[position].strip()
    return sound(read(text)) if text else None


class _Doubles:
    """Rows of one file that mean the same person, or might."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: dict[tuple[object, ...], PersonRow] = {}

    def refuse(self, row: PersonRow) -> None:
        """Raise `RowError` for a row that repeats one before it; the first of several stays."""
        number = row.external_id
        if number and number in self._numbers:
            raise RowError(Reason("duplicate", {"first": self._numbers[number]}))
        where = (name_key(row.last_name, row.first_name), row.birth_date or row.organisation)
        known = self._names.get(where) if row.last_name else None
        if known is not None:
            numbered = bool(number and known.external_id)
            if known[1:] == row[1:] or (not numbered and (row.birth_date or row.kind is Kind.PROFESSIONAL)):
                raise RowError(Reason("duplicate", {"first": known.line}))
            if row.birth_date or not numbered:
                raise RowError(Reason("ambiguous", {"first": known.line}))
        if number:
            self._numbers[number] = row.line
        if row.last_name:
            self._names.setdefault(where, row)

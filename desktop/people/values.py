"""Single values as people and exports write them: days, times, words from a closed list, text.

Each reader gives the value or a `Reason`; none guesses. Numbers between slashes are
month/day/year unless the practice writes the day first, and are never swapped to fit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from desktop.models.records import Consent, Detail, Kind, Method, Reason, Status, VisitStatus
from desktop.people.tabular import folded

TEXT_MAX = 200
"""Characters of a name, phone number, organisation or source."""
AGE_MAX = 130
"""Years; the oldest person on record reached 122."""

_ISO_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|\d{1,2}[- ][a-z]{3,}\.?[- ]\d{2}")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[- ](?:de )?([a-z]{3,})\.?[- ,]+(?:de )?(\d{4})")
_MONTH_DAY = re.compile(r"([a-z]{3,})\.?[- ](\d{1,2})(?:st|nd|rd|th)?[- ,]+(\d{4})")
_MIDNIGHT = re.compile(r"[t ]0{1,2}:00(?::00(?:\.0+)?)?(?:z| ?am)?$")
_TIME = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?)?\s*([ap])?\s*\.?\s*(m?)\.?\s*(z|[+-]\d{2}:?\d{2})?"
)
_COMPACT_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d)")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ene enero",
            "feb february febrero",
            "mar march marzo",
            "apr april abr abril",
            "may mayo",
            "jun june junio",
            "jul july julio",
            "aug august ago agosto",
            "sep sept september septiembre setiembre",
            "oct october octubre",
            "nov november noviembre",
            "dec december dic diciembre",
        ),
        1,
    )
    for name in names.split()
}

_V = TypeVar("_V")

STATUSES = {
    Status.ACTIVE: ("active current actual a", "activo activa"),
    Status.MOVED: ("moved transferred relocated", "mudado mudada trasladado trasladada"),
    Status.DECEASED: ("deceased dead died", "fallecido fallecida difunto difunta muerto muerta"),
    Status.DISCHARGED: ("discharged dismissed", "dadodealta dadadealta egresado egresada"),
}
KINDS = {
    Kind.PATIENT: ("patient pt", "paciente"),
    Kind.PROFESSIONAL: ("professional provider clinic laboratory lab payer pharmacy hospital", "profesional"),
}
DETAILS = {
    Detail.MINIMAL: ("minimal minimum", "minimo minima"),
    Detail.STANDARD: ("standard normal default", "estandar"),
    Detail.FULL: ("full complete", "completo completa"),
}
CONSENTS = {
    Consent.GIVEN: ("given yes y true 1 granted optin optedin signed", "si dado otorgado aceptado"),
    Consent.REFUSED: (
        "refused no n false 0 denied declined optout optedout revoked withdrawn",
        "rechazado negado",
    ),
    Consent.UNKNOWN: ("unknown notasked pending", "desconocido pendiente"),
}
METHODS = {
    Method.OPENPGP: ("openpgp pgp gpg", ""),
    Method.SMIME: ("smime certificate", "certificado"),
    Method.TLS: ("tls encryptedontheway", "cifradoenelcamino"),
    Method.ENVELOPE: ("envelope lockedfile passwordcard", "archivocerrado sobre"),
    Method.PORTAL: ("portal", ""),
    Method.NONE: ("none noemail donotemail phone", "ninguno sincorreo telefono"),
}
"""Plain mail is missing on purpose: it takes a warned wish, which no file records."""
VISIT_STATUSES = {
    VisitStatus.BOOKED: (
        "booked scheduled sched confirmed conf unconfirmed pending tentative proposed new active open",
        "programada programado confirmada confirmado reservada reservado agendada pendiente citada citado",
    ),
    VisitStatus.CANCELLED: (
        "cancelled canceled canc cx cxl cxd deleted void dc rescheduled resched rs rsch bumped",
        "cancelada cancelado anulada anulado reprogramada reprogramado",
    ),
    VisitStatus.KEPT: (
        "kept arrived arr checkedin checkedout seen roomed inroom intake started fulfilled complete",
        "completed atendida atendido asistio presente realizada realizado llego",
    ),
    VisitStatus.MISSED: (
        "missed noshow ns dna failed didnotattend didnotcome",
        "nosepresento noasistio noacudio ausente inasistencia perdida",
    ),
}
"""A visit that was rescheduled stands in another row with its new time; this one is over."""
SEXES = {
    "female": ("female f woman girl", "femenino femenina mujer"),
    "male": ("male m man boy", "masculino masculina hombre varon"),
    "other": ("other o x nonbinary nb intersex another diverse", "otro otra nobinario nobinaria"),
    "unknown": ("unknown u unk undisclosed notsaid", "desconocido desconocida"),
}
_LANGUAGES = {
    "en": ("en eng english enus engb", "ingles"),
    "es": ("es spa spanish castellano esus esmx eses", "espanol"),
}
LANGUAGES = tuple(_LANGUAGES)


def _by_word(table: Mapping[_V, tuple[str, str]]) -> dict[str, _V]:
    return {word: value for value, words in table.items() for word in " ".join(words).split()}


_STATUS_WORDS = _by_word(STATUSES)
_KIND_WORDS = _by_word(KINDS)
_DETAIL_WORDS = _by_word(DETAILS)
_CONSENT_WORDS = _by_word(CONSENTS)
_METHOD_WORDS = _by_word(METHODS)
_VISIT_WORDS = _by_word(VISIT_STATUSES)
_LANGUAGE_WORDS = _by_word(_LANGUAGES)
_SEX_WORDS = _by_word(SEXES)
_YES_WORDS = frozenset(("confirmed", "conf", "confirmada", "confirmado"))
"""Of the words for a booked visit those that say that the patient has said yes."""


def _listed(values: type[StrEnum]) -> str:
    return ", ".join(values)


@lru_cache(maxsize=1024)
def read_status(text: str) -> Status | Reason:
    return _STATUS_WORDS.get(folded(text)) or Reason("status-unknown", {"allowed": _listed(Status)})


@lru_cache(maxsize=1024)
def read_kind(text: str) -> Kind | Reason:
    return _KIND_WORDS.get(folded(text)) or Reason("kind-unknown", {"allowed": _listed(Kind)})


@lru_cache(maxsize=1024)
def read_detail(text: str) -> Detail | Reason:
    return _DETAIL_WORDS.get(folded(text)) or Reason("detail-unknown", {"allowed": _listed(Detail)})


@lru_cache(maxsize=1024)
def read_consent(text: str) -> Consent | Reason:
    return _CONSENT_WORDS.get(folded(text)) or Reason("consent-word-unknown", {"allowed": _listed(Consent)})


@lru_cache(maxsize=1024)
def read_language(text: str) -> str | Reason:
    return _LANGUAGE_WORDS.get(folded(text)) or Reason("language-unknown", {"allowed": ", ".join(LANGUAGES)})


@lru_cache(maxsize=1024)
def read_sex(text: str) -> str | Reason:
    return _SEX_WORDS.get(folded(text)) or Reason("sex-unknown", {"allowed": ", ".join(SEXES)})


@lru_cache(maxsize=1024)
def read_method(text: str) -> Method | Reason:
    return _METHOD_WORDS.get(folded(text)) or Reason("method-unknown", {"allowed": ", ".join(METHODS)})


@lru_cache(maxsize=1024)
def read_visit_status(text: str) -> VisitStatus | Reason:
    return _VISIT_WORDS.get(folded(text)) or Reason("visit-status-unknown", {"allowed": _listed(VisitStatus)})


def says_yes(text: str) -> bool:
    """Whether a visit's status says that the patient has confirmed it."""
    return folded(text) in _YES_WORDS


_MARKED = frozenset("=+-@'\uff1d\uff0b\uff0d\uff20")


def unmarked(cell: str) -> str:
    """Without the apostrophe that our own tables have before what a spreadsheet might run.

    As `audit/tables.py` writes it: what then begins with `=` or `@` is refused all the same.
    """
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _MARKED and len(cell) > 1 else cell


def read_text(text: str, *, limit: int = TEXT_MAX) -> str | Reason:
    """One line of ordinary text: blanks collapsed, NFC, no controls, nothing hidden.

    Text that a spreadsheet would take for a formula is refused where it begins with `=` or
    `@`; `+` and `-` begin telephone numbers and are kept as text. Nothing is evaluated.
    """
    text = text.strip()
    if text.isalnum() and text.isascii() and len(text) <= limit:
        return text
    text = unmarked(text)
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()
        for c in text:
            category = unicodedata.category(c)
            if category in ("Cc", "Zl", "Zp"):
                return Reason("control-character")
            if category in ("Cf", "Co", "Cs", "Cn"):
                return Reason("hidden-character")
    if text[:1] in ("=", "@", "＝", "＠") and text:
        return Reason("formula")
    if "  " in text:
        text = " ".join(text.split())
    return text if len(text) <= limit else Reason("field-too-long", {"limit": limit})


@lru_cache(maxsize=65536)
def read_day(text: str, day_first: bool = False) -> date | Reason:
    """A day with a four-digit year: ISO, the practice's own order, or with the month's name."""
    text = _MIDNIGHT.sub("", _plain(text))
    found = _ISO_DAY.fullmatch(text)
    if found:
        return _day(found[1], found[3], found[4])
    found = _NUMBERS.fullmatch(text)
    if found:
        first, second = (found[3], found[1]) if day_first else (found[1], found[3])
        return _day(found[4], first, second)
    found = _COMPACT_DAY.fullmatch(text)
    if found:
        return _day(*found.groups())
    found = _DAY_MONTH.fullmatch(text)
    if found and found[2] in _MONTHS:
        return _day(found[3], str(_MONTHS[found[2]]), found[1])
    found = _MONTH_DAY.fullmatch(text)
    if found and found[1] in _MONTHS:
        return _day(found[3], str(_MONTHS[found[1]]), found[2])
    return Reason("date-short-year" if _SHORT_YEAR.fullmatch(text) else "date-unreadable")


def _plain(text: str) -> str:
    """ASCII in lower case; digits of other scripts stay what they are and match nothing."""
    decomposed = unicodedata.normalize("NFD", text.strip().lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _day(year: str, month: str, day: str) -> date | Reason:
    if not (year + month + day).isascii():
        return Reason("date-unreadable")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return Reason("date-impossible")


def read_birth_date(text: str, today: date, day_first: bool = False) -> date | Reason:
    """A day in the past, and not of a person older than anyone has been."""
    day = read_day(text, day_first)
    if isinstance(day, Reason):
        return day
    if day > today:
        return Reason("birth-date-in-future")
    return Reason("birth-date-too-old", {"years": AGE_MAX}) if today.year - day.year > AGE_MAX else day


@lru_cache(maxsize=4096)
def read_time(text: str) -> tuple[time, timezone | None] | Reason:
    """A time of day, `14:30`, `2:30 pm` or `1430`, and its offset from UTC where one is written."""
    text = _plain(text).replace("\u00a0", " ").replace("\u202f", " ")
    if not text.isascii():
        return Reason("time-unreadable")
    compact = _COMPACT_TIME.fullmatch(text)
    if compact:
        return time(int(compact[1]), int(compact[2])), None
    found = _TIME.fullmatch(text)
    if not found or (found[2] is None and found[4] is None) or bool(found[4]) < bool(found[5]):
        return Reason("time-unreadable")
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            return Reason("time-unreadable")
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return Reason("time-unreadable")
    offset = _offset(found[6])
    return offset if isinstance(offset, Reason) else (time(hour, minute, second), offset)


def _offset(text: str | None) -> timezone | Reason | None:
    if text is None:
        return None
    if text == "z":
        return timezone(timedelta(0))
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        return Reason("time-unreadable")
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if text[0] == "-" else delta)

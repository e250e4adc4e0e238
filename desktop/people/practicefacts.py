"""What the practice says of itself, checked before it is kept: every letter may name it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from desktop.errors import InputError
from desktop.models import practicefacts
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.names import word_key
from desktop.models.standing import Location, LocationId, VisitRule
from desktop.texts import LANGUAGES, clean, clean_lines

NAME_CHARS = 80
TEXT_CHARS = 300
"""Of an address, of directions, of the hours of one day."""
INSTRUCTION_CHARS = 1_000
EARLY_MOST = 180
"""Minutes."""
LOCATIONS_MOST = 100
RULES_MOST = 300
_PHONE = frozenset("0123456789 +-.()/xXetn#,")
_DIGITS_LEAST, _DIGITS_MOST = 3, 25


def fit_name(text: str) -> str | None:
    """One line that is not empty and not too long, else None."""
    name = clean(text, NAME_CHARS + 1)
    return name if name and len(name) <= NAME_CHARS else None


def fit_words(text: str) -> str:
    """One line, or ''. Raises InputError("practice-too-long")."""
    words = clean(text, TEXT_CHARS + 1)
    if len(words) > TEXT_CHARS:
        raise InputError("practice-too-long", most=TEXT_CHARS)
    return words


def fit_phone(text: str) -> str:
    """As the practice writes it, or ''. Raises InputError("practice-phone")."""
    phone = clean(text, 41)
    digits = sum(c.isdecimal() for c in phone)
    if phone and (len(phone) > 40 or not set(phone) <= _PHONE or not _DIGITS_LEAST <= digits <= _DIGITS_MOST):
        raise InputError("practice-phone")
    return phone


def fit_link(text: str) -> str:
    """A page on the web over TLS, or ''. Raises InputError("practice-link").

    Without a user name, which is how a link is made to look like another one's.
    """
    link = text.strip()
    if not link:
        return ""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        raise InputError("practice-link") from None
    honest = link.isascii() and link.isprintable() and " " not in link and len(link) <= TEXT_CHARS
    if parts.scheme != "https" or "." not in host or parts.username is not None or not honest:
        raise InputError("practice-link")
    return link


def keep_location(tx: Tx, one: Location) -> Location:
    """Set or replace a place; with an empty id a new one.

    Raises InputError `location-name`, `location-twice`, `location-unknown`, `locations-many`,
    `hours-day`, and those of `fit_phone`, `fit_link` and `fit_words`.
    """
    known, name = practicefacts.locations(tx), fit_name(one.name)
    if name is None:
        raise InputError("location-name", most=NAME_CHARS)
    fit = replace(
        one,
        name=name,
        address=fit_words(one.address),
        phone=fit_phone(one.phone),
        directions=fit_words(one.directions),
        hours={day: words for day, text in one.hours.items() if (words := fit_words(text))},
        booking_link=fit_link(one.booking_link),
        portal_link=fit_link(one.portal_link),
    )
    if not fit.hours.keys() <= set("1234567"):
        raise InputError("hours-day")
    if any(word_key(other.name) == word_key(fit.name) and other.id != one.id for other in known):
        raise InputError("location-twice", name=fit.name)
    if one.id and all(other.id != one.id for other in known):
        raise InputError("location-unknown")
    if not one.id and len(known) >= LOCATIONS_MOST:
        raise InputError("locations-many", most=LOCATIONS_MOST)
    kept = fit if one.id else replace(fit, id=LocationId(new_id()))
    practicefacts.put_location(tx, kept)
    return kept


def fit_rule(tx: Tx, rule: VisitRule) -> VisitRule:
    """What holds for a type of visit, ready to be kept.

    Raises InputError `visit-type-name`, `visit-early-range`, `visit-language`, `visit-types-many`,
    `practice-too-long`.
    """
    name = fit_name(rule.name)
    if name is None:
        raise InputError("visit-type-name", most=NAME_CHARS)
    if not 0 <= rule.arrive_early <= EARLY_MOST:
        raise InputError("visit-early-range", most=EARLY_MOST)
    if not rule.instructions.keys() <= set(LANGUAGES):
        raise InputError("visit-language", allowed=", ".join(LANGUAGES))
    known = {one.type_key for one in practicefacts.visit_rules(tx)}
    if word_key(name) not in known and len(known) >= RULES_MOST:
        raise InputError("visit-types-many", most=RULES_MOST)
    said = {
        language: clean_lines(text, INSTRUCTION_CHARS + 1) for language, text in rule.instructions.items()
    }
    if any(len(words) > INSTRUCTION_CHARS for words in said.values()):
        raise InputError("practice-too-long", most=INSTRUCTION_CHARS)
    said = {language: words for language, words in said.items() if words}
    return replace(rule, type_key=word_key(name), name=name, instructions=said)

"""Changing one person by hand: a closed list of fields, each with its own check.

What comes in is text, from a form or from `people set`. Nothing is guessed, and a wrong
value answers with the allowed ones. Consent is a ledger: setting it appends an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import consents, people
from desktop.models.database import Tx
from desktop.models.records import Consent, Detail, Kind, Method, Person, PersonId, Reason, Status
from desktop.models.standing import EvidenceKind, Use
from desktop.people import consent, proofs
from desktop.people.addresses import usable_address
from desktop.people.values import LANGUAGES, read_birth_date, read_day, read_text
from desktop.texts import clean

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)

_WISH_YES = ("yes", "true")
_WISH_NO = ("", "no", "false", "none")
BY_HAND = "by-hand"
"""The source of a choice that a signed-in person recorded without naming another."""

CONSENT_FIELDS = ("consent", "consent_source", "consent_date")


@dataclass(frozen=True)
class Choice:
    """Consent as a ledger entry to be: what was chosen, when, and where that is written."""

    state: Consent
    at: datetime
    source: str


@dataclass(frozen=True)
class Changed:
    """`choice` is what the ledger gets; None where consent stays."""

    person: Person
    choice: Choice | None = None


def change(person: Person, field: str, value: str, now: datetime, *, day_first: bool = False) -> Person:
    """`person` with one field set. For consent see `changed`.

    Raises InputError: `field-unknown` with the allowed names, `value-not-allowed` with the
    allowed words, `address-unusable`, `value-unusable`, `value-needed`.
    """
    name = field.strip().replace("-", "_")
    setter = _SETTERS.get(name)
    if setter is None:
        raise InputError("field-unknown", field=clean(field, 60), allowed=", ".join(FIELDS))
    return setter(person, value.strip(), _Setting(name, now, day_first))


def changed(person: Person, changes: Mapping[str, str], *, now: datetime, day_first: bool = False) -> Changed:
    """All of `changes` or none. A given consent over a refusal must say where it comes from.

    Raises InputError as `change` does, `consent-source-needed`, and `nothing-to-change`.
    """
    if not changes:
        raise InputError("nothing-to-change", allowed=", ".join(FIELDS))
    about_consent = {}
    for field, value in changes.items():
        name = field.strip().replace("-", "_")
        if name in CONSENT_FIELDS:
            about_consent[name] = value.strip()
        else:
            person = change(person, name, value, now, day_first=day_first)
    if not (person.last_name or person.organisation):
        raise InputError("value-needed", field="last_name")
    choice = _choice(person, about_consent, now, day_first) if about_consent else None
    return Changed(person if choice is None else replace(person, consent=choice.state), choice)


def store(tx: Tx, person: PersonId, changes: Mapping[str, str], *, by: str, now: datetime) -> Person:
    """Set fields of a stored person in the caller's transaction and give the person as kept.

    Raises InputError("person-unknown") and what `changed` raises; Refused "consent-refusal-stands" for
    the wish for plain mail after a no to it, which only a word with its own proof lifts.
    """
    before = people.get(tx, person)
    if before is None:
        raise InputError("person-unknown", id=clean(person, 40))
    after = changed(before, changes, now=now)
    kept = replace(after.person, consent=before.consent, plain_wish=before.plain_wish)
    if kept != before:
        people.update(tx, kept)
    if after.choice is not None:
        _say(tx, person, Use.CARE, after.choice, by, now)
    wish = after.person.plain_wish
    if wish != before.plain_wish:
        state = Consent.UNKNOWN if wish is None else Consent.GIVEN
        if state is Consent.GIVEN and consents.standing(tx, person, now).plain is Consent.REFUSED:
            raise Refused("consent-refusal-stands")
        _say(tx, person, Use.PLAIN, Choice(state, wish or now, BY_HAND), by, now)
    return after.person


def _say(tx: Tx, person: PersonId, use: Use, choice: Choice, by: str, now: datetime) -> None:
    """Through the one door. What somebody types here was said to them: that is its evidence."""
    proof = None
    if choice.state is not Consent.REFUSED:
        proof = proofs.keep_note(tx, EvidenceKind.SPOKEN, choice.source, by, choice.at.date(), now)
    said = consent.Saying(*(person, use, choice.state, choice.at, choice.source, by), evidence=proof)
    consent.record(tx, said)


@dataclass(frozen=True)
class _Setting:
    field: str
    now: datetime
    day_first: bool

    def word(self, kind: type[_E], value: str) -> _E:
        allowed = tuple(kind)
        for word in allowed:
            if word == value.lower():
                return word
        raise InputError("value-not-allowed", field=self.field, allowed=", ".join(allowed))

    def usable(self, value: _T | Reason) -> _T:
        if isinstance(value, Reason):
            raise InputError("value-unusable", field=self.field, reason=value.code, **value.params)
        return value


_Setter = Callable[[Person, str, _Setting], Person]


def _text(person: Person, value: str, setting: _Setting) -> Person:
    changes: dict[str, Any] = {setting.field: setting.usable(read_text(value))}
    return replace(person, **changes)


def _birth_date(person: Person, value: str, setting: _Setting) -> Person:
    if not value:
        return replace(person, birth_date=None)
    day = setting.usable(read_birth_date(value, setting.now.date(), setting.day_first))
    return replace(person, birth_date=day)


def _email(person: Person, value: str, setting: _Setting) -> Person:
    if not value:
        return replace(person, email="")
    return replace(person, email=usable_address(value))


def _language(person: Person, value: str, setting: _Setting) -> Person:
    if value.lower() not in LANGUAGES:
        raise InputError("value-not-allowed", field=setting.field, allowed=", ".join(LANGUAGES))
    return replace(person, language=value.lower())


def _status(person: Person, value: str, setting: _Setting) -> Person:
    return replace(person, status=setting.word(Status, value))


def _kind(person: Person, value: str, setting: _Setting) -> Person:
    return replace(person, kind=setting.word(Kind, value))


def _detail(person: Person, value: str, setting: _Setting) -> Person:
    return replace(person, detail=setting.word(Detail, value))


def _preferred(person: Person, value: str, setting: _Setting) -> Person:
    return replace(person, preferred_method=setting.word(Method, value) if value else None)


def _plain_wish(person: Person, value: str, setting: _Setting) -> Person:
    """The warned wish for plain mail: `yes` from now on, its day, or `no` to take it back."""
    word = value.lower()
    if word in _WISH_NO:
        return replace(person, plain_wish=None)
    if word in _WISH_YES:
        return replace(person, plain_wish=setting.now)
    return replace(person, plain_wish=_moment(setting, value))


def _moment(setting: _Setting, value: str) -> datetime:
    day: date = setting.usable(read_day(value, setting.day_first))
    if day > setting.now.date():
        raise InputError("value-unusable", field=setting.field, reason="date-in-future")
    return min(datetime.combine(day, time(12), UTC), setting.now)


_SETTERS: dict[str, _Setter] = {
    "first_name": _text,
    "last_name": _text,
    "birth_date": _birth_date,
    "email": _email,
    "phone": _text,
    "organisation": _text,
    "external_id": _text,
    "language": _language,
    "detail": _detail,
    "status": _status,
    "kind": _kind,
    "preferred_method": _preferred,
    "plain_wish": _plain_wish,
}
FIELDS = (*_SETTERS, *CONSENT_FIELDS)
"""What may be set, and nothing else."""


def _choice(person: Person, said: Mapping[str, str], now: datetime, day_first: bool) -> Choice | None:
    setting = _Setting("consent", now, day_first)
    if "consent" not in said:
        raise InputError("value-needed", field="consent")
    state = setting.word(Consent, said["consent"])
    source = setting.usable(read_text(said.get("consent_source", "")))
    if person.consent is Consent.REFUSED and state is not Consent.REFUSED and not source:
        raise InputError("consent-source-needed")
    at = (
        _moment(replace(setting, field="consent_date"), said["consent_date"])
        if said.get("consent_date")
        else now
    )
    if state is person.consent and not source:
        return None
    return Choice(state, at, source or BY_HAND)

"""What a template's fields stand for: of the practice, of a person, of a visit of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from desktop.mail.dates import day_in_words, time_in_words
from desktop.mail.sender import Sender
from desktop.models import customfields
from desktop.models.database import Tx
from desktop.models.records import Appointment, Person
from desktop.models.rules import CUSTOM
from desktop.models.standing import CustomField, CustomValue, FieldKind
from desktop.texts import LANGUAGES, Texts


def values_for(tx: Tx, sender: Sender, person: Person, visit: Appointment | None) -> dict[str, str]:
    """Everything that a letter to `person` may name, in their language; of fields of the practice's own
    those that are in use."""
    own = of_own(customfields.listing(tx), customfields.values(tx, person.id), person.language)
    return of_person(sender, person, visit) | own


def of_practice(sender: Sender) -> dict[str, str]:
    facts = sender.facts
    return {
        "practice": sender.practice,
        "practice_phone": sender.phone,
        "practice_address": facts.address,
        "booking_link": facts.booking_link,
        "portal_link": facts.portal_link,
    }


def of_person(sender: Sender, person: Person, visit: Appointment | None) -> dict[str, str]:
    """Every field of `mail/fields.py` that is known; without a `visit` none of its own."""
    values = {
        **of_practice(sender),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": person.name,
    }
    if visit is not None:
        values |= {
            "date": day_in_words(visit.start, person.language),
            "time": time_in_words(visit.start, person.language),
            "provider": visit.provider,
            "location": visit.location,
            "visit_type": visit.visit_type,
            **_by_type(sender, visit, person.language),
            **_by_place(sender, visit, person.language),
        }
    return values


def _by_type(sender: Sender, visit: Appointment, language: str) -> dict[str, str]:
    rule = sender.facts.rule(visit.visit_type)
    said = rule.instructions.get(language) or rule.instructions.get(LANGUAGES[0], "")
    if not rule.arrive_early:
        return {"instructions": said}
    early = visit.start - timedelta(minutes=rule.arrive_early)
    return {
        "instructions": said,
        "arrive_early": str(rule.arrive_early),
        "arrive_at": time_in_words(early, language),
    }


def _by_place(sender: Sender, visit: Appointment, language: str) -> dict[str, str]:
    """A place has its own links where it says so; else the practice's hold."""
    place = sender.facts.location(visit.location)
    if place is None:
        return {}
    values = {
        "location_address": place.address,
        "location_phone": place.phone,
        "location_directions": place.directions,
        "location_hours": _hours(place.hours, language),
    }
    links = {"booking_link": place.booking_link, "portal_link": place.portal_link}
    return values | {name: link for name, link in links.items() if link}


def _hours(hours: Mapping[str, str], language: str) -> str:
    """A line for each day that is open, Monday first."""
    say = Texts(language).say
    return "\n".join(f"{say(f'mail.weekday.{day}')}: {hours[day]}" for day in sorted(hours))


def of_own(fields: Iterable[CustomField], values: Mapping[str, CustomValue], language: str) -> dict[str, str]:
    """What a person has in fields of the practice's own, as `custom.<name>`."""
    return {
        CUSTOM + one.name: _own_value(one, values[one.name], language) for one in fields if one.name in values
    }


def _own_value(one: CustomField, value: CustomValue, language: str) -> str:
    """A day in words. A "no" is nothing, so that a text can ask whether it is so."""
    if one.kind is FieldKind.DAY:
        return day_in_words(date.fromisoformat(str(value)), language)
    if one.kind is FieldKind.YES_NO:
        return Texts(language).say("mail.own.yes") if value else ""
    return str(value)

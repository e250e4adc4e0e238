"""What a template's fields stand for: of the practice, of a person, of a visit of theirs."""

from __future__ import annotations

from desktop.mail.dates import day_in_words, time_in_words
from desktop.mail.sender import Sender
from desktop.models.records import Appointment, Person


def of_practice(sender: Sender) -> dict[str, str]:
    return {"practice": sender.practice, "practice_phone": sender.phone}


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
        }
    return values

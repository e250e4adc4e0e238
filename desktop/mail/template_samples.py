"""Values of nobody, to look at a template with: a made-up patient, next week, in this very practice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from desktop.mail import fieldvalues
from desktop.mail.dates import day_in_words, time_in_words
from desktop.mail.sender import Sender
from desktop.models.rules import CUSTOM
from desktop.models.standing import CustomField, FieldKind
from desktop.texts import Texts

EARLY = 15
_START = time(14, 30)
_IN_WORDS = (
    *("first_name", "last_name", "provider", "location", "location_address", "location_phone"),
    *("location_directions", "location_hours", "visit_type", "instructions"),
)


def sample_values(sender: Sender, own: Iterable[CustomField], language: str, today: date) -> dict[str, str]:
    """Every field that can be known; of the practice what is true, so that what it never entered is
    missing here too."""
    say = Texts(language).say
    start = datetime.combine(today + timedelta(days=7), _START)
    words = {name: say(f"template.sample.{name}") for name in _IN_WORDS}
    return {
        **words,
        **fieldvalues.of_practice(sender),
        "name": f"{words['first_name']} {words['last_name']}",
        "date": day_in_words(start, language),
        "time": time_in_words(start, language),
        "arrive_early": str(EARLY),
        "arrive_at": time_in_words(start - timedelta(minutes=EARLY), language),
        **{CUSTOM + one.name: _own(one, language, today) for one in own},
    }


def _own(one: CustomField, language: str, today: date) -> str:
    match one.kind:
        case FieldKind.DAY:
            return day_in_words(today, language)
        case FieldKind.YES_NO:
            return Texts(language).say("mail.own.yes")
        case FieldKind.NUMBER:
            return "7"
        case FieldKind.CHOICE if one.choices:
            return one.choices[0]
    return one.label

"""What is known of a practice, a person and a visit when a template is filled."""

from __future__ import annotations

from datetime import datetime

from desktop.mail.dates import day_in_words, time_in_words
from desktop.mail.template_footer import Imprint

IMPRINT = Imprint(
    "Riverside Family Clinic", "120 River Street, Suite 4, Portland, OR 97201", "(555) 013-0042"
)
_OWN = {
    "en": {"visit_type": "Checkup", "instructions": "Please do not eat after midnight.\nWater is fine."},
    "es": {"visit_type": "Chequeo", "instructions": "No coma nada después de medianoche.\nPuede tomar agua."},
}


def known(language: str) -> dict[str, str]:
    """Every field, as the program would say it in `language`."""
    visit = datetime.fromisoformat("2026-11-24T14:30")
    return {
        "practice": IMPRINT.practice,
        "practice_phone": IMPRINT.phone,
        "practice_address": IMPRINT.address,
        "booking_link": "https://riverside.example/book",
        "portal_link": "https://riverside.example/portal",
        "first_name": "María",
        "last_name": "López",
        "name": "María López",
        "date": day_in_words(visit, language),
        "time": time_in_words(visit, language),
        "arrive_at": time_in_words(visit.replace(minute=15), language),
        "arrive_early": "15",
        "provider": "Dr. Anna Weiss",
        "location": "Riverside East",
        "location_address": "88 Mill Road, Portland, OR 97202",
        "location_phone": "(555) 013-0077",
        "location_directions": "Bus 14 stops at the door.",
        **_OWN[language],
    }

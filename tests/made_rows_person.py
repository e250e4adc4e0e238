"""How to call the use cases of one person's page."""

from __future__ import annotations

from typing import Any

from desktop.office.values_person import NewPerson, TimelineQuery
from tests.made_rows_imports import IMPORTS

NEW = {"first_name": "Noor", "last_name": "Abadi", "email": "noor@example.org", "birth_date": "1988-07-01"}

PERSON: dict[str, Any] = {
    "add_person": lambda w, s: w.office.add_person(s, NewPerson(NEW)),
    "show_timeline": lambda w, s: w.office.show_timeline(s, TimelineQuery(w.person)),
    **IMPORTS,
}

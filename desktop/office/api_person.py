"""The door of one person's page: what happened with them, and adding somebody by hand."""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.office.values_person import NewPerson, PersonAdded, TimelineQuery, TimelineShown


class PersonDoor(Protocol):
    def add_person(self, session: Session, request: NewPerson) -> PersonAdded:
        """Add somebody by hand; where others are alike, nothing is stored until the request is `sure`.

        Raises InputError as `set_person` does, and `number-taken`.
        """
        ...

    def show_timeline(self, session: Session, query: TimelineQuery) -> TimelineShown:
        """Visits, messages, consent and changes of one person. Raises InputError `person-unknown`."""
        ...

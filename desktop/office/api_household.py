"""The part of the one door that is about mailboxes of people: who reads them, who belongs together."""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.values_household import HouseholdShown, LinkRequest


class HouseholdDoor(Protocol):
    def show_household(self, session: Session, person: PersonId) -> HouseholdShown: ...
    def set_link(self, session: Session, request: LinkRequest) -> HouseholdShown:
        """From now on the person's mail goes there; what waits to another address is pulled back."""
        ...

    def end_link(self, session: Session, person: PersonId, address: str) -> HouseholdShown: ...
    def set_family(self, session: Session, person: PersonId, choice: str) -> HouseholdShown:
        """How letters to several patients of this person's mailbox go: '', `merge` or `apart`."""
        ...

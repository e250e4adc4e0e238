"""The part of the one door that is about the practice's facts and fields, visits, and addresses.

As `api.py`: protocols only, nothing heavy is imported.
"""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.records import AppointmentId, PersonId, VisitStatus
from desktop.models.standing import Location, LocationId, VisitRule
from desktop.office.values_facts import (
    AddressesShown,
    AddressQuery,
    CustomShown,
    FieldRequest,
    FieldsShown,
    PracticeChange,
    PracticeShown,
    VisitChanged,
    VisitMove,
    VisitQuery,
    VisitRequest,
    VisitsShown,
)


class PracticeDoor(Protocol):
    def show_practice(self, session: Session) -> PracticeShown: ...
    def set_practice(self, session: Session, change: PracticeChange) -> PracticeShown: ...
    def set_location(self, session: Session, location: Location) -> PracticeShown:
        """Set or replace; with an empty id a new one."""
        ...

    def retire_location(self, session: Session, location: LocationId) -> PracticeShown: ...
    def set_visit_rule(self, session: Session, rule: VisitRule) -> PracticeShown:
        """For the type of visit that `rule.name` says, however schedules write it."""
        ...


class FieldsDoor(Protocol):
    def list_fields(self, session: Session) -> FieldsShown: ...
    def set_field(self, session: Session, request: FieldRequest) -> FieldsShown: ...
    def show_custom(self, session: Session, person: PersonId) -> CustomShown: ...
    def set_custom(self, session: Session, person: PersonId, changes: dict[str, str]) -> CustomShown:
        """By field name, as people write it; '' empties one."""
        ...


class VisitsDoor(Protocol):
    def list_visits(self, session: Session, query: VisitQuery) -> VisitsShown: ...
    def add_visit(self, session: Session, request: VisitRequest) -> VisitChanged: ...
    def move_visit(self, session: Session, move: VisitMove) -> VisitChanged:
        """To another time; a reminder of the old one that has not left is withdrawn."""
        ...

    def cancel_visit(self, session: Session, visit: AppointmentId) -> VisitChanged: ...
    def mark_visit(self, session: Session, visit: AppointmentId, status: VisitStatus) -> VisitChanged:
        """Kept or missed, once it has begun; booked takes either back."""
        ...


class AddressesDoor(Protocol):
    def check_addresses(self, session: Session, query: AddressQuery) -> AddressesShown:
        """Everybody's address looked over: slips, look-alikes, shared and unanswered ones."""
        ...

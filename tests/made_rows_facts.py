"""How to call the use cases of the practice's facts and fields, of visits by hand, and of addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from desktop.models.accounts import Session
from desktop.models.records import VisitStatus
from desktop.models.standing import Location, LocationId, VisitRule
from desktop.office.values_facts import (
    AddressQuery,
    FieldRequest,
    PracticeChange,
    VisitMove,
    VisitQuery,
    VisitRequest,
)

LATER = datetime.fromisoformat("2027-03-03T10:00")


def _location(world: Any, session: Session) -> None:
    shown = world.office.set_location(session, Location(LocationId(""), "Main Street", phone="555 0100"))
    world.kept["location"] = shown.locations[0].id


def _add(world: Any, session: Session) -> None:
    request = VisitRequest(world.person, LATER - timedelta(days=1), "Check-up")
    world.kept["visit"] = world.office.add_visit(session, request).line.visit.id


FACTS = {
    "show_practice": lambda w, s: w.office.show_practice(s),
    "set_practice": lambda w, s: w.office.set_practice(s, PracticeChange("Green Street Family Practice")),
    "set_location": _location,
    "retire_location": lambda w, s: w.office.retire_location(s, w.kept["location"]),
    "set_visit_rule": lambda w, s: w.office.set_visit_rule(s, VisitRule("", "Check-up", arrive_early=10)),
    "set_field": lambda w, s: w.office.set_field(s, FieldRequest("insurer", "Insurer")),
    "list_fields": lambda w, s: w.office.list_fields(s),
    "set_custom": lambda w, s: w.office.set_custom(s, w.person, {"insurer": "Acme"}),
    "show_custom": lambda w, s: w.office.show_custom(s, w.person),
    "add_visit": _add,
    "list_visits": lambda w, s: w.office.list_visits(s, VisitQuery(person=w.person)),
    "move_visit": lambda w, s: w.office.move_visit(
        s, VisitMove(w.kept["visit"], datetime.fromisoformat("2027-03-03T10:00"))
    ),
    "cancel_visit": lambda w, s: w.office.cancel_visit(s, w.kept["visit"]),
    "mark_visit": lambda w, s: w.office.mark_visit(s, w.kept["visit"], VisitStatus.BOOKED),
    "check_addresses": lambda w, s: w.office.check_addresses(s, AddressQuery()),
}

"""What the practice says of itself once: places, links, and what holds for each type of visit."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.frozen import dataclass
from desktop.models import settings
from desktop.models.lanes import Tx
from desktop.models.names import word_key
from desktop.models.standing import Location, LocationId, VisitRule
from desktop.models.tables_people import practice_location
from desktop.models.tables_people import visit_rule as rules_table

PHONE, ADDRESS, BOOKING, PORTAL = "practice-phone", "practice-address", "booking-link", "portal-link"


@dataclass(frozen=True)
class Facts:
    """What letters may name, read once per planning. Locations and rules by their folded name."""

    address: str = ""
    booking_link: str = ""
    portal_link: str = ""
    locations: dict[str, Location] = field(default_factory=dict)
    rules: dict[str, VisitRule] = field(default_factory=dict)

    def location(self, name: str) -> Location | None:
        """The place that a schedule calls `name`; the only one where the schedule names none."""
        if name.strip():
            return self.locations.get(word_key(name))
        return next(iter(self.locations.values())) if len(self.locations) == 1 else None

    def rule(self, visit_type: str) -> VisitRule:
        """However the schedule writes the type; reminded of and told to whoever reads the person's mail where
        nobody has said anything."""
        return self.rules.get(word_key(visit_type)) or _usual(visit_type)


def load(tx: Tx) -> Facts:
    return Facts(
        address=settings.get(tx, ADDRESS) or "",
        booking_link=settings.get(tx, BOOKING) or "",
        portal_link=settings.get(tx, PORTAL) or "",
        locations={word_key(one.name): one for one in locations(tx)},
        rules={one.type_key: one for one in visit_rules(tx)},
    )


def visit_rules(tx: Tx) -> list[VisitRule]:
    """Those that somebody has set, by name."""
    query = select(rules_table).order_by(rules_table.c.type_key)
    return [_rule(row) for row in tx.connection.execute(query)]


def put_visit_rule(tx: Tx, one: VisitRule, now: datetime) -> None:
    """Set or replace what holds for the type of this name."""
    changed = {
        "name": one.name,
        "arrive_early": one.arrive_early,
        "instructions": one.instructions,
        "patient_only": int(one.patient_only),
        "remind": int(one.remind),
        "changed_at": now,
    }
    row = insert(rules_table).values(type_key=word_key(one.name), **changed)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["type_key"], set_=changed))


def locations(tx: Tx) -> list[Location]:
    """Those that are in use, by name."""
    in_use = practice_location.c.retired_at.is_(None)
    query = select(practice_location).where(in_use).order_by(practice_location.c.name_key)
    return [_location(row) for row in tx.connection.execute(query)]


def put_location(tx: Tx, one: Location) -> None:
    """Set or replace; one that was retired stays retired."""
    changed = {
        "name": one.name,
        "name_key": word_key(one.name),
        "address": one.address,
        "phone": one.phone,
        "directions": one.directions,
        "hours": one.hours,
        "booking_link": one.booking_link,
        "portal_link": one.portal_link,
    }
    row = insert(practice_location).values(id=one.id, **changed)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))


def retire_location(tx: Tx, id_: LocationId, now: datetime) -> None:
    tx.connection.execute(
        update(practice_location).where(practice_location.c.id == id_).values(retired_at=now)
    )


def _usual(visit_type: str) -> VisitRule:
    return VisitRule(word_key(visit_type), visit_type)


def _rule(row: Row[Any]) -> VisitRule:
    return VisitRule(
        type_key=row.type_key,
        name=row.name,
        arrive_early=row.arrive_early,
        instructions=dict(row.instructions),
        patient_only=bool(row.patient_only),
        remind=bool(row.remind),
    )


def _location(row: Row[Any]) -> Location:
    return Location(
        id=LocationId(row.id),
        name=row.name,
        address=row.address,
        phone=row.phone,
        directions=row.directions,
        hours=dict(row.hours),
        booking_link=row.booking_link,
        portal_link=row.portal_link,
    )

"""The fields that a template may name, each with its class.

The class decides where a field may stand: a clinical one never in a subject, a List-Id or
a file name, because those show on lock screens and in folder lists.
"""

from __future__ import annotations

from desktop.models.standing import FieldClass

FIELDS: dict[str, FieldClass] = {
    "practice": FieldClass.PLAIN,
    "practice_phone": FieldClass.PLAIN,
    "practice_address": FieldClass.PLAIN,
    "booking_link": FieldClass.PLAIN,
    "portal_link": FieldClass.PLAIN,
    "first_name": FieldClass.IDENTIFYING,
    "last_name": FieldClass.IDENTIFYING,
    "name": FieldClass.IDENTIFYING,
    "date": FieldClass.IDENTIFYING,
    "time": FieldClass.IDENTIFYING,
    "arrive_at": FieldClass.IDENTIFYING,
    "arrive_early": FieldClass.IDENTIFYING,
    "provider": FieldClass.CLINICAL,
    "location": FieldClass.CLINICAL,
    "location_address": FieldClass.CLINICAL,
    "location_phone": FieldClass.CLINICAL,
    "location_directions": FieldClass.CLINICAL,
    "location_hours": FieldClass.CLINICAL,
    "visit_type": FieldClass.CLINICAL,
    "instructions": FieldClass.CLINICAL,
}
"""A provider or a place can tell what somebody is treated for (an oncologist, a methadone clinic)."""

LINKS = frozenset({"booking_link", "portal_link"})
"""Fields that hold an address to open, so that a button may lead there."""
PHONES = frozenset({"practice_phone", "location_phone"})
"""Fields that a button may call."""

"""The rooms of the office in this process that are about the practice's facts and its visits.

As `local.py`, of which this is a part: one object, each door's methods taken from the room behind it.
"""

from __future__ import annotations

from typing import NamedTuple

from desktop.office.duplicates import Duplicates
from desktop.office.fields import Fields
from desktop.office.household import Households
from desktop.office.hygiene import Hygiene
from desktop.office.practice import Practice
from desktop.office.segments import Segments
from desktop.office.visits import Visits


class PeopleRooms(NamedTuple):
    """In the order in which `assembly.py` builds them."""

    practice: Practice
    fields: Fields
    visits: Visits
    hygiene: Hygiene
    segments: Segments
    households: Households
    duplicates: Duplicates


class PeopleOffice:
    """Fulfils the doors of `api_practice.py`."""

    def __init__(self, rooms: PeopleRooms) -> None:
        self.show_practice = rooms.practice.show_practice
        self.set_practice = rooms.practice.set_practice
        self.set_location = rooms.practice.set_location
        self.retire_location = rooms.practice.retire_location
        self.set_visit_rule = rooms.practice.set_visit_rule
        self.list_fields = rooms.fields.list_fields
        self.set_field = rooms.fields.set_field
        self.show_custom = rooms.fields.show_custom
        self.set_custom = rooms.fields.set_custom
        self.list_visits = rooms.visits.list_visits
        self.add_visit = rooms.visits.add_visit
        self.move_visit = rooms.visits.move_visit
        self.cancel_visit = rooms.visits.cancel_visit
        self.mark_visit = rooms.visits.mark_visit
        self.check_addresses = rooms.hygiene.check_addresses
        self.list_segments = rooms.segments.list_segments
        self.rule_parts = rooms.segments.rule_parts
        self.count_rule = rooms.segments.count_rule
        self.show_segment = rooms.segments.show_segment
        self.keep_segment = rooms.segments.keep_segment
        self.retire_segment = rooms.segments.retire_segment
        self.explain_segment = rooms.segments.explain_segment
        self.add_to_segment = rooms.segments.add_to_segment
        self.remove_from_segment = rooms.segments.remove_from_segment
        self.show_household = rooms.households.show_household
        self.set_link = rooms.households.set_link
        self.end_link = rooms.households.end_link
        self.set_family = rooms.households.set_family
        self.find_duplicates = rooms.duplicates.find_duplicates
        self.list_duplicates = rooms.duplicates.list_duplicates
        self.compare_people = rooms.duplicates.compare_people
        self.two_people = rooms.duplicates.two_people
        self.merge_people = rooms.duplicates.merge_people
        self.unmerge_people = rooms.duplicates.unmerge_people

"""The part of the one door that shows when letters go, and what the practice has room for. As `api.py`."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from desktop.models.accounts import Session
from desktop.office.values_calendar import CalendarShown, SlotsRequest


class CalendarDoor(Protocol):
    def show_calendar(self, session: Session, month: date | None = None) -> CalendarShown:
        """The month of that day (default: this one).

        Raises InputError("calendar-range") for a month that no calendar has.
        """
        ...

    def set_slots(self, session: Session, request: SlotsRequest) -> CalendarShown:
        """What can still be taken on some days; the month of the first of them, anew.

        Raises InputError "slots-range" (fewer than none, or too many), "slots-days" (none, more than
        a month of them, or one that is over), "value-unusable".
        """
        ...

"""The calendar: what goes on which day, what is free, what the season brings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from desktop.campaigns.calendar import seasons
from desktop.campaigns.capacity import room
from desktop.errors import InputError, Refused
from desktop.mail.template_library import library_template
from desktop.models.accounts import Session
from desktop.office.api import Office
from desktop.office.values_calendar import CalendarDay, CalendarShown, SlotsRequest
from desktop.people.segments import RECIPES
from tests.made_practice import Practice, import_visits
from tests.made_staff import desk_of

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)


def day_of(shown: CalendarShown, day: date) -> CalendarDay:
    return next(one for one in shown.days if one.day == day)


def test_the_month_shows_visits_and_the_reminders_to_come_on_the_day_before(
    at_work: tuple[Office, Session], practice: Practice
) -> None:
    office, ana = at_work
    import_visits(office, ana, practice.clock)
    shown = office.show_calendar(ana)
    assert (shown.first, shown.today, len(shown.days)) == (date(2026, 11, 1), MONDAY, 30)
    assert day_of(shown, TUESDAY).visits == 3
    assert [line.planned for line in day_of(shown, MONDAY).letters] == [3]
    assert day_of(shown, TUESDAY).letters == ()


def test_what_is_free_is_kept_by_type_added_up_and_forgotten(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    office.set_slots(ana, SlotsRequest((TUESDAY,), 4))
    shown = office.set_slots(ana, SlotsRequest((TUESDAY,), 2, "Check-up"))
    assert day_of(shown, TUESDAY).free == 6
    database = desk_of(office).opened().database
    assert database.read(lambda tx: room(tx, TUESDAY, 5)) == 1
    assert database.read(lambda tx: room(tx, TUESDAY, 9)) == 0
    assert database.read(lambda tx: room(tx, MONDAY, 0)) is None
    office.set_slots(ana, SlotsRequest((TUESDAY,), None))
    after = office.set_slots(ana, SlotsRequest((TUESDAY,), None, "check-UP"))
    assert day_of(after, TUESDAY).free is None


@pytest.mark.parametrize(
    ("days", "free", "code"),
    [
        ((), 3, "slots-days"),
        ((MONDAY - timedelta(days=1),), 3, "slots-days"),
        (tuple(MONDAY + timedelta(days=at) for at in range(32)), 3, "slots-days"),
        ((TUESDAY,), -1, "slots-range"),
        ((TUESDAY,), 1000, "slots-range"),
    ],
)
def test_what_cannot_be_is_refused(
    at_work: tuple[Office, Session], days: tuple[date, ...], free: int, code: str
) -> None:
    office, ana = at_work
    with pytest.raises(InputError, match=code):
        office.set_slots(ana, SlotsRequest(days, free))


def test_a_month_that_no_calendar_has_is_refused_and_a_locked_office_shows_none(
    at_work: tuple[Office, Session],
) -> None:
    office, ana = at_work
    for month in (date(1, 1, 1), date(9999, 12, 31)):
        with pytest.raises(InputError, match="calendar-range"):
            office.show_calendar(ana, month)
    office.lock()
    with pytest.raises(Refused):
        office.show_calendar(ana)


def test_every_season_names_a_group_and_a_template_that_there_are() -> None:
    found = seasons(date(2026, 1, 1), date(2026, 12, 31))
    assert {one.code for one, _, _ in found} >= {"flu", "back-to-school", "sports-physicals", "allergies"}
    for one, first, last in found:
        assert one.recipe in RECIPES
        assert library_template(one.template).code == one.template
        assert first < last

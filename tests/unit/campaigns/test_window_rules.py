"""Times of reminders that change under a plan: nobody is lost between two times, and nobody gets two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from desktop.campaigns import windows as planning
from desktop.campaigns.retiring import withdraw
from desktop.models import sendingrules, settings, windows
from desktop.models.campaigning import VisitAnswer, Window, WindowId, WindowKind
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import VisitStatus
from tests.practice.office import MONDAY, TUESDAY, ZONE, Practice
from tests.unit.campaigns.test_windows import DAY, answer, arrived, plan, send, why, window

FRIDAY = MONDAY.replace(day=27)
SATURDAY, NEXT_MONDAY = date(2026, 11, 28), date(2026, 11, 30)


def retire(office: Practice, gone: WindowId) -> None:
    def end(tx: Tx) -> None:
        windows.retire(tx, gone, MONDAY)
        withdraw(tx, office.outbox, gone, office.session)

    office.db.write(end)


# --- set anew -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "minutes", "type_key"),
    [
        (WindowKind.REMINDER, DAY, ""),  # taken away, and set again
        (WindowKind.CONFIRM, 2 * DAY, ""),
        (WindowKind.REMINDER, DAY, "chemotherapy"),  # a time of its own for the type of visit
    ],
)
def test_ask_1_a_time_that_is_set_anew_writes_nobody_a_second_time(
    office: Practice, kind: WindowKind, minutes: int, type_key: str
) -> None:
    first = window(office, DAY)
    office.visit(office.person(), 9)
    (row,) = send(office).messages
    arrived(office, row)
    if not type_key:
        retire(office, first)
    window(office, minutes, kind, type_key)
    assert send(office).messages == ()
    assert why(plan(office)) == ["already-sent"]


def test_a_nearer_time_that_is_new_is_written_at(office: Practice) -> None:
    first = window(office, DAY)
    office.visit(office.person(), 15, 0)
    (row,) = send(office).messages
    arrived(office, row)
    retire(office, first)
    window(office, 120)
    assert [row.window.minutes for row in plan(office).rows] == [120]


def test_what_was_withdrawn_with_its_time_is_planned_at_the_new_one(office: Practice) -> None:
    first = window(office, DAY)
    office.visit(office.person(), 15, 0)
    assert len(send(office).messages) == 1
    retire(office, first)
    window(office, DAY)
    assert len(send(office).messages) == 1


def test_a_practice_that_takes_its_times_away_reminds_nobody_twice(office: Practice) -> None:
    first = window(office, 120)
    office.visit(office.person(), 9)
    (row,) = send(office).messages
    arrived(office, row)
    retire(office, first)
    assert why(plan(office)) == ["already-sent"]


def test_who_was_written_to_after_a_visit_is_not_thanked_again_at_a_new_time(office: Practice) -> None:
    first = window(office, 60, WindowKind.FOLLOW_UP)
    office.visit(office.person(), 8, 0, MONDAY.date(), status=VisitStatus.KEPT)
    (row,) = send(office).messages
    arrived(office, row)
    retire(office, first)
    window(office, 120, WindowKind.FOLLOW_UP)
    assert send(office).messages == ()


def test_the_usual_reminder_too_is_not_sent_to_who_said_no(office: Practice) -> None:
    visit = office.visit(office.person())
    answer(office, visit, VisitAnswer.DECLINED)
    assert why(plan(office)) == ["visit-declined"]


def test_what_is_late_goes_with_the_next_letter_where_that_leaves_soon(office: Practice) -> None:
    """Booked today for tomorrow: the week's letter now and the day's in an hour would be two at once."""
    for minutes in (7 * DAY, DAY):
        window(office, minutes)
    office.visit(office.person(), 11, 0)
    assert [row.window.minutes for row in plan(office).rows] == [DAY]


# --- the next day -------------------------------------------------------------------------


def test_before_a_weekend_the_visits_of_monday_are_reminded_of(office: Practice) -> None:
    office.clock.at = FRIDAY
    office.visit(office.person("Mona"), day=NEXT_MONDAY)
    made = plan(office)
    assert (made.day, made.until) == (NEXT_MONDAY, None)
    assert [row.person.first_name for row in made.rows] == ["Mona"]


def test_a_practice_that_works_on_saturday_reminds_of_saturday_first(office: Practice) -> None:
    office.clock.at = FRIDAY
    office.visit(office.person("Sally"), day=SATURDAY)
    office.visit(office.person("Mona"), day=NEXT_MONDAY)
    assert [row.person.first_name for row in plan(office).rows] == ["Sally"]
    office.clock.pass_(days=1)
    assert [row.person.first_name for row in plan(office).rows] == ["Mona"]


def test_visits_that_are_all_off_make_no_day(office: Practice) -> None:
    office.clock.at = FRIDAY
    office.visit(office.person("Sally"), day=SATURDAY, status=VisitStatus.CANCELLED)
    office.visit(office.person("Mona"), day=NEXT_MONDAY)
    assert plan(office).day == NEXT_MONDAY


def test_types_without_times_are_reminded_of_before_a_weekend_too(office: Practice) -> None:
    office.clock.at = FRIDAY
    window(office, 7 * DAY, type_key="surgery")
    office.visit(office.person("Mona"), day=NEXT_MONDAY)
    assert [row.person.first_name for row in plan(office).rows] == ["Mona"]


# --- quiet hours --------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [ZONE, "America/New_York", "Europe/Madrid", "Pacific/Auckland"])
@pytest.mark.parametrize("minutes", [30, 120, DAY, 3 * DAY])
def test_ask_96_no_reminder_leaves_in_quiet_hours_when_the_clocks_change(
    office: Practice, zone: str, minutes: int
) -> None:
    """Around both nights of every zone: within the hours on the practice's wall, and before the visit."""
    office.db.write(lambda tx: settings.put(tx, "zone", zone))
    at = office.db.read(lambda tx: planning.load(tx, zone))
    hours = office.db.read(sendingrules.get).reminders
    one = Window(WindowId(new_id()), WindowKind.REMINDER, minutes)
    visit = office.visit(office.person())
    wall = ZoneInfo(zone)
    for night in _changes(wall):
        for half in range(-48, 48):
            start = night + timedelta(minutes=30 * half)
            moved = replace(visit, start=start.astimezone(wall).replace(tzinfo=None), start_utc=start)
            hour = at.due(moved, one).hour
            assert hour is not None
            assert hours.first <= hour.astimezone(wall).time() < hours.last, (start, hour)
            assert hour < start


def _changes(zone: ZoneInfo) -> list[datetime]:
    """The hours of 2026 after which the clock of this zone shows another offset."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    every = [first + timedelta(hours=ahead) for ahead in range(365 * 24)]
    offsets = [moment.astimezone(zone).utcoffset() for moment in every]
    found = [moment for moment, (now, then) in zip(every, pairwise(offsets), strict=False) if now != then]
    assert len(found) == 2
    return found


def test_a_day_of_the_practice_is_not_one_of_utc(office: Practice) -> None:
    """Nine in the evening in Chicago is Tuesday in UTC, and Tuesday's visits are still tomorrow's."""
    office.clock.at = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    office.visit(office.person("Tina"), 0, 30, TUESDAY)
    office.visit(office.person("Wes"), 23, 30, TUESDAY)
    assert [row.person.first_name for row in plan(office).rows] == ["Tina", "Wes"]

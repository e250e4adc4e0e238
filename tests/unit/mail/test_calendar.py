"""Hours, days and holidays by the practice's clock; the reference walks minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.mail.calendar import Calendar
from desktop.mail.holidays import is_country, is_holiday, is_region, regions
from desktop.models.delivery import Hours, SendingRules
from desktop.models.records import Reason
from desktop.models.sendingrules import DEFAULT

NEW_YORK = ZoneInfo("America/New_York")
DAYTIME = Hours(time(8), time(20))


def at(words: str, zone: ZoneInfo = NEW_YORK, fold: int = 0) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def with_reminders(hours: Hours, zone: ZoneInfo = NEW_YORK) -> Calendar:
    return Calendar(SendingRules(hours, hours, country=""), zone)


default = Calendar(DEFAULT, NEW_YORK)


@pytest.mark.parametrize(
    ("kind", "now", "opens"),
    [
        ("reminder", "2026-11-23T07:59:59", "2026-11-23T08:00"),
        ("reminder", "2026-11-23T08:00", "2026-11-23T08:00"),
        ("reminder", "2026-11-23T19:59:59.999999", "2026-11-23T19:59:59.999999"),
        ("reminder", "2026-11-23T20:00", "2026-11-24T08:00"),
        ("reminder", "2026-11-26T10:00", "2026-11-26T10:00"),  # Thanksgiving: a visit is a visit
        ("campaign", "2026-11-23T17:30", "2026-11-23T17:30"),
        ("campaign", "2026-11-20T18:00", "2026-11-23T09:00"),  # Friday evening: Monday
        ("campaign", "2026-11-25T18:00", "2026-11-27T09:00"),  # over Thanksgiving
        ("campaign", "2026-07-03T12:00", "2026-07-06T09:00"),  # Independence Day, observed on Friday
        ("letter", "2026-11-22T03:00", "2026-11-22T03:00"),
        ("check", "2026-11-22T03:00", "2026-11-22T03:00"),
    ],
)
def test_not_allowed_to_send_at_night_weekdays_and_business_hours_only(
    kind: str, now: str, opens: str
) -> None:
    assert default.opens(kind, at(now)) == at(opens)


def test_delivery_windows_apply_to_every_step_of_a_journey() -> None:
    saturday = at("2026-11-21T12:00")
    assert default.opens("journey", saturday) == default.opens("campaign", saturday) == at("2026-11-23T09:00")


def test_a_closed_day_counts_as_a_holiday_where_holidays_count() -> None:
    closed = SendingRules(DAYTIME, Hours(time(9), time(18), holidays=False), closed=("2026-11-24",))
    calendar = Calendar(closed, NEW_YORK)
    assert calendar.opens("campaign", at("2026-11-24T10:00")) == at("2026-11-25T09:00")
    assert calendar.opens("reminder", at("2026-11-24T10:00")) == at("2026-11-24T10:00")


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    fridays = with_reminders(Hours(time(22), time(2), days=(4,)))
    assert fridays.opens("reminder", at("2026-11-21T01:59")) == at("2026-11-21T01:59")
    assert fridays.opens("reminder", at("2026-11-20T01:00")) == at("2026-11-20T22:00")
    assert fridays.opens("reminder", at("2026-11-21T02:00")) == at("2026-11-27T22:00")


def test_the_same_first_and_last_time_is_the_whole_day() -> None:
    sundays = with_reminders(Hours(time(8), time(8), days=(6,)))
    assert sundays.opens("reminder", at("2026-11-22T23:59:59")) == at("2026-11-22T23:59:59")
    assert sundays.opens("reminder", at("2026-11-23T00:00")) == at("2026-11-29T00:00")


def test_an_hour_that_is_missing_opens_at_the_change_and_one_that_comes_twice_opens_twice() -> None:
    early = with_reminders(Hours(time(2, 30), time(4)))
    assert early.opens("reminder", at("2027-03-14T01:00")) == at("2027-03-14T03:00")
    again = with_reminders(Hours(time(0, 30), time(1, 30)))
    between = at("2026-11-01T01:45")
    assert again.opens("reminder", between) == at("2026-11-01T01:00", fold=1)
    assert again.opens("reminder", at("2026-11-01T01:30", fold=1)) == at("2026-11-02T00:30")


def test_never_is_said_where_no_day_is_open() -> None:
    assert with_reminders(Hours(time(8), time(9), days=())).opens("reminder", at("2026-11-23T08:30")) is None


def test_why_it_waits_names_the_day_and_the_time_on_the_practices_wall() -> None:
    night, sunday = at("2026-11-23T03:00"), at("2026-11-22T12:00")
    until = at("2026-11-23T08:00")
    assert default.why("reminder", night, until).code == "waits-for-hours"
    told = default.why("campaign", sunday, at("2026-11-23T09:00"))
    assert told == Reason("waits-for-day", {"moment": "2026-11-23T14:00+00:00 America/New_York"})


@pytest.mark.parametrize(
    ("country", "region", "day", "holiday"),
    [
        ("US", "", date(2026, 11, 26), True),
        ("US", "", date(2026, 11, 27), False),
        ("US", "TX", date(2026, 11, 27), True),
        ("ES", "MD", date(2026, 5, 2), True),
        ("PR", "", date(2026, 7, 25), True),
        ("", "", date(2026, 12, 25), False),
        ("XX", "", date(2026, 12, 25), False),
        ("US", "XX", date(2026, 12, 25), False),
    ],
)
def test_public_holidays(country: str, region: str, day: date, holiday: bool) -> None:
    assert is_holiday(country, region, day) is holiday


def test_countries_and_regions_are_known_by_their_codes() -> None:
    assert is_country("US")
    assert not is_country("")
    assert not is_country("USA")
    assert is_region("US", "NY")
    assert is_region("US", "")
    assert not is_region("US", "ON")
    assert "NY" in regions("US")
    assert regions("XX") == ()


ZONES = ["America/New_York", "America/Phoenix", "America/Havana", "Australia/Lord_Howe", "Asia/Beirut", "UTC"]
minutes = st.integers(0, 24 * 60 - 1).map(lambda of_day: time(of_day // 60, of_day % 60))
CHANGES = [
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
]
CHANGES += [
    datetime(2026, 10, 3, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 7, 3, tzinfo=UTC),
]


def wall_says_open(hours: Hours, zone: ZoneInfo, moment: datetime) -> bool:
    """The reference: read the clock on the wall, and nothing else."""
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    first = hours.first.hour * 60 + hours.first.minute
    last = hours.last.hour * 60 + hours.last.minute
    today, before = local.weekday() in hours.days, (local.weekday() - 1) % 7 in hours.days
    if first == last:
        return today
    if first < last:
        return today and first <= minute < last
    return (today and minute >= first) or (before and minute < last)


@settings(max_examples=60, deadline=None)
@given(
    first=minutes,
    last=minutes,
    days=st.sets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from(ZONES),
    base=st.sampled_from(CHANGES),
    offset=st.integers(-600, 2400),
)
def test_it_opens_exactly_when_the_wall_says_so(
    first: time, last: time, days: set[int], zone: str, base: datetime, offset: int
) -> None:
    hours, where = Hours(first, last, tuple(sorted(days))), ZoneInfo(zone)
    now = base + timedelta(minutes=offset)
    opens = with_reminders(hours, where).opens("reminder", now)
    expected = now
    while not wall_says_open(hours, where, expected):
        expected += timedelta(minutes=1)
    assert opens == expected


@settings(max_examples=40, deadline=None)
@given(
    start=st.integers(0, 5000).map(
        lambda minute: datetime(2026, 10, 30, tzinfo=UTC) + timedelta(minutes=minute)
    ),
    over=st.integers(1, 3 * 24).map(lambda hours: timedelta(hours=hours)),
    count=st.integers(1, 50),
)
def test_one_campaign_is_spread_over_24_hours_without_leaving_its_hours(
    start: datetime, over: timedelta, count: int
) -> None:
    times = default.spread("campaign", start, over, count)
    assert len(times) == count
    assert times == sorted(times)
    assert all(default.opens("campaign", one) == one for one in times)
    assert times[0] == default.opens("campaign", start)
    within = [one for one in times if one < start + over]
    assert len(within) in (0, count)


def test_what_is_sent_by_hand_is_spread_evenly_over_the_whole_time() -> None:
    start = at("2026-11-22T00:00")
    times = default.spread("letter", start, timedelta(hours=24), 4)
    assert times == [start + timedelta(hours=6 * each) for each in range(4)]
    day = default.spread("campaign", at("2026-11-23T00:00"), timedelta(hours=24), 9)
    assert [one.astimezone(NEW_YORK).hour for one in day] == list(range(9, 18))

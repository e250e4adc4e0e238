"""Recurrence rules: a second reader finds the same hours, and a rule costs what it is asked."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import vRecur

from desktop.people.recurrence import Rule, RuleError

START = datetime.fromisoformat("2024-01-31T09:30")
LAST = datetime.fromisoformat("2027-03-31T00:00")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def ours(text: str, start: datetime = START, first: datetime = START) -> list[datetime]:
    return list(Rule.of(vRecur.from_ical(text)).hours(start, first, LAST))


def theirs(text: str, start: datetime = START, first: datetime = START) -> list[datetime]:
    found = takewhile(lambda hour: hour <= LAST, iter(rrulestr(text, dtstart=start)))
    return [hour for hour in found if hour >= first]


def some(values: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=3).map(lambda found: ",".join(map(str, found)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that come true now and then: the second reader looks for the others until the year 9999."""
    pace = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={pace}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    if draw(st.booleans()):
        sign = st.sampled_from(["", "1", "-1", "2"]) if pace == "MONTHLY" else st.just("")
        number = draw(sign)
        parts.append(f"BYDAY={number}{draw(st.sampled_from(_DAYS))},{number}{draw(st.sampled_from(_DAYS))}")
    elif pace in ("MONTHLY", "YEARLY"):
        parts.append(f"BYMONTHDAY={draw(some(st.sampled_from([1, 2, 15, 28, -1, -2])))}")
    if pace in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        parts.append("BYSETPOS=" + draw(st.sampled_from(["1", "-1", "1,-1"])))
    if pace == "YEARLY" and draw(st.booleans()):
        parts.append(f"BYMONTH={draw(some(st.integers(1, 12)))}")
    if draw(st.booleans()):
        parts.append(f"BYHOUR={draw(some(st.integers(0, 23)))}")
    if pace == "WEEKLY" and draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(_DAYS))}")
    return ";".join(parts)


@settings(max_examples=200, deadline=None)
@given(rules())
def test_a_second_reader_finds_the_same_hours(text: str) -> None:
    assert ours(text) == theirs(text)


@settings(max_examples=100, deadline=None)
@given(rules())
def test_asking_from_a_later_day_finds_the_same_hours_from_there(text: str) -> None:
    later = datetime.fromisoformat("2026-02-10T00:00")
    assert ours(text, first=later) == theirs(text, first=later)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYDAY=-1FR;BYMONTH=6,11",
        "FREQ=YEARLY;BYYEARDAY=1,100,-1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=TU",
        "FREQ=YEARLY",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=DAILY;BYMONTH=3",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
    ],
)
def test_rules_of_the_standard_are_followed_as_a_second_reader_does(text: str) -> None:
    assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
    ],
)
def test_a_rule_that_never_comes_true_ends(text: str) -> None:
    assert ours(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYYEARDAY=3",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=YEARLY;BYWEEKNO=3;WKST=SU",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;INTERVAL=1001",
    ],
)
def test_what_the_standard_forbids_is_not_followed(text: str) -> None:
    with pytest.raises(RuleError):
        Rule.of(vRecur.from_ical(text))


def test_only_the_days_asked_about_are_looked_at() -> None:
    old = datetime.fromisoformat("1930-01-01T09:00")
    first = datetime.fromisoformat("2027-03-01T00:00")
    endless, counted = Rule.of({"FREQ": ["DAILY"]}), Rule.of({"FREQ": ["DAILY"], "COUNT": [9]})
    assert endless.cost(old, first, LAST) == 31
    assert counted.cost(old, first, LAST) > 35_000
    assert len(list(endless.hours(old, first, LAST))) == 30

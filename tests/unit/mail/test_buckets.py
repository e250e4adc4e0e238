"""In no stretch as long as the period does more leave than the limit, whatever clocks and crashes do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.mail.buckets import DAY, HOUR, MESSAGE, MINUTE, PERIODS, Bucket, Period

NOW = datetime(2026, 11, 23, 9, 0, 1, 250_000, tzinfo=UTC)


def most_within(left: list[float], seconds: float) -> int:
    """The reference: of all half-open stretches of that length, the one in which most left."""
    return max((sum(1 for other in left if start <= other < start + seconds) for start in left), default=0)


def let_go(bucket: Bucket, want: int) -> int:
    gone = 0
    while gone < want and bucket.has_room:
        bucket.take()
        gone += 1
    return gone


@pytest.mark.parametrize("period", PERIODS, ids=lambda one: one.name)
def test_the_whole_limit_may_leave_at_once_and_then_nothing_for_a_period(period: Period) -> None:
    bucket = Bucket(30, period, {}, NOW)
    assert let_go(bucket, 100) == 30
    for _ in range(30):
        bucket.left()
    soon = Bucket(30, period, bucket.rows, NOW + period.length - timedelta(milliseconds=1))
    assert not soon.has_room
    assert soon.used == 30
    assert soon.room_at() <= NOW + period.back_after
    assert let_go(Bucket(30, period, soon.rows, soon.room_at()), 100) == 30


def test_a_token_of_a_message_on_its_way_does_not_come_back_before_it_has_left() -> None:
    bucket = Bucket(1, MINUTE, {}, NOW)
    bucket.take()
    later = Bucket(1, MINUTE, bucket.rows, NOW + timedelta(minutes=9))
    assert not later.has_room
    later.left()
    assert not Bucket(1, MINUTE, later.rows, NOW + timedelta(minutes=9, seconds=59)).has_room
    assert Bucket(1, MINUTE, later.rows, NOW + timedelta(minutes=10, seconds=4)).has_room


def test_a_message_that_was_not_begun_gives_its_token_back_at_once() -> None:
    bucket = Bucket(1, DAY, {}, NOW)
    bucket.take()
    bucket.give_back()
    assert bucket.has_room
    assert bucket.rows == {}


def test_after_a_crash_what_was_on_its_way_counts_as_left() -> None:
    bucket = Bucket(5, HOUR, {}, NOW)
    let_go(bucket, 3)
    bucket.all_left()
    after = Bucket(5, HOUR, bucket.rows, NOW + timedelta(minutes=30))
    assert (after.used, let_go(after, 9)) == (3, 2)


def test_a_clock_that_goes_back_frees_nothing() -> None:
    bucket = Bucket(30, MINUTE, {}, NOW)
    let_go(bucket, 30)
    for _ in range(30):
        bucket.left()
    back = NOW - timedelta(hours=3)
    moved = Bucket(30, MINUTE, bucket.rows, back)
    assert not moved.has_room
    assert not Bucket(30, MINUTE, moved.rows, back + timedelta(seconds=59)).has_room
    # It counts from the new time on: nobody waits three hours for a minute's limit.
    assert Bucket(30, MINUTE, moved.rows, back + timedelta(seconds=64)).has_room


def test_a_limit_that_was_lowered_counts_for_what_has_left_already() -> None:
    bucket = Bucket(30, HOUR, {}, NOW)
    let_go(bucket, 30)
    for _ in range(30):
        bucket.left()
    lower = Bucket(10, HOUR, bucket.rows, NOW + timedelta(minutes=10))
    assert not lower.has_room
    assert lower.room_at() == lower.room_at(9) < lower.room_at(10)


def test_those_that_wait_get_times_at_which_there_is_room_for_them() -> None:
    bucket = Bucket(2, MINUTE, {}, NOW)
    let_go(bucket, 2)
    bucket.all_left()
    times = [bucket.room_at(ahead) for ahead in range(5)]
    assert times[0] == times[1] < times[2] == times[3] < times[4]
    first = Bucket(2, MINUTE, bucket.rows, times[0])
    assert let_go(first, 5) == 2
    assert not Bucket(2, MINUTE, bucket.rows, times[0] - timedelta(milliseconds=1)).has_room


steps = st.lists(
    st.tuples(
        st.floats(0, 40),  # seconds that pass
        st.integers(0, 12),  # rows that ask
        st.floats(0, 20),  # seconds until they have left
        st.sampled_from(["", "restart", "back", "crash"]),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(limit=st.integers(1, 12), steps=steps, period=st.sampled_from([MINUTE]))
def test_in_no_minute_more_than_the_limit_leave(
    limit: int, steps: list[tuple[float, int, float, str]], period: Period
) -> None:
    """Against a list of true times of leaving; the wall clock may go back, the process may die."""
    true, wall = 0.0, NOW
    kept: dict[datetime | None, int] = {}
    left: list[float] = []
    crashed = False
    for passes, asks, takes, what in steps:
        true, wall = true + passes, wall + timedelta(seconds=passes)
        if what == "back":
            wall -= timedelta(seconds=passes * 7 + 30)
        bucket = Bucket(limit, period, kept, wall)
        if crashed:
            bucket.all_left()
        gone = let_go(bucket, asks)
        kept = bucket.rows
        # Each leaves somewhere between its permission and the word of it.
        left += [true + takes * share / max(1, gone) for share in range(gone)]
        true, wall = true + takes, wall + timedelta(seconds=takes)
        crashed = what == "crash"
        if not crashed:
            told = Bucket(limit, period, kept, wall)
            for _ in range(gone):
                told.left()
            kept = told.rows
        assert sum(kept.values()) % MESSAGE == 0
    assert most_within(left, period.length.total_seconds()) <= limit


@given(
    limit=st.integers(1, 500),
    kept=st.dictionaries(st.integers(-100, 0), st.integers(1, 50), max_size=30),
    period=st.sampled_from(PERIODS),
    ahead=st.integers(0, 2000),
)
def test_the_time_that_is_promised_is_never_too_early_for_the_first(
    limit: int, kept: dict[int, int], period: Period, ahead: int
) -> None:
    rows: dict[datetime | None, int] = {NOW + at * period.part: count * MESSAGE for at, count in kept.items()}
    bucket = Bucket(limit, period, rows, NOW)
    when = bucket.room_at()
    assert bucket.has_room == (when == NOW)
    assert Bucket(limit, period, bucket.rows, when).has_room
    assert bucket.room_at(ahead) >= when


def test_a_limit_is_used_to_at_least_nine_tenths_over_a_long_time() -> None:
    """What is held back for exactness is small: 30 a minute means at least 27."""
    kept: dict[datetime | None, int] = {}
    gone = 0
    for second in range(3600):
        bucket = Bucket(30, MINUTE, kept, NOW + timedelta(seconds=second))
        some = let_go(bucket, 30)
        for _ in range(some):
            bucket.left()
        gone, kept = gone + some, bucket.rows
    assert 27 * 60 <= gone <= 30 * 60 + 30

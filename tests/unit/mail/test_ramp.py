"""Campaigns through an office mailbox climb with clean days and fall with trouble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from desktop.mail.ramp import STEPS, Ramp

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_it_begins_at_10_a_minute_and_200_a_day() -> None:
    assert (STEPS[0].per_minute, STEPS[0].per_day) == (10, 200)


def test_each_step_is_more_than_the_one_before_and_the_last_is_the_providers() -> None:
    for one, higher in pairwise(STEPS[:-1]):
        assert higher.per_minute >= one.per_minute
        assert higher.per_day > one.per_day
    assert (STEPS[-1].per_minute, STEPS[-1].per_day) == (0, 0)


def test_half_a_days_messages_without_trouble_lead_up_after_the_day() -> None:
    assert Ramp(0, NOW, 99).sent(NOW + DAY - timedelta(seconds=1)).at == 0
    assert Ramp(0, NOW, 99).sent(NOW + DAY).at == 0
    up = Ramp(0, NOW, 100).sent(NOW + DAY)
    assert (up.at, up.since, up.left) == (1, NOW + DAY, 1)


def test_a_day_with_addresses_that_were_gone_leads_nowhere() -> None:
    assert Ramp(0, NOW, 200, 4).sent(NOW + DAY).at == 1
    assert Ramp(0, NOW, 200, 5).sent(NOW + DAY) == Ramp(0, NOW + DAY, 1)
    assert Ramp(0, NOW).sent(NOW, gone=True).gone == 1


def test_it_never_climbs_past_the_last_nor_falls_below_the_first() -> None:
    last = len(STEPS) - 1
    assert Ramp(last, NOW, 9999).sent(NOW + DAY).at == last
    assert Ramp(0, NOW, 5).fell(NOW + DAY).at == 0


def test_one_burst_of_refusals_is_one_fall() -> None:
    fallen = Ramp(3, NOW, 50).fell(NOW + timedelta(minutes=5))
    assert fallen == Ramp(2, NOW + timedelta(minutes=5))
    assert fallen.fell(NOW + timedelta(minutes=6)) == fallen
    assert fallen.fell(NOW + timedelta(minutes=66)).at == 1


def test_a_clock_that_goes_back_does_not_lead_up() -> None:
    assert Ramp(0, NOW, 200).sent(NOW - timedelta(days=3)).at == 0

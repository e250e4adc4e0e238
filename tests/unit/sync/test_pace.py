"""Marks run as far ahead as the disk needs, and no further."""

from __future__ import annotations

import pytest

from desktop.sync.pace import Pace


def test_it_begins_with_the_least() -> None:
    pace = Pace(16)
    assert pace.marks == 2
    pace.message_took(0.001)
    assert pace.marks == 2


@pytest.mark.parametrize(
    ("message", "transaction", "marks"),
    [(0.06, 0.008, 2), (0.008, 0.008, 2), (0.004, 0.008, 4), (0.001, 0.006, 12), (0.0001, 0.008, 16)],
)
def test_slow_disks_need_more_and_slow_relays_fewer(message: float, transaction: float, marks: int) -> None:
    pace = Pace(16)
    pace.message_took(message)
    pace.transaction_took(transaction)
    assert pace.marks == marks


def test_it_follows_a_change() -> None:
    pace = Pace(16)
    for seconds in (0.001, 0.1):
        for _ in range(20):
            pace.message_took(seconds)
            pace.transaction_took(0.01)
        if seconds < 0.01:
            assert pace.marks == 16
    assert pace.marks == 2

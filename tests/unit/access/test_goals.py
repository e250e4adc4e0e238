"""G10 as far as a test can hold it; seconds of this computer are `dev.py bench unlock`."""

from __future__ import annotations

from desktop.access.passwords import common_passwords
from desktop.config import LIMITS
from desktop.crypto.kdf import DEFAULT, FLOOR


def test_g10_what_one_guess_costs_an_attacker_has_a_floor_in_memory_and_passes() -> None:
    """SECURITY.md 1.8: 256 MiB and three passes as a rule, 64 MiB at the least."""
    assert (DEFAULT.t, DEFAULT.m_kib) == (3, 256 * 1024)
    assert (FLOOR.t, FLOOR.m_kib) == (3, 64 * 1024)


def test_the_block_list_and_the_lengths_are_what_nist_asks_for() -> None:
    assert len(common_passwords()) >= 10_000
    assert (LIMITS.password_min, LIMITS.password_max) == (15, 256)


def test_g9_nobody_chooses_more_than_fifteen_idle_minutes_or_twelve_hours() -> None:
    assert LIMITS.idle_lock == 10 * 60
    assert LIMITS.idle_most == 15 * 60
    assert LIMITS.session_total == 12 * 3600
    assert LIMITS.quick_unlock == 8 * 3600 < LIMITS.session_total

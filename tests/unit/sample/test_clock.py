"""A clock that catches up: never ahead, never back, and far from zero."""

from __future__ import annotations

from datetime import timedelta

from desktop.clock import SystemClock
from desktop.sample.clock import CatchingUp

DAY = timedelta(days=1)


def test_it_begins_behind_goes_forward_and_never_runs_ahead() -> None:
    real = SystemClock()
    clock = CatchingUp(real.now() - 8 * DAY)
    assert real.now() - clock.now() > 7 * DAY
    before, mono = clock.now(), clock.mono()
    clock.pass_(DAY)
    assert DAY <= clock.now() - before < DAY + timedelta(minutes=1)
    assert clock.mono() - mono >= DAY.total_seconds(), "what idled over night has idled"
    clock.pass_(30 * DAY)
    assert clock.now() <= real.now()


def test_it_goes_to_a_moment_but_not_back() -> None:
    real = SystemClock()
    clock = CatchingUp(real.now() - 8 * DAY)
    moment = real.now() - 2 * DAY
    clock.to(moment)
    assert timedelta() <= clock.now() - moment < timedelta(minutes=1)
    there = clock.now()
    clock.to(moment - DAY)
    assert clock.now() >= there


def test_its_seconds_begin_where_the_computers_do() -> None:
    """Below zero, everything that rests "until 0" would rest."""
    assert CatchingUp(SystemClock().now() - 8 * DAY).mono() > 0

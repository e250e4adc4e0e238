"""`kill -9` while sending: nothing is lost silently, and nothing arrives twice (G13, G14)."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from desktop.models.records import State
from desktop.sync.points import Point
from tests.support.kill_scene import ENDED, KillScene, Standing

CONNECTIONS = 4
PER_MESSAGE = frozenset({Point.BEFORE_CONTENT, Point.BEFORE_DOT, Point.REPLIED})
ONCE = frozenset({Point.BEGINNING, Point.BEGUN, Point.CONNECTED})
ROWS_EACH = 24


def kill_and_finish(folder: Path, count: int, kills: int, seed: int) -> None:
    """Kill at `kills` points spread over the run, then let it end."""
    chance = random.Random(seed)
    worst = doubted = 0
    with KillScene(folder, CONNECTIONS) as scene:
        scene.queue(count)
        done, left = 0, count
        while done < kills:
            if left < ROWS_EACH:  # a slow disk leaves more of them in doubt after each kill
                scene.queue(2 * ROWS_EACH)
                left, count = left + 2 * ROWS_EACH, count + 2 * ROWS_EACH
            step = min(max(1, left // (kills - done + 1) - 2), ROWS_EACH)
            done += not scene.run(scene.arrived() + step, chance.uniform(0, 0.02))
            now = scene.check()
            left, worst, doubted = now.left, max(worst, now.in_doubt), doubted + now.in_doubt
        end = scene.finish()
    _all_accounted_for(end, count, doubted)
    sys.stdout.write(f"\nG13: {_counts(end, count, kills)}; most in doubt after one kill: {worst}\n")


def kill_at_each(folder: Path, points: tuple[Point, ...], times: int, seed: int) -> None:
    """At each point `times` times, with fresh rows in front of each kill."""
    chance = random.Random(seed)
    count = doubted = 0
    with KillScene(folder, CONNECTIONS) as scene:
        for point in points:
            for _ in range(times):
                scene.queue(ROWS_EACH)
                count += ROWS_EACH
                visit = chance.randint(1, 12) if point in PER_MESSAGE else 1 if point in ONCE else 2
                assert not scene.run_to(point, visit), f"{point} was never passed"
                doubted += scene.check().in_doubt
        end = scene.finish()
    _all_accounted_for(end, count, doubted)
    sys.stdout.write(f"\nG14: {len(points)} points x {times}: {_counts(end, count, len(points) * times)}\n")


def _all_accounted_for(end: Standing, count: int, doubted: int) -> None:
    assert len(end.states) == count
    uncertain = {message for message, state in end.states.items() if state is State.UNCERTAIN}
    assert end.received | uncertain == set(end.states), "lost"
    assert set(end.states.values()) <= ENDED
    assert len(uncertain) == doubted, "in doubt after a kill, and not listed as uncertain"


def _counts(end: Standing, count: int, kills: int) -> str:
    unheard = sum(state is State.UNCERTAIN and one in end.received for one, state in end.states.items())
    return (
        f"{kills} kills, {count} messages: {len(end.received)} received, 0 twice, 0 lost, "
        f"{end.uncertain} uncertain and listed (of them {unheard} had arrived)"
    )


@pytest.mark.timeout(300)
def test_six_kills_in_a_run_of_two_hundred(tmp_path: Path, expected_logs: set[str]) -> None:
    expected_logs.add("asyncio")  # the relay writes to whom was killed
    kill_and_finish(tmp_path, count=200, kills=6, seed=1)


@pytest.mark.timeout(300)
def test_a_kill_at_each_of_twelve_points(tmp_path: Path, expected_logs: set[str]) -> None:
    expected_logs.add("asyncio")  # the relay writes to whom was killed
    kill_at_each(tmp_path, tuple(Point), 1, seed=3)


def test_there_are_twelve_points() -> None:
    assert len(Point) == 12


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_kills_in_a_campaign_of_a_thousand(tmp_path: Path, expected_logs: set[str]) -> None:
    expected_logs.add("asyncio")  # the relay writes to whom was killed
    kill_and_finish(tmp_path, count=1000, kills=200, seed=2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_twenty_kills_at_each_of_twelve_points(tmp_path: Path, expected_logs: set[str]) -> None:
    expected_logs.add("asyncio")  # the relay writes to whom was killed
    kill_at_each(tmp_path, tuple(Point), 20, seed=4)

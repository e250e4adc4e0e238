from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest


class MovedClock:
    """A clock that tests push; wall and monotonic time move apart where they are told to."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        self.running = 1000.0
        self.boot = "boot-one"

    def now(self) -> datetime:
        return self.wall

    def mono(self) -> float:
        return self.running

    def boot_id(self) -> str:
        return self.boot

    def go(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.running += seconds

    def set_back(self, by: timedelta) -> None:
        self.wall -= by

    def restart(self) -> None:
        self.boot += "+"
        self.running = 5.0


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()

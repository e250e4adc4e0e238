"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ManualClock:
    """Satisfies `desktop.clock.Clock`; starts on an ordinary Monday morning."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._mono = 1000.0
        self._boots = 1

    def now(self) -> datetime:
        return self._now

    def mono(self) -> float:
        return self._mono

    def boot_id(self) -> str:
        return f"boot-{self._boots}"

    def advance(self, seconds: float = 0.0, **more: float) -> None:
        """Let time pass on both clocks; `more` are the names of timedelta (hours, days)."""
        passed = timedelta(seconds=seconds, **more)
        self._now += passed
        self._mono += passed.total_seconds()

    def set_wall(self, moment: datetime) -> None:
        """Somebody sets the computer's clock; the monotonic one does not notice."""
        self._now = moment

    def reboot(self) -> None:
        self._boots += 1
        self._mono = 1.0

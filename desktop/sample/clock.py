"""The clock of a practice whose last week is lived through in seconds."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from desktop.clock import SystemClock

_NONE = timedelta()


class CatchingUp(SystemClock):
    """Behind the computer's clock at first; goes on with it, is moved forward, and never runs ahead."""

    def __init__(self, begin: datetime) -> None:
        self._change = threading.Lock()
        self._first = self._behind = max(super().now() - begin, _NONE)

    def now(self) -> datetime:
        with self._change:
            return super().now() - self._behind

    def mono(self) -> float:
        """Jumps with the wall clock: what idled over night has idled."""
        with self._change:
            return super().mono() + (self._first - self._behind).total_seconds()

    def pass_(self, time: timedelta) -> None:
        """Let so much go by at once, at most until now."""
        with self._change:
            self._behind = max(self._behind - time, _NONE)

    def to(self, moment: datetime) -> None:
        """Go on from `moment`, if it has not gone by."""
        self.pass_(max(moment - self.now(), _NONE))

    def catch_up(self) -> None:
        """From here on it is the computer's."""
        with self._change:
            self._behind = _NONE

"""Work on duty behind the screen lock: the vault stays open for it, and no longer.

What was approved goes out while the screen is locked (DESIGN.md, "Two locks"). When
nothing is due any more, or a session's longest time has passed since the lock, the vault
closes, whether or not anybody looks at the lock page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from desktop.clock import Clock

LOOK_EVERY = 1.0
"""Seconds between two looks; the clock is asked each time, because computers sleep."""


class DutyWatch:
    """One thread while the screen is locked over an open vault; asked to end by `stop`."""

    def __init__(self, clock: Clock, longest: int, close_if_done: Callable[[bool], bool]) -> None:
        """`close_if_done(late)` answers True when there is nothing left to watch."""
        self._clock = clock
        self._longest = longest
        self._close_if_done = close_if_done
        self._ended = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="duty", daemon=True).start()

    def stop(self) -> None:
        """It does not look again; not waited for, because it may be the caller."""
        self._ended.set()

    def _watch(self) -> None:
        mono, wall = self._clock.mono(), self._clock.now()
        while not self._ended.wait(LOOK_EVERY):
            gone = max(self._clock.mono() - mono, (self._clock.now() - wall).total_seconds())
            if self._close_if_done(gone > self._longest):
                return

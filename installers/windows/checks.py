"""What a trial says: a line for each check with its seconds, and how many passed at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from installers.windows.machine import Failed


class Checks:
    """A failed check does not hold up the next one, unless it stands on it (`needed`)."""

    def __init__(self, tell: Callable[[str], object] = sys.stdout.write) -> None:
        self.passed = 0
        self.failed = 0
        self._tell = tell

    @contextmanager
    def check(self, words: str) -> Iterator[None]:
        """What runs inside raises `Failed`, AssertionError or OSError where it is not as it should be."""
        began = time.monotonic()
        try:
            yield
        except (Failed, AssertionError, OSError) as problem:
            self.failed += 1
            self._say("FAILED", words, began, f": {problem}")
        else:
            self.passed += 1
            self._say("ok", words, began, "")

    def skip(self, words: str, why: str) -> None:
        self._tell(f"skipped  {words}: {why}\n")

    def close(self) -> int:
        """The exit code; the last line stands alone."""
        self._tell(f"{self.passed} passed, {self.failed} failed\n")
        return 1 if self.failed else 0

    def _say(self, how: str, words: str, began: float, more: str) -> None:
        self._tell(f"{how:<7} {time.monotonic() - began:6.1f} s  {words}{more}\n")
        sys.stdout.flush()


def expect(wanted: object, found: object, what: str) -> None:
    """Raises `Failed` that names both."""
    if wanted != found:
        raise Failed(f"{what}: {found!r}, expected {wanted!r}")

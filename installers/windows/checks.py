"""What a trial says: a line for each check with its seconds, and how many passed at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType

from installers.windows.machine import Failed

KNOWN = (Failed, AssertionError, OSError, KeyError, ValueError)


class Checks:
    """A failed check does not hold up the next one, unless it stands on it (`needed`)."""

    def __init__(self, tell: Callable[[str], object] = sys.stdout.write) -> None:
        self.passed = 0
        self.failed = 0
        self._tell = tell

    def check(self, words: str) -> Check:
        """What runs inside raises one of `KNOWN` where it is not as it should be."""
        return Check(self, words)

    def note(self, words: str, seconds: float, problem: BaseException | None) -> None:
        if problem is None:
            self.passed += 1
        else:
            self.failed += 1
        how, more = ("ok", "") if problem is None else ("FAILED", f": {problem}")
        self._tell(f"{how:<7} {seconds:6.1f} s  {words}{more}\n")
        sys.stdout.flush()

    def skip(self, words: str, why: str) -> None:
        self._tell(f"skipped  {words}: {why}\n")

    def close(self) -> int:
        """The exit code; the last line stands alone."""
        self._tell(f"{self.passed} passed, {self.failed} failed\n")
        return 1 if self.failed else 0


class Check:
    """One of them, timed."""

    def __init__(self, checks: Checks, words: str) -> None:
        self._checks = checks
        self._words = words

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if problem is not None and not isinstance(problem, KNOWN):
            return False
        self._checks.note(self._words, time.monotonic() - self._began, problem)
        return True


def expect(wanted: object, found: object, what: str) -> None:
    """Raises `Failed` that names both."""
    if wanted != found:
        raise Failed(f"{what}: {found!r}, expected {wanted!r}")

"""Time comes from here and nowhere else, so that tests can move it.

`now` is UTC wall time for what happened; `mono` measures idleness and never jumps;
`boot_id` tells two runs of the machine apart (leases, session files).
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What every room asks for the time."""

    def now(self) -> datetime:
        """Aware UTC wall time."""
        ...

    def mono(self) -> float:
        """Seconds since some fixed point; never goes back."""
        ...

    def boot_id(self) -> str:
        """Opaque id of this run of the machine."""
        ...


@lru_cache(maxsize=1)
def _boot_id() -> str:
    kernel = Path("/proc/sys/kernel/random/boot_id")
    if kernel.exists():
        return kernel.read_text(encoding="ascii").strip()
    # Windows and macOS have no boot id file: the boot minute stands in for it.
    booted = int((time.time() - time.monotonic()) / 60)
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{uuid.getnode()}/{booted}"))


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def mono(self) -> float:
        return time.monotonic()

    def boot_id(self) -> str:
        return _boot_id()

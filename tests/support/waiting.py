"""Waiting for what another thread or process brings about, with patience for a busy machine."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds. Not how soon a thing is to happen: a machine that does four things at once may stand still."""


def until(
    true: Callable[[], object], seconds: float = PATIENCE, *, step: float = 0.01, what: str = "it"
) -> bool:
    """True as soon as it is; fails after `seconds`. Give fewer only where sooner is what is tested."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} did not come about within {seconds:.0f} s"
        time.sleep(step)
    return True

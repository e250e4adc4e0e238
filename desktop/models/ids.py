"""Random 128-bit ids: never reused, never a row id, telling nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator


def new_id() -> str:
    """32 hex digits from the system's random source."""
    return secrets.token_hex(16)


def rising_ids() -> Iterator[str]:
    """Ids for up to a million rows that are written together, each greater than the one before.

    So an index of them is filled from end to end. From one to the next it is a step of 107 random
    bits: who knows one of them knows no other.
    """
    last = secrets.randbits(127)
    while True:
        yield f"{last:032x}"
        last += 1 + secrets.randbits(107)

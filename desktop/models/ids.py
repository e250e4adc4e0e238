"""Random 128-bit ids: never reused, never a row id, telling nothing."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """32 hex digits from the system's random source."""
    return secrets.token_hex(16)

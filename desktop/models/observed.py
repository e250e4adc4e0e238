"""What was seen about something outside, when, and until when it holds: a row of `evidence`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from desktop.frozen import dataclass

DOMAIN = "domain"
"""The subject kind of a recipient's domain; the subject is its A-label in lower case."""


@dataclass(frozen=True)
class Observed:
    """One look at `subject`. `details` holds plain JSON values that the verdict is made of.

    `valid_until` is what the subject itself promises (a policy's `max_age`, a signature's
    end), or None; how old a look may be is for the verdict to say.
    """

    subject_kind: str
    subject: str
    kind: str
    source: str
    seen_at: datetime
    valid_until: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

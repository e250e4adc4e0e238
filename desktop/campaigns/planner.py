"""Who gets it and who does not: every visit or person once, and the sums match.

The manager's promise rests on this: nobody is left out silently, and nobody is in it
twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from desktop.frozen import dataclass
from desktop.mail.decision import Decision
from desktop.models import windows
from desktop.models.campaigning import Window
from desktop.models.records import Appointment, PersonId, Reason


@dataclass(frozen=True)
class Excluded:
    """Will not be written to, and why; `decision` where the policy found no way."""

    person: PersonId
    name: str
    appointment: Appointment
    reason: Reason
    decision: Decision | None = None
    window: Window = windows.USUAL
    hour: datetime | None = None


class UnbalancedError(Exception):
    """A ledger that lost or doubled somebody; a bug in the planner."""


def balanced(everybody: Iterable[str], included: Iterable[str], excluded: Iterable[str]) -> None:
    """Raise `UnbalancedError` unless each of `everybody` is in exactly one of the two, once."""
    if sorted([*included, *excluded]) != sorted(everybody):
        raise UnbalancedError

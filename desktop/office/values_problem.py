"""Values of the door about a problem report; nothing heavy, and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.frozen import dataclass
from desktop.office.values_practice import ContentHit


@dataclass(frozen=True)
class ProblemFacts:
    """What a practice adds to a report: how many of what, and what is switched on.

    `hits` is what looks like a patient's in the words that go with it.
    """

    counts: Mapping[str, int]
    switches: Mapping[str, bool]
    hits: tuple[ContentHit, ...] = ()

"""Two wordings of one campaign: who gets which, and what a comparison of them can show.

Who gets which follows from the ids of campaign and person alone: the same at each check, and not
to be foreseen by whoever writes the wordings.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from desktop.models.campaigning import CampaignId, Variant
from desktop.models.records import PersonId

LEAST_PEOPLE = 1_000
"""With fewer a comparison shows chance and little else (H11)."""
_Z_SURE, _Z_FOUND = 1.959964, 0.841621
"""Normal quantiles of 97.5 and 80 per cent: 5 per cent false alarms on both sides together, and four of
five true differences found."""


def variant_of(campaign: CampaignId, person: PersonId, variants: Sequence[Variant]) -> str:
    """The name of the wording that `person` gets; '' without variants."""
    place = int.from_bytes(hashlib.sha256(f"{campaign}\x1f{person}".encode()).digest()[:8]) % 100
    for variant in variants:
        place -= variant.share
        if place < 0:
            return variant.name
    return variants[-1].name if variants else ""


def least_difference(first: int, second: int, base: float) -> float:
    """The smallest true difference of two shares around `base` (0 to 1) that groups of these sizes
    will probably show; 1.0 where a group is empty.

    Two proportions, normal approximation, at 5 per cent and a power of 80 (Fleiss, Levin, Paik:
    Statistical Methods for Rates and Proportions, 3rd edition, 4.2, without the correction for
    continuity), with both variances taken at `base`.
    """
    if not first or not second:
        return 1.0
    spread = math.sqrt(base * (1 - base) * (1 / first + 1 / second))
    return min(1.0, (_Z_SURE + _Z_FOUND) * spread)

"""The practice's rules of campaigns: one setting, as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from desktop.frozen import dataclass
from desktop.models import settings
from desktop.models.lanes import Tx

KEY = "campaign-rules"


@dataclass(frozen=True)
class CampaignRulesKept:
    """`above` how many people somebody else signs; at most `cap` letters to many within `cap_days`."""

    above: int = 50
    cap: int = 4
    cap_days: int = 30


def get(tx: Tx) -> CampaignRulesKept:
    """The defaults where nobody has set anything."""
    kept = settings.get(tx, KEY)
    return CampaignRulesKept(**json.loads(kept)) if kept else CampaignRulesKept()


def put(tx: Tx, rules: CampaignRulesKept) -> None:
    settings.put(tx, KEY, json.dumps(asdict(rules)))

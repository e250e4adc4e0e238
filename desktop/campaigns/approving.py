"""Whether somebody else has to sign a campaign, and what exactly they sign."""

from __future__ import annotations

from desktop.models.campaigning import Campaign
from desktop.models.campaignrules import CampaignRulesKept
from desktop.models.purposes import BASES
from desktop.models.records import Reason


def why_signed(one: Campaign, included: int, rules: CampaignRulesKept) -> Reason | None:
    """Why it needs a second person; None where it goes without."""
    if BASES[one.purpose].authorized:
        return Reason("campaign-signed-always")
    if included > rules.above:
        return Reason("campaign-signed-many", {"count": included, "most": rules.above})
    return None


def bound(one: Campaign) -> dict[str, object]:
    """What a signature covers: this very content for exactly these people."""
    return {"campaign": one.id, "content": one.content, "audience": one.audience}

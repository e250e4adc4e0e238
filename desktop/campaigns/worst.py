"""Whose letters are worth a look before all are sent: at the ends of what may go wrong."""

from __future__ import annotations

from desktop.models import campaignpeople
from desktop.models.campaigning import CampaignId
from desktop.models.database import Tx
from desktop.models.records import Method, PersonId

LONG_NAME, SHORT_NAME, OTHER_LANGUAGE, LOCKED, PLAIN, ODD_NAME = (
    "long-name",
    "short-name",
    "other-language",
    "locked-file",
    "plain",
    "odd-name",
)
"""Words: `campaign.worst.<why>`."""


def worst_cases(tx: Tx, campaign: CampaignId) -> dict[PersonId, str]:
    """A few people who get it, each once, with why."""
    found: dict[PersonId, str] = {}
    looks = (
        (LONG_NAME, campaignpeople.by_name_length(tx, campaign, longest=True)),
        (SHORT_NAME, campaignpeople.by_name_length(tx, campaign, longest=False)),
        (ODD_NAME, campaignpeople.odd_name(tx, campaign)),
        (OTHER_LANGUAGE, campaignpeople.of_language(tx, campaign)),
        (LOCKED, campaignpeople.going(tx, campaign, Method.ENVELOPE)),
        (PLAIN, campaignpeople.going(tx, campaign, Method.PLAIN)),
    )
    for why, who in looks:
        if who is not None:
            found.setdefault(who, why)
    return found

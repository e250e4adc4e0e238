"""The rooms of the office in this process that are about campaigns.

As `local.py`, of which this is a part: one object, each door's methods taken from the room behind it.
"""

from __future__ import annotations

from typing import NamedTuple

from desktop.office.campaign_check import CampaignChecks
from desktop.office.campaign_paper import CampaignPapers
from desktop.office.campaigns import Campaigns


class CampaignRooms(NamedTuple):
    """In the order in which `assembly.py` builds them."""

    campaigns: Campaigns
    checks: CampaignChecks
    papers: CampaignPapers


class CampaignOffice:
    """Fulfils the doors of `api_campaigns.py`."""

    def __init__(self, rooms: CampaignRooms) -> None:
        self.ask_purpose = rooms.campaigns.ask_purpose
        self.list_campaigns = rooms.campaigns.list_campaigns
        self.keep_campaign = rooms.campaigns.keep_campaign
        self.show_campaign = rooms.campaigns.show_campaign
        self.check_campaign = rooms.checks.check_campaign
        self.list_audience = rooms.checks.list_audience
        self.preview_campaign = rooms.checks.preview_campaign
        self.ask_campaign = rooms.campaigns.ask_campaign
        self.approve_campaign = rooms.campaigns.approve_campaign
        self.print_excluded = rooms.papers.print_excluded
        self.campaign_rules = rooms.campaigns.campaign_rules
        self.set_campaign_rules = rooms.campaigns.set_campaign_rules

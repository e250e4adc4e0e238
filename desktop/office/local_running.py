"""The rooms of the office in this process about campaigns that run; as `local_people.py`."""

from __future__ import annotations

from typing import NamedTuple

from desktop.office.campaign_run import CampaignRuns
from desktop.office.opt_outs import OptOuts


class RunRooms(NamedTuple):
    """In the order in which `assembly.py` builds them."""

    runs: CampaignRuns
    opt_outs: OptOuts


class RunOffice:
    """Fulfils `api_running.RunDoor`."""

    def __init__(self, rooms: RunRooms) -> None:
        self.start_campaign = rooms.runs.start_campaign
        self.pause_campaign = rooms.runs.pause_campaign
        self.resume_campaign = rooms.runs.resume_campaign
        self.stop_campaign = rooms.runs.stop_campaign
        self.campaign_progress = rooms.runs.campaign_progress
        self.list_differences = rooms.runs.list_differences
        self.take_opt_out = rooms.opt_outs.take_opt_out

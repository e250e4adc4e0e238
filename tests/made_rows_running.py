"""How to call the use cases of campaigns that run."""

from __future__ import annotations

from typing import Any

from desktop.models.accounts import Session
from desktop.office.values_campaigns import CampaignRules
from desktop.office.values_running import OptOutRequest, StartRequest


def _start(world: Any, session: Session) -> None:
    """Asked for and approved at once: few people, for their own care."""
    world.office.set_campaign_rules(session, CampaignRules())
    world.office.check_campaign(session, world.kept["campaign"])
    shown = world.office.ask_campaign(session, world.kept["campaign"])
    world.office.start_campaign(session, StartRequest(shown.line.id, shown.content, shown.audience))


RUNNING = {
    "start_campaign": _start,
    "campaign_progress": lambda w, s: w.office.campaign_progress(s, w.kept["campaign"]),
    "list_differences": lambda w, s: w.office.list_differences(s, w.kept["campaign"]),
    "pause_campaign": lambda w, s: w.office.pause_campaign(s, w.kept["campaign"]),
    "resume_campaign": lambda w, s: w.office.resume_campaign(s, w.kept["campaign"]),
    "stop_campaign": lambda w, s: w.office.stop_campaign(s, w.kept["campaign"]),
    "take_opt_out": lambda w, s: w.office.take_opt_out(s, OptOutRequest("by-phone", w.kept["colleague"])),
}
